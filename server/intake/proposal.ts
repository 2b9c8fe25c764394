import type { Transaction } from 'kysely';
import { answerFaults, isHidden, isText } from '@zuimei/shared/answer.ts';
import type { CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import type { FieldName } from '@zuimei/shared/form.ts';
import type { ListColumn, ProposalView, ProposedLine, There } from '@zuimei/shared/intake.ts';
import type { FormValues } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db, Tables } from '../db.ts';
import { readDocuments } from '../document/documents.ts';
import type { Nomination } from '../document/nomination.ts';
import { type Problem, problemAt } from '../document/problem.ts';
import { maskHidden, openHidden, partAnswers } from '../nomination/answers.ts';
import type { Filing } from '../nomination/filing.ts';
import type { NominationRow } from '../nomination/nomination.ts';
import { clip } from '../text.ts';
import { keepPhoto, readPortrait } from '../upload/portrait.ts';
import type { Upload } from '../upload/upload.ts';
import { openPrivate, sealPrivate } from '../vault.ts';
import { draftOf, problemView } from './intake.ts';
import { holdOriginals } from './original.ts';
import { createPresent } from './present.ts';

/** For the pictures of one request. Whose turn is over leaves the rest to be added to the drafts by hand. */
const PHOTO_MS = 40_000;
const DAY_MS = 86_400_000;
/** In one proposal: what can be looked through. */
export const MOST_LINES = 500;

/** A line as it was read, until it is taken. */
export interface StoredLine {
  file: string;
  row: number | null;
  name: string;
  kind: CandidateKind;
  category: string;
  /** Private ones in clear: the proposal is sealed. */
  values: FormValues;
  unitName: string;
  contact: { name: string; phone: string };
  opinion: string | null;
  unitPost: string | null;
  photo: Photo | null;
  there: { id: number; version: number } | null;
}

/**
 * Reads documents into a proposal: what each nominee would be, who is already there, which units are unknown. It is kept for a day, sealed;
 * neither nominations nor units are touched. `columns`: see readDocuments. Pictures that are not taken are swept away with it.
 */
export async function propose(
  db: Db,
  filing: Filing,
  { files, tell }: Pick<Upload, 'files' | 'tell'>,
  columns: [label: string, field: FieldName | null][],
): Promise<ProposalView> {
  const read = await readDocuments(files, { keep: true, columns, onRead: tell });
  const problems: Problem[] = [...read.problems];
  const nominations = read.nominations.slice(0, MOST_LINES);
  if (nominations.length < read.nominations.length)
    problems.push(problemAt('too_many_lines', { file: '' }, { limit: MOST_LINES }));
  const units = await readUnits(db, filing.contest.id);
  const idOf = new Map(units.map((unit) => [foldText(unit.name), unit.id]));
  const present = await createPresent(db, filing);
  const photos = await keepPhotos(db, filing.contest.id, nominations, tell);
  problems.push(...photos.problems);
  const stored: StoredLine[] = [];
  const lines: ProposedLine[] = [];
  for (const nomination of nominations) {
    const line = lineOf(filing, nomination, photos.kept.get(nomination) ?? null);
    const unit = idOf.get(foldText(line.unitName)) ?? null;
    const there = present({ name: line.name, unit, values: line.values });
    if (there) line.there = { id: there.id, version: there.version };
    const own = problems.filter((one) => tellsOf(one, line));
    for (const one of own) problems.splice(problems.indexOf(one), 1);
    lines.push(viewLine(filing, line, stored.length, unit, there, own));
    stored.push(line);
  }
  const id = await keepProposal(db, filing, files, stored);
  const { collection, categories } = filing;
  return {
    ...{ id, lines, units, columns: asked(read.columns), problems: problems.map(problemView) },
    terms: {
      ...{ form: collection.form, categories, unitKinds: collection.unitKinds },
      consent: collection.consent !== '',
    },
  };
}

const asked = (columns: readonly ListColumn[]): ListColumn[] =>
  columns.map((one) => (one.field === 'other' ? { ...one, field: null } : one));

