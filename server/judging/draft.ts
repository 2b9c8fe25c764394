import { sql, type Transaction } from 'kysely';
import { type Candidate, roundToShow } from '@zuimei/shared/contest.ts';
import type { Panel } from '@zuimei/shared/judging/outcome.ts';
import type { AttachmentView } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import {
  checkSheet,
  type JudgedCandidate,
  type RecusalView,
  type SheetLines,
  type SheetState,
  type SheetView,
} from '@zuimei/shared/sheet.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db, Tables } from '../db.ts';
import { readShown } from '../tally/reveal.ts';
import { readFiles } from './files.ts';
import { type Judged, judgingSpan, panelOf, readJudged, shuffled, standersOf } from './judged.ts';
import { type On, ownSeat, type Seat, type Seats, seatById } from './seat.ts';
import { readLocked, receiptOf, standingSheet } from './sheet.ts';
import { isComputed } from './verdict.ts';

type Parts = { db: Db; seats: Seats; clock: () => number };

/** A seat with all that its sheet is about. */
export interface Own {
  contest: Judged;
  seat: Seat;
  panel: Panel;
  standers: Candidate[];
}

/** The seat of this account. Refuses with not_found who has none, or whose panel the rules no longer have. */
export async function readOwn(on: On, slug: string, staff: number | null): Promise<Own> {
  const contest = await readJudged(on, slug);
  return ownOf(contest, await ownSeat(on, contest.id, staff));
}

/** A seat with its sheet's matter. Refuses with panel_missing where the rules no longer have its panel. */
export function ownOf(contest: Judged, seat: Seat): Own {
  return { contest, seat, panel: panelOf(contest.outcome, seat.panel), standers: standersOf(contest) };
}

export async function readRecusals(on: On, seat: number): Promise<RecusalView[]> {
  const rows = await on
    .selectFrom('recusal')
    .select(['number', 'ground', 'at'])
    .where('seat', '=', seat)
    .orderBy('number')
    .execute();
  return rows.map(({ number, ground, at }) => ({ number, ground, at: at.toISOString() }));
}

/** Candidates of the judge's own unit whom nothing keeps them from judging yet. */
export function conflictsOf(
  unit: string,
  standers: readonly Candidate[],
  recusals: readonly { number: number }[],
): number[] {
  if (foldText(unit) === '') return [];
  return standers
    .filter((one) => foldText(one.unit) === foldText(unit) && !one.withdrawn)
    .map(({ number }) => number)
    .filter((number) => !recusals.some((one) => one.number === number));
}

export async function readState(on: On, seats: Seats, own: Own): Promise<SheetState> {
  const { contest, seat, standers } = own;
  const draft = await on.selectFrom('sheet_draft').selectAll().where('seat', '=', seat.id).executeTakeFirst();
  const recusals = await readRecusals(on, seat.id);
  const revisions = await readLocked(on, [seat.id]);
  const locked = standingSheet(revisions, seat.id);
  return {
    state: seat.state,
    lines: draft?.lines ?? {},
    version: draft?.version ?? 0,
    savedAt: draft?.saved_at.toISOString() ?? null,
    recusals,
    conflicts: conflictsOf(await seats.unitOf(on, seat), standers, recusals),
    mustRecuse: contest.outcome.sameUnit === 'must',
    locked: locked && receiptOf(locked),
    asked: seat.asked && { at: seat.asked.at.toISOString(), reason: seat.asked.reason },
    reopened: !locked && revisions.length > 0,
    late: seat.late !== '',
  };
}

export async function readSheet(
  { db, seats, clock }: Parts,
  slug: string,
  staff: number | null,
): Promise<SheetView> {
  const own = await readOwn(db, slug, staff);
  const { contest, seat, panel, standers } = own;
  const files = await readFiles(db, contest);
  const votes = await readSeen(db, contest, clock());
  return {
    ...(await readState(db, seats, own)),
    now: new Date(clock()).toISOString(),
    task: {
      slug,
      title: contest.title,
      organizers: contest.organizers,
      noun: contest.noun,
      categories: contest.categories,
      seat: { code: seat.code, panel: seat.panel, kind: seat.kind },
      criteria: panel.criteria,
      decimals: contest.outcome.decimals,
      candidates: shuffled(standers, slug, seat.code).map((one) =>
        judgedCandidate(one, panel.blind, files, votes),
      ),
      ...judgingSpan(contest),
    },
  };
}

