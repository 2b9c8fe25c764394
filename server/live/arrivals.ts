import { type RawBuilder, sql } from 'kysely';
import { channels } from '@zuimei/shared/live.ts';
import type { Addresses } from '../address/address.ts';
import { UNKNOWN } from '../address/offline.ts';
import type { Db } from '../db.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Minutes are kept for a day and the hour before it. */
const KEPT_MS = 25 * HOUR_MS;
const KEPT_SECONDS_MS = 2 * MINUTE_MS;
/** Entries read at once. Each may come from a network of its own: so many look-ups take some 20 ms, and ballots wait that long. */
const CHUNK = 2_500;
/** A request waits this long for the ledger to be read up; then it is told how far that is. */
const PATIENCE_MS = 300;

/** What the ledger of one contest holds by time, place and way, as far as it has been read. */
export interface Sums {
  /** Entries [0, upto) are in; the ledger had `size`. */
  upto: number;
  size: number;
  /** By second, minute and hour since 1970: ballots. Seconds and minutes only of late. */
  seconds: Map<number, number>;
  minutes: Map<number, number>;
  hours: Map<number, number>;
  /** By minute since 1970: picks by candidate. Only of late. */
  picks: Map<number, Map<number, number>>;
  regions: Map<string, number>;
  /** In the order of shared/live.ts `channels`. */
  channels: number[];
  unscreened: number;
}

export interface SumsReader {
  /**
   * The sums of a contest brought up to date as far as a moment goes; what is left is read on in the background, so that a ledger of
   * millions never keeps a request waiting. Nothing is read twice. Rejects when the database does.
   */
  read(contest: number): Promise<Sums>;
}

/** Sums kept by this process. The ledger is append-only, so they only ever grow. */
export function createSums(
  db: Db,
  addresses: Addresses,
  clock: () => number,
  stopping: () => boolean,
  { chunk = CHUNK, patienceMs = PATIENCE_MS } = {},
): SumsReader {
  const kept = new Map<number, { sums: Sums; step: Promise<void> | null; going: boolean }>();

  async function take(contest: number, sums: Sums): Promise<void> {
    const { rows } = await sql<{ size: string | number }>`
      select size from ledger_head where contest = ${contest}`.execute(db);
    const size = Number(rows[0]?.size ?? 0);
    const to = Math.min(size, sums.upto + chunk);
    const now = clock();
    if (to > sums.upto) {
      add(sums, await readChunk(db, contest, sums.upto, to, now), addresses);
    }
    sums.upto = to;
    sums.size = size;
    prune(sums, now);
  }

  return {
    async read(contest) {
      const entry = kept.get(contest) ?? { sums: emptySums(), step: null, going: false };
      kept.set(contest, entry);
      const { sums } = entry;
      const step = (): Promise<void> => {
        entry.step ??= take(contest, sums).finally(() => {
          entry.step = null;
        });
        return entry.step;
      };
      const goOn = async (): Promise<void> => {
        entry.going = true;
        try {
          while (sums.upto < sums.size && !stopping()) await step();
        } catch {
          // The next request takes its own step and is told what is wrong.
        } finally {
          entry.going = false;
        }
      };
      const began = performance.now();
      do await step();
      while (sums.upto < sums.size && performance.now() - began < patienceMs);
      if (sums.upto < sums.size && !entry.going) void goOn();
      return sums;
    },
  };
}

function emptySums(): Sums {
  return {
    upto: 0,
    size: 0,
    seconds: new Map(),
    minutes: new Map(),
    hours: new Map(),
    picks: new Map(),
    regions: new Map(),
    channels: channels.map(() => 0),
    unscreened: 0,
  };
}

interface Group {
  /** Which of the three it is grouped by. */
  by: 'time' | 'channel' | 'network';
  /** Seconds since 1970: exact when late, else the first of its minute. */
  second: number | null;
  channel: number | null;
  network: Uint8Array | null;
  ballots: number;
  unscreened: number;
}

