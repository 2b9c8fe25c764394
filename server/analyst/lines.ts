import { sql } from 'kysely';
import type { BallotLine, Verdict } from '@zuimei/shared/audit.ts';
import type { BallotState } from '@zuimei/shared/ballot.ts';
import { toHex } from '@zuimei/shared/bytes.ts';
import { channels } from '@zuimei/shared/live.ts';
import { FORTUNE, signalsIn } from '@zuimei/shared/policy.ts';
import type { Db } from '../db.ts';
import type { Whereabouts } from './columns.ts';
import { addressText, netText, netWords } from './net.ts';

interface Row {
  index: number;
  at: Date;
  round: number;
  picks: number[];
  state: BallotState;
  now: Verdict | null;
  ruling: number | null;
  signals: number;
  unscreened: boolean;
  channel: number | null;
  voter: Uint8Array;
  device: Uint8Array | null;
  ip: Uint8Array | null;
}

export interface LineView {
  /** ms: of ballots from then on neither picks nor what hangs on them is shown. */
  shownUpTo: number;
  whereabouts: Whereabouts;
}

const PORTION = 1_000;

const columns = sql`e.index::float8 as index, e.at, e.round, e.picks, e.state, r.state as now, r.ruling::float8 as ruling, e.signals,
  e.unscreened, e.channel, e.voter, e.device, e.ip`;
const ruled = sql`left join ballot_ruling r on r.contest = e.contest and r.index = e.index`;

/** The ballots at these indexes, newest first. Indexes of other entries are passed over. */
export async function readLines(
  db: Db,
  contest: number,
  indexes: readonly number[],
  view: LineView,
): Promise<BallotLine[]> {
  const { rows } = await sql<Row>`
    select ${columns} from ledger_entry e ${ruled}
    where e.contest = ${contest} and e.index = any(${`{${indexes.join(',')}}`}::bigint[]) and e.kind = 'ballot'
    order by e.index desc`.execute(db);
  return rows.map((row) => lineOf(row, view));
}

/** The newest ballots below `before`, newest first. */
export async function readNewest(
  db: Db,
  contest: number,
  before: number,
  limit: number,
  view: LineView,
): Promise<BallotLine[]> {
  const { rows } = await sql<Row>`
    select ${columns} from ledger_entry e ${ruled}
    where e.contest = ${contest} and e.index < ${before} and e.kind = 'ballot' order by e.index desc limit ${limit}`.execute(
    db,
  );
  return rows.map((row) => lineOf(row, view));
}

/** Indexes of a voter's ballots (hex, 32 digits), newest first: the quota has them without any other index. */
export async function readOwn(db: Db, contest: number, voter: string): Promise<number[]> {
  const { rows } = await sql<{ index: number }>`
    select i::float8 as index from voter_quota q, unnest(q.indexes) i
    where q.contest = ${contest} and q.voter = decode(${voter}, 'hex') order by i desc`.execute(db);
  return rows.map((row) => row.index);
}

/** All ballots, newest first, a portion at a time. */
export async function* newestLines(db: Db, contest: number, view: LineView): AsyncGenerator<BallotLine[]> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const lines = await readNewest(db, contest, before, PORTION, view);
    if (lines.length > 0) yield lines;
    if (lines.length < PORTION) return;
    before = lines.at(-1)?.index ?? 0;
  }
}

/** The ballots of these rows (ascending), newest first, a portion at a time. */
export async function* linesOf(
  db: Db,
  contest: number,
  rows: Uint32Array,
  view: LineView,
): AsyncGenerator<BallotLine[]> {
  for (let to = rows.length; to > 0; to -= PORTION)
    yield await readLines(db, contest, [...rows.subarray(Math.max(0, to - PORTION), to)], view);
}

function lineOf(row: Row, { shownUpTo, whereabouts }: LineView): BallotLine {
  const address = row.ip ?? new Uint8Array(0);
  const { region, class: kind } = whereabouts(address);
  const shown = row.at.getTime() < shownUpTo;
  return {
    index: row.index,
    at: row.at.toISOString(),
    round: row.round,
    picks: shown ? row.picks : null,
    castAs: row.state,
    verdict: row.now ?? row.state,
    signals: signalsIn(shown ? row.signals : row.signals & ~FORTUNE),
    unscreened: row.unscreened,
    channel: channels[row.channel ?? 0] ?? 'unknown',
    region,
    class: kind,
    address: addressText(address),
    net: netText(netWords(address)),
    device: toHex(row.device ?? new Uint8Array(0)),
    voter: toHex(row.voter),
    ruling: row.ruling,
  };
}