/** Its lines, locked until the transaction ends. Refuses with not_found, and with proposal_gone once it was taken or is a day old. */
export async function openProposal(
  tx: Transaction<Tables>,
  { contest, keys, now }: Filing,
  id: number,
): Promise<StoredLine[]> {
  const row = await tx
    .selectFrom('intake')
    .select(['proposal', 'taken_at', 'at'])
    .where('id', '=', id)
    .where('contest', '=', contest.id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  if (!row.proposal || row.taken_at || row.at.getTime() < now - DAY_MS) throw new Refusal('proposal_gone');
  return openPrivate(keys.private, row.proposal, `intake/${id}`) as StoredLine[];
}

/** What nobody took within its day is over, with its documents; the pictures go with the next sweep. */
export async function forgetProposals(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('intake')
    .where('taken_at', 'is', null)
    .where('at', '<', new Date(now - DAY_MS))
    .execute();
}

async function keepProposal(
  db: Db,
  { contest, keys, actor, now }: Filing,
  files: Upload['files'],
  lines: readonly StoredLine[],
): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const names = files.map(({ name }) => name.split(/[/\\]/u).at(-1) ?? '');
    const told = `${names.slice(0, 3).join('、')}${names.length > 3 ? ` 等 ${names.length} 个文件` : ''}`;
    const row = { what: 'nominations' as const, files: clip(told, 300), by: actor.name, at: new Date(now) };
    const { id } = await tx
      .insertInto('intake')
      .values({ contest: contest.id, ...row, proposal: null, taken_at: null, undone_at: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    const proposal = sealPrivate(keys.private, lines, `intake/${id}`);
    await tx.updateTable('intake').set({ proposal }).where('id', '=', id).execute();
    await holdOriginals(
      tx,
      id,
      files,
      lines.map(({ file }) => file),
    );
    return id;
  });
}

/** Pictures are ready before anybody chooses: nothing has to be sent or waited for again. */
async function keepPhotos(
  db: Db,
  contest: number,
  nominations: readonly Nomination[],
  tell: Upload['tell'],
): Promise<{ kept: Map<Nomination, Photo>; problems: Problem[] }> {
  const kept = new Map<Nomination, Photo>();
  const problems: Problem[] = [];
  const pictured = nominations.filter(({ photo }) => photo !== null);
  const late = AbortSignal.timeout(PHOTO_MS);
  for (const [at, nomination] of pictured.entries()) {
    tell(at, pictured.length);
    const { name } = nomination.candidate;
    const sent = late.aborted
      ? problemAt('photo_late', nomination.source, { name }, 'photo')
      : await readPortrait(nomination);
    if (sent === null) continue;
    if ('level' in sent) problems.push(sent);
    else
      kept.set(nomination, await db.transaction().execute(async (tx) => await keepPhoto(tx, contest, sent)));
  }
  return { kept, problems };
}

function lineOf(filing: Filing, nomination: Nomination, photo: Photo | null): StoredLine {
  const { candidate, source, unitPost = null } = nomination;
  const { contact, opinion } = nomination.private;
  return {
    ...{ file: source.file, row: source.row ?? null, name: candidate.name },
    ...draftOf(filing, nomination),
    unitName: clip(contact.unit || candidate.unit || '未写明报送单位', 80),
    contact: { name: contact.name ?? '', phone: contact.phone ?? '' },
    ...{ opinion, unitPost, photo, there: null },
  };
}

/** Problems name who they are about. */
const tellsOf = ({ file, message }: Problem, line: StoredLine): boolean =>
  file === line.file && line.name !== '' && message.startsWith(`“${line.name}”`);

function viewLine(
  filing: Filing,
  line: StoredLine,
  at: number,
  unit: number | null,
  there: NominationRow | null,
  own: readonly Problem[],
): ProposedLine {
  const { collection } = filing;
  const { answers, hidden } = partAnswers(collection.form, line.values);
  const { file, row, name, kind, category, unitPost, photo } = line;
  return {
    ...{ at, file, row, name, kind, category, unitPost, photo },
    values: { ...answers, ...maskHidden(collection, hidden) },
    unit: { id: unit, name: line.unitName },
    faults: answerFaults(collection.form, kind, line.values, { photo: photo !== null, files: [] }),
    notes: own.map(({ message }) => message),
    there: there && thereOf(filing, line, there),
  };
}

function thereOf({ collection, keys }: Filing, line: StoredLine, row: NominationRow): There {
  const open = isOpen(row);
  const before: FormValues = open ? { ...row.answers, ...openHidden(keys, row) } : {};
  const told = open
    ? collection.form.filter((field) => isText(field) && (line.values[field.key] ?? '') !== '')
    : [];
  const fills = told.filter(({ key }) => !before[key]).map(({ title }) => title);
  if (open && line.photo && !row.photo) fills.push('照片');
  const differs = told
    .filter(
      (field) =>
        before[field.key] && foldText(before[field.key] ?? '') !== foldText(line.values[field.key] ?? ''),
    )
    .map((field) => (isHidden(field) ? `${field.title}（不公开）` : field.title));
  return { id: row.id, unit: row.unit_name, state: row.state, open, fills, differs };
}

/** What an organizer may change (edit/edit.ts). */
export const isOpen = ({ state, source }: Pick<NominationRow, 'state' | 'source'>): boolean =>
  state === 'submitted' || state === 'accepted' || (state === 'draft' && source === 'organizer');

async function readUnits(db: Db, contest: number): Promise<{ id: number; name: string }[]> {
  return await db
    .selectFrom('unit')
    .select(['id', 'name'])
    .where('contest', '=', contest)
    .orderBy('id')
    .execute();
}