interface Chunk {
  groups: Group[];
  picks: { minute: number; candidate: number; ballots: number }[];
}

async function readChunk(db: Db, contest: number, from: number, to: number, now: number): Promise<Chunk> {
  const late = new Date(now - KEPT_SECONDS_MS).toISOString();
  const ballots: RawBuilder<unknown> = sql`
    contest = ${contest} and index >= ${from} and index < ${to} and kind = 'ballot'`;
  const groups = await sql<Group>`
    with ballot as materialized (
      select case when at >= ${late}::timestamptz then floor(extract(epoch from at)) else floor(extract(epoch from at) / 60) * 60 end as second,
        coalesce(channel, 0) as channel, unscreened,
        case when substr(ip, 1, 12) = '\\x00000000000000000000ffff'::bytea then substr(ip, 13, 3) end as network
      from ledger_entry where ${ballots}
    )
    select case grouping(second, channel, network) when 3 then 'time' when 5 then 'channel' else 'network' end as by,
      second::float8 as second, channel::int as channel, network, count(*)::float8 as ballots,
      count(*) filter (where unscreened)::float8 as unscreened
    from ballot group by grouping sets ((second), (channel), (network))`.execute(db);
  const last = groups.rows.reduce((most, group) => Math.max(most, group.second ?? 0), 0);
  const since = now - KEPT_MS;
  if (last * 1000 < since) return { groups: groups.rows, picks: [] };
  const picks = await sql<Chunk['picks'][number]>`
    select floor(extract(epoch from at) / 60)::float8 as minute, pick::int as candidate, count(*)::float8 as ballots
    from ledger_entry, unnest(picks) as pick
    where ${ballots} and at >= ${new Date(since).toISOString()}::timestamptz group by 1, 2`.execute(db);
  return { groups: groups.rows, picks: picks.rows };
}

function add(sums: Sums, { groups, picks }: Chunk, addresses: Addresses): void {
  for (const { by, second, channel, network, ballots, unscreened } of groups) {
    if (by === 'channel') sums.channels[channel ?? 0] = (sums.channels[channel ?? 0] ?? 0) + ballots;
    else if (by === 'network')
      grow(sums.regions, network ? addresses(firstOf(network)).region : UNKNOWN, ballots);
    else {
      const at = second ?? 0;
      sums.unscreened += unscreened;
      grow(sums.seconds, at, ballots);
      grow(sums.minutes, Math.floor(at / 60), ballots);
      grow(sums.hours, Math.floor(at / 3600), ballots);
    }
  }
  for (const { minute, candidate, ballots } of picks) {
    const line = sums.picks.get(minute) ?? new Map<number, number>();
    sums.picks.set(minute, line);
    grow(line, candidate, ballots);
  }
}

/** The first address (16 bytes) of a /24, given by its three bytes. */
function firstOf(network: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.fill(0xff, 10, 12);
  bytes.set(network, 12);
  return bytes;
}

function grow<Key>(map: Map<Key, number>, key: Key, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}

function prune(sums: Sums, now: number): void {
  const forget = (map: Map<number, unknown>, before: number): void => {
    for (const key of map.keys()) if (key < before) map.delete(key);
  };
  forget(sums.seconds, (now - KEPT_SECONDS_MS) / 1000);
  forget(sums.minutes, (now - KEPT_MS) / MINUTE_MS);
  forget(sums.picks, (now - KEPT_MS) / MINUTE_MS);
}

/** Of all spans after `from`. */
export function sumFrom(map: ReadonlyMap<number, number>, from: number): number {
  let sum = 0;
  for (const [key, value] of map) if (key > from) sum += value;
  return sum;
}

/** Picks by candidate in all minutes after `from`. */
export function picksFrom(sums: Sums, from: number): Map<number, number> {
  const picks = new Map<number, number>();
  for (const [minute, line] of sums.picks)
    if (minute > from)
      for (const [candidate, n] of line) picks.set(candidate, (picks.get(candidate) ?? 0) + n);
  return picks;
}
