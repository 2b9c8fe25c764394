import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Candidate, Section } from '@zuimei/shared/contest.ts';
import { caseSections, fields, REASON_LIMIT } from '@zuimei/shared/form.ts';
import type {
  NominationAct,
  NominationEvent,
  NominationLine,
  NominationState,
  NominationView,
} from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { cleanLine, paragraphsOf, yearsText } from '../document/value.ts';
import type { Actor } from '../staff/action.ts';
import { clip } from '../text.ts';
import { hiddenFaults, maskHidden, type NominationKeys, openHidden, publicFields } from './answers.ts';
import { readAttachments } from './attachment.ts';
import { readOpinions } from './opinion.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

/** A nomination as stored, with the name of its unit. */
export interface NominationRow extends Selectable<Tables['nomination']> {
  unit_name: string;
}

/**
 * One nomination of a contest. Give `unit` to see only that unit's own; give a transaction and `lock` to hold the row until it ends.
 * Refuses with not_found, also for one of another contest or unit.
 */
export async function readNomination(
  db: Reader,
  id: number,
  contestId: number,
  { unit, lock = false }: { unit?: number; lock?: boolean } = {},
): Promise<NominationRow> {
  let query = db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .selectAll('nomination')
    .select('unit.name as unit_name')
    .where('nomination.id', '=', id)
    .where('nomination.contest', '=', contestId);
  if (unit !== undefined) query = query.where('nomination.unit', '=', unit);
  if (lock) query = query.forUpdate('nomination');
  const row = await query.executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

/** Nominations of a contest as lines, in the order they came; nothing private is even read. */
export async function readLines(
  db: Reader,
  where: { contest: number; unit?: number; states?: readonly NominationState[]; ids?: readonly number[] },
): Promise<NominationLine[]> {
  let query = db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .select([
      'nomination.id',
      'nomination.unit',
      'unit.name as unit_name',
      'nomination.state',
      'nomination.kind',
      'nomination.category',
      'nomination.name',
      'nomination.answers',
      'nomination.photo',
      'nomination.number',
      'nomination.version',
      'nomination.source',
      'nomination.verified',
      'nomination.submitted_at',
      'nomination.returned_at',
      'nomination.updated_at',
    ])
    .where('nomination.contest', '=', where.contest)
    .orderBy('nomination.id');
  if (where.unit !== undefined) query = query.where('nomination.unit', '=', where.unit);
  if (where.states) query = query.where('nomination.state', 'in', [...where.states]);
  if (where.ids) query = query.where('nomination.id', 'in', [...where.ids]);
  return (await query.execute()).map(lineOf);
}

/** Was it returned and handed in again since? */
export function isAgain(row: Pick<NominationRow, 'state' | 'returned_at' | 'submitted_at'>): boolean {
  const { state, returned_at: back, submitted_at: sent } = row;
  return state !== 'returned' && back !== null && sent !== null && sent >= back;
}

/** The line of a row. Holds nothing private. */
export function lineOf(
  row: Omit<
    NominationRow,
    'private' | 'consent' | 'returned' | 'before' | 'saved_by' | 'twin' | 'contest' | 'created_at'
  >,
): NominationLine {
  return {
    id: row.id,
    unit: { id: row.unit, name: row.unit_name },
    state: row.state,
    kind: row.kind,
    category: row.category,
    name: row.name,
    summary: summaryIn(row.answers),
    photo: row.photo,
    number: row.number,
    version: row.version,
    source: row.source,
    verified: row.verified?.name === row.name ? row.verified : null,
    again: isAgain(row),
    submittedAt: row.submitted_at?.toISOString() ?? null,
    updatedAt: row.updated_at.toISOString(),
  };
}

/** A nomination whole, private answers masked: for its unit, too, since anybody may come by its link. */
export async function viewNomination(
  db: Reader,
  keys: Pick<NominationKeys, 'private'>,
  collection: Pick<Collection, 'form'>,
  row: NominationRow,
): Promise<NominationView> {
  const hidden = openHidden(keys, row);
  return {
    ...lineOf(row),
    answers: row.answers,
    hidden: maskHidden(collection, hidden),
    hiddenFaults: hiddenFaults(collection, row.kind, hidden),
    consent: row.consent,
    attachments: await readAttachments(db, row.id),
    opinions: await readOpinions(db, row.id),
    events: await readEvents(db, row.id),
    returned: row.returned,
  };
}

/** What happened to a nomination, oldest first. */
export async function readEvents(db: Reader, nomination: number): Promise<NominationEvent[]> {
  const rows = await db
    .selectFrom('nomination_event')
    .select(['at', 'actor', 'act', 'reason'])
    .where('nomination', '=', nomination)
    .orderBy('id')
    .limit(500)
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Writes down what happened to one nomination; its unit and staff read it, so no private value belongs in the reason. */
export async function recordEvent(
  tx: Reader,
  nomination: number,
  actor: Pick<Actor, 'name'>,
  act: NominationAct,
  reason = '',
): Promise<void> {
  await tx
    .insertInto('nomination_event')
    .values({ nomination, actor: actor.name, act, reason: clip(reason, 500) })
    .execute();
}

/** The first sentence of a case's practice, where it is short enough to stand on a card; of others their 推荐理由. */
function summaryIn(answers: Record<string, string>): string {
  const reason = cleanLine(answers['reason'] ?? '');
  if (reason !== '') return reason;
  const practice = cleanLine(answers['practice'] ?? answers['deeds'] ?? '');
  const sentence = /^[^。！？]*[。！？]?/u.exec(practice)?.[0]?.trim() ?? '';
  return [...sentence].length <= REASON_LIMIT + 10 ? sentence : '';
}

/** Fields with a place of their own on a candidate's page; every other public answer becomes a section under its title. */
const placed = ['name', 'subject', 'title', 'category', 'unit', 'post', 'years', 'reason', 'honours'];

/**
 * What the public will see of a nomination: a candidate without its number. Only fields that the form calls public, and never one of
 * those that are private whatever a form says. A film is not part of it: who publishes copies it to media first.
 */
export function candidateFields(
  collection: Pick<Collection, 'form'>,
  row: Pick<NominationRow, 'kind' | 'category' | 'name' | 'answers' | 'photo' | 'unit_name'>,
): Omit<Candidate, 'number' | 'withdrawn'> {
  const told = publicFields(collection, row.kind, row.answers);
  const text = (key: string): string => told.find(({ field }) => field.key === key)?.text ?? '';
  const order = (key: string): number => {
    const at = (caseSections as readonly string[]).indexOf(key);
    return key === 'deeds' ? -1 : at < 0 ? caseSections.length : at;
  };
  const deeds: Section[] = told
    .filter(({ field }) => !placed.includes(field.key))
    .toSorted((a, b) => order(a.field.key) - order(b.field.key))
    .map(({ field, text: words }) => ({
      title: field.title || (fields[field.key as keyof typeof fields]?.title ?? ''),
      paragraphs: paragraphsOf(words),
    }));
  return {
    kind: row.kind,
    name: row.name,
    category: row.category,
    unit: text('unit') || row.unit_name,
    post: text('post') || null,
    years: text('years') ? yearsText(text('years')) : null,
    reason: summaryIn(Object.fromEntries(told.map(({ field, text: words }) => [field.key, words]))),
    deeds,
    honours: paragraphsOf(text('honours')),
    photos: row.photo ? [row.photo] : [],
    video: null,
  };
}

/** All that the public reads of a candidate, as one text. */
export function textOf({
  name,
  unit,
  post,
  years,
  reason,
  deeds,
  honours,
}: Omit<Candidate, 'number' | 'withdrawn'>): string {
  const sections = deeds.flatMap(({ title, paragraphs }) => [title, ...paragraphs]);
  return [name, unit, post ?? '', years ?? '', reason, ...sections, ...honours].join('\n');
}
