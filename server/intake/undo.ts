import { type Selectable, sql, type Transaction } from 'kysely';
import type { ImportLine, ImportView, Stay } from '@zuimei/shared/intake.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { UnitDraft } from '@zuimei/shared/unit.ts';
import type { Db, Tables } from '../db.ts';
import { nameIn, partAnswers, sealHidden, twinTags } from '../nomination/answers.ts';
import type { Filing } from '../nomination/filing.ts';
import { recordEvent } from '../nomination/nomination.ts';
import { recordAction } from '../staff/action.ts';
import { writeUnit } from '../unit/amend.ts';
import { placeUnits } from '../unit/parent.ts';
import { amendMark, nominationMark, unitMark } from '../unit/record.ts';
import { openPrivate } from '../vault.ts';
import type { Was } from './take.ts';

/** Imports in the list; older ones are in the action log. */
const MOST_SHOWN = 30;

type Reader = Db | Transaction<Tables>;

/** The last imports of a contest, the newest first, and which of their lines could be taken back now. */
export async function readImports(db: Reader, contest: number, only?: number): Promise<ImportView[]> {
  let query = db
    .selectFrom('intake')
    .selectAll()
    .where('contest', '=', contest)
    .where('taken_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN);
  if (only !== undefined) query = query.where('id', '=', only);
  const imports = await query.execute();
  const undone = imports.filter(({ undone_at }) => undone_at !== null).map(({ id }) => id);
  const all = await readLines(
    db,
    imports.map(({ id }) => id),
    undone,
  );
  const linesOf = Map.groupBy(all, ({ intake }) => intake);
  return imports.map((one) => ({
    ...{ id: one.id, by: one.by, what: one.what, files: one.files },
    lines: viewLines(linesOf.get(one.id) ?? []),
    at: (one.taken_at ?? one.at).toISOString(),
    undone: one.undone_at && { at: one.undone_at.toISOString(), by: one.undone_by },
  }));
}

function viewLines(found: readonly Line[]): ImportLine[] {
  const lines = found.map(
    ({ how, name, unit_name: unit, nomination, back, stays }): ImportLine => ({
      ...{ how, name, unit, nomination, back, stays },
    }),
  );
  // A unit whose nomination stays cannot go.
  const staying = new Set(lines.filter(({ how, stays }) => how === 'new' && stays).map(({ unit }) => unit));
  for (const line of lines)
    if (line.how === 'unit' && !line.back && staying.has(line.unit)) line.stays = 'used';
  return lines;
}

/**
 * Takes an import back: what it made goes, what it changed is what it was, all in one act. A line that somebody has worked on since stays,
 * and says so; so does a unit whose line stays. Refuses with not_found, and with import_undone when it was taken back already.
 */
export async function undoImport(db: Db, filing: Filing, id: number): Promise<ImportView> {
  return await db.transaction().execute(async (tx) => {
    const { contest, actor, now } = filing;
    const row = await tx
      .selectFrom('intake')
      .selectAll()
      .where('id', '=', id)
      .where('contest', '=', contest.id)
      .where('taken_at', 'is not', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Refusal('not_found');
    if (row.undone_at)
      throw new Refusal('import_undone', { by: row.undone_by, at: row.undone_at.toISOString() });
    await sql`select 1 from nomination where id in (select nomination from intake_line where intake = ${id}) for update`.execute(
      tx,
    );
    await sql`select 1 from unit where id in (select unit from intake_line where intake = ${id}) for update`.execute(
      tx,
    );
    const before = await readLines(tx, [id], []);
    const going = before.filter(({ how, stays }) => how !== 'unit' && !stays);
    for (const line of going) await takeBack(tx, filing, line);
    await restoreUnits(tx, filing, going);
    // Units last: one whose nominations all went can go, too.
    const units = (await readLines(tx, [id], [id])).filter(({ how, stays }) => how === 'unit' && !stays);
    for (const line of units) await takeBack(tx, filing, line);
    const back = [...going, ...units].map(({ line }) => line);
    if (back.length > 0)
      await tx
        .updateTable('intake_line')
        .set({ back: true, was: null, photo: null })
        .where('intake', '=', id)
        .where('line', 'in', back)
        .execute();
    const undone = { undone_at: new Date(now), undone_by: actor.name };
    await tx.updateTable('intake').set(undone).where('id', '=', id).execute();
    const kept = before.length - back.length;
    await recordAction(tx, actor, {
      act: 'import.undo',
      contest: contest.id,
      subject: `第 ${id} 次导入：收回 ${back.length} 项${kept > 0 ? `，保留 ${kept} 项` : ''}`,
    });
    const [view] = await readImports(tx, contest.id, id);
    if (!view) throw new Refusal('not_found');
    return view;
  });
}

type Line = Pick<
  Selectable<Tables['intake_line']>,
  'intake' | 'line' | 'how' | 'name' | 'unit_name' | 'nomination' | 'unit' | 'was' | 'photo' | 'back'
> & { stays: Stay | null };

/**
 * The lines of imports, and why one stays: it is no longer what the import left, or it is a unit that has an account, came by its link, stands
 * above another, or reports what this import did not make. Of those that are `over`, what the import made and can go is gone, so that whatever a
 * unit still has keeps it. What is gone by itself needs no taking back and says nothing.
 */
async function readLines(db: Reader, intakes: readonly number[], over: readonly number[]): Promise<Line[]> {
  const isOver = sql<boolean>`l.intake = any(${idsText(over)}::int[])`;
  const { rows } = await sql<Line & { changed: boolean; used: boolean }>`
    select l.intake, l.line, l.how, l.name, l.unit_name, l.nomination, l.unit, l.was, l.photo, l.back,
      coalesce(l.mark <> (select ${nominationMark} from nomination n where n.id = l.nomination), false)
        or coalesce(l.mark <> (select case when l.how = 'amend' then ${amendMark} else ${unitMark} end from unit u where u.id = l.unit), false) as changed,
      l.how = 'unit' and (l.unit in (select unit from staff where unit is not null)
        or l.unit in (select unit from action_log where unit is not null)
        or exists (select 1 from unit u where u.parent = l.unit and not exists
          (select 1 from intake_line o where o.intake = l.intake and o.unit = u.id and (o.how = 'unit' or not (${isOver}))))
        or exists (select 1 from nomination n where n.unit = l.unit and (${isOver} or not exists
          (select 1 from intake_line o where o.intake = l.intake and o.nomination = n.id and o.how = 'new' and not o.back)))) as used
    from intake_line l where l.intake = any(${idsText(intakes)}::int[]) order by l.intake, l.line`.execute(
    db,
  );
  return rows.map(({ changed, used, ...line }) => ({
    ...line,
    stays: line.back ? null : used ? 'used' : changed ? 'changed' : null,
  }));
}

const idsText = (ids: readonly number[]): string => `{${ids.join(',')}}`;

/** Units that an import changed are what they were; where they stand is set for all at once, since one may stand under another of them. */
async function restoreUnits(
  tx: Transaction<Tables>,
  { contest, keys }: Filing,
  lines: readonly Line[],
): Promise<void> {
  const before = lines.flatMap(({ how, intake, line, unit, was }) =>
    how === 'amend' && unit !== null && was
      ? [{ id: unit, was: openPrivate(keys.private, was, `intake/${intake}/${line}`) as UnitDraft }]
      : [],
  );
  for (const { id, was } of before) await writeUnit(tx, keys.private, id, was);
  await placeUnits(
    tx,
    contest.id,
    before.map(({ id, was }) => ({ id, parent: was.parent })),
  );
}

async function takeBack(tx: Transaction<Tables>, filing: Filing, line: Line): Promise<void> {
  const { nomination, unit, how, was, photo } = line;
  if (how === 'amend') return;
  if (unit !== null) {
    await tx.deleteFrom('unit').where('id', '=', unit).execute();
    return;
  }
  if (nomination === null) return;
  if (how === 'new') {
    await tx.deleteFrom('nomination').where('id', '=', nomination).execute();
    return;
  }
  if (!was) return;
  const { collection, keys, actor, now } = filing;
  const before = openPrivate(keys.private, was, `intake/${line.intake}/${line.line}`) as Was;
  const { answers, hidden } = partAnswers(collection.form, before.values);
  const name = nameIn({ ...answers, ...hidden });
  const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`;
  await tx
    .updateTable('nomination')
    .set({
      ...{ kind: before.kind, category: before.category, name, twin: twinTags(keys, name, hidden) },
      answers: json(answers),
      private: sealHidden(keys, nomination, hidden),
      photo: photo && json(photo),
      saved_by: actor.name,
      updated_at: new Date(now),
      version: sql<number>`version + 1`,
    })
    .where('id', '=', nomination)
    .execute();
  await recordEvent(tx, nomination, actor, 'save', '撤销导入，恢复原来的内容');
}
