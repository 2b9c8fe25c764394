import type { Kysely, Transaction } from 'kysely';
import { array, type InferOutput, maxLength, object, pipe } from 'valibot';
import { editableStates, type NominationState } from '@zuimei/shared/nomination.ts';
import { lacksOf, ownerOf, type UnitPlace } from '@zuimei/shared/opinion.ts';
import type { OpinionStep } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { BelowLine } from '@zuimei/shared/unit.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Tables } from '../db.ts';
import { rowNumber } from '../http/shape.ts';
import { addAttachment, opinionField, readAttachment, readBytes } from '../nomination/attachment.ts';
import { type Filing, returnNomination } from '../nomination/filing.ts';
import { type NominationRow, readLines, readNomination, recordEvent } from '../nomination/nomination.ts';
import { opinionBody, readGiven, saveOpinion } from '../nomination/opinion.ts';
import { recordAction } from '../staff/action.ts';
import { readPlaces } from '../unit/parent.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

/** What a unit's acts must know. */
export interface OwnFiling extends Filing {
  unit: { id: number; name: string };
  stored: StoredPlan;
}

/** One paper is about at most so many nominees, each of whom keeps a copy: it goes when their data go. */
const MOST_ALSO = 50;
const COPIES_BYTES = 200 << 20;

/** An opinion as a unit gives it; `also`: other nominations that the same paper is about. */
export const givenBody = object({
  ...opinionBody.entries,
  also: pipe(array(rowNumber), maxLength(MOST_ALSO)),
});
export type Given = InferOutput<typeof givenBody>;

/** What the unit above sees of those below it: what was sent, whatever became of it, unless it was taken back. */
const sentStates: readonly NominationState[] = ['submitted', 'returned', 'accepted', 'declined', 'published'];

/** Steps that this unit gives on what another (or it itself) sends. */
function stepsOf(
  { collection, unit }: OwnFiling,
  sender: number,
  places: ReadonlyMap<number, UnitPlace>,
): OpinionStep[] {
  return collection.opinions.filter((step) => ownerOf(step, sender, places) === unit.id);
}

/** Steps that the unit gives on its own nominations. */
export async function ownSteps(db: Reader, filed: OwnFiling): Promise<OpinionStep[]> {
  return stepsOf(filed, filed.unit.id, await readPlaces(db, filed.contest.id));
}

/**
 * A nomination of this unit, or one sent from below on which it has an opinion to give; with the steps that are its to give. Refuses
 * with not_found for any other.
 */
export async function readSeen(
  db: Reader,
  filed: OwnFiling,
  id: number,
  { lock = false } = {},
): Promise<{ row: NominationRow; steps: OpinionStep[]; own: boolean }> {
  const row = await readNomination(db, id, filed.contest.id, { lock });
  const steps = stepsOf(filed, row.unit, await readPlaces(db, filed.contest.id));
  const own = row.unit === filed.unit.id;
  if (!own && (steps.length === 0 || !sentStates.includes(row.state))) throw new Refusal('not_found');
  return { row, steps, own };
}

/** Nominations from below on which the unit has an opinion to give, those that wait for it first. */
export async function readBelow(db: Reader, filed: OwnFiling): Promise<BelowLine[]> {
  const places = await readPlaces(db, filed.contest.id);
  const steps = new Map([...places.keys()].map((id) => [id, stepsOf(filed, id, places)]));
  const senders = [...steps].filter(([id, own]) => id !== filed.unit.id && own.length > 0);
  if (senders.length === 0) return [];
  const found = await db
    .selectFrom('nomination')
    .select('id')
    .where('contest', '=', filed.contest.id)
    .where('unit', 'in', [...senders.map(([id]) => id)])
    .where('state', 'in', [...sentStates])
    .execute();
  if (found.length === 0) return [];
  const ids = found.map(({ id }) => id);
  const given = await readGiven(db, ids);
  const lines = (await readLines(db, { contest: filed.contest.id, ids })).map((line) => {
    const mine = steps.get(line.unit.id) ?? [];
    const lacks = lacksOf(mine, given.get(line.id) ?? new Map());
    return { ...line, steps: mine.map(({ id }) => id), lacks: lacks.map(({ step }) => step.id) };
  });
  const waits = (line: BelowLine): number => Number(line.state === 'submitted' && line.lacks.length > 0);
  return lines.sort((a, b) => waits(b) - waits(a) || a.id - b.id);
}

/** An opinion may come while a unit's own form is open or waits for review; from above only once it was sent. */
export function mustBeHeard({ row, own }: { row: NominationRow; own: boolean }, filing: Filing): void {
  const { opens, closes } = filing.collection;
  if (filing.contest.archivedAt) throw new Refusal('collection_closed', { opens, closes });
  if (row.state !== 'submitted' && !(own && editableStates.includes(row.state)))
    throw new Refusal('state_changed', { by: row.saved_by, at: row.updated_at.toISOString() });
}

/**
 * Gives one opinion on a nomination, and on others that the same paper is about: each gets its own copy of the scan. Refuses with
 * forbidden for a step that is another's to give, state_changed, not_found, too_large {limit} when the copies would be too many.
 */
export async function giveOpinion(
  tx: Transaction<Tables>,
  filed: OwnFiling,
  id: number,
  step: string,
  { also, ...given }: Given,
): Promise<void> {
  const others = [...new Set(also)].filter((one) => one !== id);
  const names = new Map<number, string>();
  // In order of id, so that two who give at once wait for each other instead of both for both.
  for (const one of [id, ...others].sort((a, b) => a - b)) {
    const seen = await readSeen(tx, filed, one, { lock: true });
    if (!seen.steps.some((mine) => mine.id === step)) throw new Refusal('forbidden');
    mustBeHeard(seen, filed);
    names.set(one, `${seen.row.name}（${seen.row.unit_name}）`);
  }
  const scan = given.file === null || others.length === 0 ? null : await readAttachment(tx, given.file, id);
  if (scan && scan.bytes * others.length > COPIES_BYTES)
    throw new Refusal('too_large', { limit: `${Math.floor((COPIES_BYTES >> 20) / others.length)} MB` });
  const paper = scan && { ...scan, bytes: await readBytes(tx, scan), photo: null };
  const name = filed.collection.opinions.find((one) => one.id === step)?.name ?? step;
  for (const one of [id, ...others]) {
    const copy = paper && one !== id ? await addAttachment(tx, one, opinionField(step), paper, true) : null;
    const file = copy?.id ?? (one === id ? given.file : null);
    await saveOpinion(tx, filed.collection, one, step, { ...given, file }, filed.actor, filed.now);
    await recordEvent(tx, one, filed.actor, 'opinion', name);
    await recordAction(tx, filed.actor, {
      act: 'nomination.opinion',
      contest: filed.contest.id,
      subject: `${names.get(one)}：${name}`,
    });
  }
}

/** Sends one from below back to who sent it, who reads the reason. Refuses with not_found for its own, state_changed. */
export async function sendBack(
  tx: Transaction<Tables>,
  filed: OwnFiling,
  id: number,
  { version, reason }: { version: number; reason: string },
): Promise<void> {
  const seen = await readSeen(tx, filed, id, { lock: true });
  if (seen.own) throw new Refusal('not_found');
  mustBeHeard(seen, filed);
  if (seen.row.version !== version)
    throw new Refusal('state_changed', { by: seen.row.saved_by, at: seen.row.updated_at.toISOString() });
  await returnNomination(tx, filed, seen.row, reason);
}
