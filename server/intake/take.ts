import type { Transaction } from 'kysely';
import { answerFaults, isText } from '@zuimei/shared/answer.ts';
import type { Photo } from '@zuimei/shared/contest.ts';
import type { Taken, TakenLine, Taking } from '@zuimei/shared/intake.ts';
import type { FormValues } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { lockContest } from '../contest/lock.ts';
import type { Db, Tables } from '../db.ts';
import { keepHidden, nameIn, openHidden, partAnswers } from '../nomination/answers.ts';
import { createNomination, type Filing, saveNomination } from '../nomination/filing.ts';
import { type NominationRow, readNomination, recordEvent } from '../nomination/nomination.ts';
import { checkMove } from '../review/decide.ts';
import { recordAction } from '../staff/action.ts';
import { createRecord, type Record } from '../unit/record.ts';
import type { Units } from '../unit/unit.ts';
import { takeOpinion } from './intake.ts';
import { dropOriginals, giveOriginal } from './original.ts';
import { createPresent } from './present.ts';
import { isOpen, openProposal, type StoredLine } from './proposal.ts';

/** What stood in a nomination before an import changed it. */
export interface Was {
  kind: NominationRow['kind'];
  category: string;
  values: FormValues;
}

/**
 * Takes the named lines of a proposal, all in one transaction and one act; the others are left out, and the proposal is used up. Refuses with
 * not_found, proposal_gone, bad_request {field}, and with proposal_stale {name} when somebody came, changed or went since it was read.
 */
export async function takeProposal(
  db: Db,
  filing: Filing,
  units: Units,
  id: number,
  taken: Taken,
): Promise<TakenLine[]> {
  return await db.transaction().execute(async (tx) => {
    await lockContest(tx, filing.contest.id, 'update');
    const lines = await openProposal(tx, filing, id);
    const chosen = taken.lines.map((one) => {
      const line = lines[one.at];
      if (!line) throw new Refusal('bad_request', { field: 'lines' });
      return { ...one, line: corrected(filing, line, one) };
    });
    if (new Set(taken.lines.map(({ at }) => at)).size < chosen.length)
      throw new Refusal('bad_request', { field: 'lines' });
    const record = createRecord(tx, filing.keys.private, id);
    const unitOf = await settleUnits(tx, filing, units, taken, chosen, record);
    const present = await createPresent(tx, filing);
    const pictures = await readMedia(tx, chosen);
    const made: TakenLine[] = [];
    for (const { how, line } of chosen) {
      const photo = line.photo && pictures.has(line.photo.id) ? line.photo : null;
      if (how !== 'new') {
        made.push(await change(tx, filing, { ...line, photo }, how, record));
        continue;
      }
      const unit = unitOf(line);
      const there = present({ name: line.name, unit: unit.id, values: line.values });
      if ((there?.id ?? 0) !== (line.there?.id ?? 0))
        throw new Refusal('proposal_stale', { name: line.name });
      const one = await create(tx, filing, { ...line, photo }, unit, record);
      await giveOriginal(tx, id, { nomination: one.id, file: line.file });
      made.push(one);
    }
    await dropOriginals(tx, id);
    const at = new Date(filing.now);
    await tx.updateTable('intake').set({ proposal: null, taken_at: at }).where('id', '=', id).execute();
    const count = (of: Taking): number => made.filter(({ how }) => how === of).length;
    await recordAction(tx, filing.actor, {
      act: 'nomination.import',
      contest: filing.contest.id,
      subject: `第 ${id} 次导入：新建 ${count('new')} 份，合并 ${count('merge')} 份，替换 ${count('replace')} 份`,
    });
    return made;
  });
}

/** As it was put right in the preview; a private answer that comes back as its mask stays what was read. */
function corrected(
  { collection, categories }: Filing,
  line: StoredLine,
  { category, values }: Taken['lines'][number],
): StoredLine {
  const known = category === undefined || categories.some((one) => one.id === category);
  if (!known) throw new Refusal('bad_request', { field: 'category' });
  const { answers, hidden } = partAnswers(collection.form, line.values);
  const kept = values ? keepHidden(collection.form, { ...answers, ...values }, hidden) : line.values;
  return { ...line, category: category ?? line.category, values: kept, name: nameIn(kept) || line.name };
}

type Chosen = { how: Taking; line: StoredLine };
type Named = { id: number; name: string };