function judgedCandidate(
  { withdrawn, unit, ...candidate }: Candidate,
  blind: boolean,
  files: ReadonlyMap<number, AttachmentView[]>,
  votes: ReadonlyMap<number, number> | null,
): JudgedCandidate {
  return {
    ...candidate,
    unit: blind ? null : unit,
    files: files.get(candidate.number) ?? [],
    votes: votes && (votes.get(candidate.number) ?? 0),
    withdrawn: withdrawn !== null,
  };
}

/** Counts of the round shown, for judges of a contest that lets them see what everybody sees; null = none. */
async function readSeen(db: Db, contest: Own['contest'], now: number): Promise<Map<number, number> | null> {
  if (!contest.outcome.seeCounts) return null;
  const lines = await readShown(db, contest, roundToShow(contest, now), now);
  return lines && new Map(lines.map(({ number, votes }) => [number, votes]));
}

/**
 * Keeps the whole draft, also after the end: whether it still may be locked is asked then. Refuses with sheet_changed {version} when another
 * page has saved since, sheet_locked, seat_closed, not_found for candidates that are not judged, recused {number} for those that this seat
 * must not, and bad_request for criteria that there are not.
 */
export async function saveDraft(
  { db, seats, clock }: Parts,
  slug: string,
  staff: number | null,
  given: { lines: SheetLines; version: number },
): Promise<SheetState> {
  return await db.transaction().execute(async (tx) => {
    const own = await lockOwn(tx, slug, staff);
    const state = await readState(tx, seats, own);
    await checkOpen(tx, own, state);
    if (state.version !== given.version) throw new Refusal('sheet_changed', { version: state.version });
    checkKnown(own, state, given.lines);
    await keepDraft(tx, own.seat.id, given.lines, state.version + 1, clock());
    return await readState(tx, seats, own);
  });
}

/** The seat of this account, held until the transaction ends: one act on a sheet at a time. */
export async function lockOwn(tx: Transaction<Tables>, slug: string, staff: number | null): Promise<Own> {
  const own = await readOwn(tx, slug, staff);
  await sql`select 1 from seat where id = ${own.seat.id} for update`.execute(tx);
  return { ...own, seat: await seatById(tx, own.contest.id, own.seat.id) };
}

/** May this sheet still be written? Refuses with seat_closed and sheet_locked. */
export async function checkOpen(
  on: On,
  { seat }: Own,
  { locked }: Pick<SheetState, 'locked'>,
): Promise<void> {
  if (seat.state !== 'seated' || (await isComputed(on, seat.contest))) throw new Refusal('seat_closed');
  if (locked) throw new Refusal('sheet_locked');
}

/** As checkSheet, of all who stand. */
export function checkWhole(
  { panel, standers, contest }: Own,
  sheet: Pick<SheetState, 'lines' | 'recusals'>,
): void {
  const candidates = standers.map(({ number, withdrawn }) => ({ number, withdrawn: withdrawn !== null }));
  checkSheet({ criteria: panel.criteria, decimals: contest.outcome.decimals, candidates }, sheet);
}

/** Nothing but points that can be given, to whom this seat judges. Refuses as saveDraft says. */
export function checkKnown(
  { panel, standers, contest }: Own,
  { recusals }: Pick<SheetState, 'recusals'>,
  lines: SheetLines,
): void {
  const unit = 10 ** contest.outcome.decimals;
  for (const [key, line] of Object.entries(lines)) {
    const number = Number(key);
    if (!standers.some((one) => one.number === number)) throw new Refusal('not_found');
    const given = Object.entries(line.points);
    if (given.length > 0 && recusals.some((one) => one.number === number))
      throw new Refusal('recused', { number });
    for (const [id, points] of given) {
      const criterion = panel.criteria.find((one) => one.id === id);
      if (!criterion) throw new Refusal('bad_request', { field: 'lines' });
      const step = criterion.half ? unit / 2 : unit;
      if (points > criterion.full * unit || !Number.isInteger(points / step))
        throw new Refusal('points_out', { criterion: criterion.name, number });
    }
  }
}

export async function keepDraft(
  tx: Transaction<Tables>,
  seat: number,
  lines: SheetLines,
  version: number,
  now: number,
): Promise<void> {
  await sql`
    insert into sheet_draft (seat, lines, version, saved_at)
    values (${seat}, ${JSON.stringify(lines)}::jsonb, ${version}, ${new Date(now).toISOString()}::timestamptz)
    on conflict (seat) do update set lines = excluded.lines, version = excluded.version, saved_at = excluded.saved_at`.execute(
    tx,
  );
}