/** Units for the lines that are new: of the list by name, or as the organizer said; the new ones are made here. */
async function settleUnits(
  tx: Transaction<Tables>,
  filing: Filing,
  units: Units,
  taken: Taken,
  chosen: readonly Chosen[],
  record: Record,
): Promise<(line: StoredLine) => Named> {
  const rows = await tx
    .selectFrom('unit')
    .select(['id', 'name'])
    .where('contest', '=', filing.contest.id)
    .execute();
  const known = new Map<string, Named>(rows.map((row) => [foldText(row.name), row]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const fresh = chosen.filter(({ how }) => how === 'new').map(({ line }) => line);
  for (const { name, unit, kind } of taken.units) {
    const first = fresh.find((line) => foldText(line.unitName) === foldText(name));
    if (!first || known.has(foldText(name))) continue;
    const there = unit === null ? undefined : byId.get(unit);
    if (there) known.set(foldText(name), there);
    else if (kind !== null) {
      const draft = {
        name: first.unitName,
        kind,
        quota: null,
        categoryQuota: {},
        parent: '',
        contact: first.contact,
      };
      const [made] = await units.add(tx, filing.contest.id, filing, [draft]);
      if (!made) continue;
      known.set(foldText(name), made);
      await record({ how: 'unit', name: made.name, unitName: made.name, unit: made.id });
    }
  }
  return (line) => {
    const unit = known.get(foldText(line.unitName));
    if (!unit) throw new Refusal('bad_request', { field: `${line.unitName}：报送单位` });
    return unit;
  };
}

async function create(
  tx: Transaction<Tables>,
  filing: Filing,
  line: StoredLine,
  unit: Named,
  record: Record,
): Promise<TakenLine> {
  const { kind, category, values, photo, name } = line;
  const drafted = { kind, category, values, ...(photo ? { photo } : {}) };
  const id = await createNomination(tx, filing, unit.id, { ...drafted, source: 'organizer' });
  await takeOpinion(tx, filing, id, unit.name, line.opinion);
  await record({ how: 'new', name, unitName: unit.name, nomination: id });
  const missing = missingIn(filing, line.kind, values, photo, false, category);
  return { id, name, unit: unit.name, how: 'new', missing };
}

async function change(
  tx: Transaction<Tables>,
  filing: Filing,
  line: StoredLine,
  how: 'merge' | 'replace',
  record: Record,
): Promise<TakenLine> {
  const { collection, contest, keys } = filing;
  const { there } = line;
  if (!there) throw new Refusal('bad_request', { field: 'how' });
  const stale = new Refusal('proposal_stale', { name: line.name });
  const row = await readNomination(tx, there.id, contest.id, { lock: true }).catch(() => {
    throw stale;
  });
  if (row.version !== there.version || !isOpen(row)) throw stale;
  const before: FormValues = { ...row.answers, ...openHidden(keys, row) };
  const told = Object.fromEntries(Object.entries(line.values).filter(([, text]) => text !== ''));
  const stood = Object.fromEntries(Object.entries(before).filter(([, text]) => text !== ''));
  const values = how === 'merge' ? { ...told, ...stood } : { ...stood, ...told };
  const photo = how === 'merge' ? (row.photo ?? line.photo) : (line.photo ?? row.photo);
  const category = how === 'merge' ? row.category || line.category : line.category || row.category;
  if (category !== row.category) await checkMove(tx, filing, { ...row, category });
  await saveNomination(tx, filing, row, row.version, { values, category, ...(photo ? { photo } : {}) });
  const fields = collection.form.filter(
    (field) => isText(field) && (values[field.key] ?? '') !== (before[field.key] ?? ''),
  );
  const titles = fields.map(({ title }) => title).join('、') || '无';
  await recordEvent(tx, row.id, filing.actor, 'save', `导入${how === 'merge' ? '合并' : '替换'}：${titles}`);
  const was: Was = { kind: row.kind, category: row.category, values: before };
  await record({ how, name: row.name, unitName: row.unit_name, nomination: row.id, was, photo: row.photo });
  const missing = missingIn(filing, row.kind, values, photo, row.consent !== null, category);
  return { id: row.id, name: row.name, unit: row.unit_name, how, missing };
}

function missingIn(
  { collection, categories }: Filing,
  kind: NominationRow['kind'],
  values: FormValues,
  photo: Photo | null,
  consented: boolean,
  category: string,
): string[] {
  const faults = answerFaults(collection.form, kind, values, { photo: photo !== null, files: [] });
  return [
    ...(categories.length > 0 && !categories.some(({ id }) => id === category) ? ['category'] : []),
    ...faults.map(({ key }) => key),
    ...(collection.consent !== '' && !consented ? ['consent'] : []),
  ];
}

/** Pictures that are still there: a proposal may be as old as what the sweep takes away. */
async function readMedia(tx: Transaction<Tables>, chosen: readonly Chosen[]): Promise<Set<string>> {
  const ids = chosen.flatMap(({ line }) => (line.photo ? [line.photo.id] : []));
  if (ids.length === 0) return new Set();
  const rows = await tx.selectFrom('media').select('id').distinct().where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}
