import { type RawBuilder, sql } from 'kysely';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { type BatchCommitter, type CastBallot, createBatchCommitter } from '@zuimei/shared/ledger/batch.ts';
import { ADDRESS_BYTES, DEVICE_BYTES, FADED_BYTES } from '@zuimei/shared/ledger/evidence.ts';
import type { Line } from '@zuimei/shared/ledger/replay.ts';
import type { Db } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { ledgerKeys, openingsBy } from '../vote/keys.ts';
import { flagsColumn } from '../vote/receipt.ts';

const PAGE = 10_000;

/** A line with the place that the database has it at. */
export interface PlacedLine extends Line {
  index: number;
}

/**
 * The ledger of a contest in order, with what opens each entry, a page at a time: while one page is being used the next is on its
 * way. `db`: a transaction, so that all pages are of one moment; or the database itself with `below`, an index that is already passed.
 * Calls `gap` where numbers are missing. `page`: how many entries at a time. Without `openings` what opens a ballot is neither read nor
 * worked out, which is most of the cost.
 */
export async function* readLines(
  db: Db,
  secrets: Secrets,
  contest: { id: number; slug: string },
  { gap = () => {}, below = Number.MAX_SAFE_INTEGER, page: most = PAGE, openings = true }: Reading = {},
): AsyncGenerator<PlacedLine[]> {
  const committer = createBatchCommitter(contest.slug, ledgerKeys(secrets, contest.slug));
  const read = (from: number): Promise<Page> => {
    const range = sql`index >= ${from} and index < ${Math.min(below, from + most)}`;
    const page = readPage(db, contest.id, { from, range, openings });
    // Awaited a page later, or never when the reader has gone.
    page.catch(() => {});
    return page;
  };
  let next = read(0);
  for (let from = 0; ; from += most) {
    const page = await next;
    const end = Math.min(below, page.end);
    if (from + most < end) next = read(from + most);
    if (page.count !== Math.min(most, end - from)) gap(`${from + 1}–${Math.min(from + most, end)}`);
    yield linesOf(page, from, committer);
    if (from + most >= end) return;
  }
}

/** The entries at these indexes, with what opens them. */
export async function readLinesAt(
  db: Db,
  secrets: Secrets,
  contest: { id: number; slug: string },
  indexes: readonly number[],
): Promise<PlacedLine[]> {
  if (indexes.length === 0) return [];
  const committer = createBatchCommitter(contest.slug, ledgerKeys(secrets, contest.slug));
  const range = sql`index = any(${`{${indexes.join(',')}}`}::bigint[])`;
  return linesOf(await readPage(db, contest.id, { from: -1, range, openings: true }), -1, committer);
}

interface Reading {
  openings?: boolean;
  gap?: (detail: string) => void;
  below?: number;
  page?: number;
}

/** A page of entries as columns, each in one text: a row of the database would cost more than all hashes of its entry. */
interface Page {
  count: number;
  /** Behind the last entry of the whole ledger. */
  end: number;
  /** By comma; '' when they follow each other from where the page begins. */
  indexes: string;
  /** Milliseconds since 1970, by comma. */
  at: string;
  kinds: string;
  /** 64 hex digits each. */
  commitments: string;
  /** Of ballots only, in order: 32 hex digits each. */
  tags: string;
  /** Likewise: 36 characters, 32 hex digits, numbers by comma, 'c' or 'h'. */
  ballotIds: string;
  voters: string;
  picks: string;
  states: string;
  /** Their traces: numbers by comma; 8 bytes each; 16 bytes each, and of each 'r' raw, 'f' faded and filled up, or '-' none. */
  flags: string;
  devices: Uint8Array;
  ips: Uint8Array;
  ipKinds: string;
  /** Of the other entries, in order. */
  acts: Act[];
}

const NO_DEVICE = sql.raw(`'\\xffffffffffffffff'::bytea`);
const FILLING = sql.raw(`'\\x00000000'::bytea`);
const NO_ADDRESS = sql.raw(`'\\xffffffffffffffffffffffffffffffff'::bytea`);

const ballotColumns = sql`
      coalesce(string_agg(ballot_id::text, '' order by index), '') as "ballotIds",
      coalesce(string_agg(encode(voter, 'hex'), '' order by index), '') as voters,
      coalesce(string_agg(array_to_string(picks, ','), ';' order by index), '') as picks,
      coalesce(string_agg(left(state, 1), '' order by index), '') as states,
      coalesce(string_agg(flags::text, ',' order by index), '') as flags,
      coalesce(string_agg(device, ''::bytea order by index), '') as devices,
      coalesce(string_agg(ip, ''::bytea order by index), '') as ips,
      coalesce(string_agg(ip_kind, '' order by index), '') as "ipKinds"`;
const noColumns = sql`
      '' as "ballotIds", '' as voters, '' as picks, '' as states, '' as flags, ''::bytea as devices, ''::bytea as ips, '' as "ipKinds"`;
const ballotInner = sql`
      , ballot_id, voter, picks, state,
        case when kind = 'ballot' then ${flagsColumn} end as flags,
        case when kind = 'ballot' then case when length(device) = 8 then device else ${NO_DEVICE} end end as device,
        case when kind = 'ballot' then case length(ip) when 16 then ip when 12 then ip || ${FILLING} else ${NO_ADDRESS} end end as ip,
        case when kind = 'ballot' then case length(ip) when 16 then 'r' when 12 then 'f' else '-' end end as ip_kind`;

/** `from`: where the range begins if it is one without a gap; no index otherwise. */
async function readPage(
  db: Db,
  contest: number,
  { from, range, openings }: { from: number; range: RawBuilder<unknown>; openings: boolean },
): Promise<Page> {
  const { rows } = await sql<Page>`
    select count(*)::int as count,
      coalesce((select max(index) + 1 from ledger_entry where contest = ${contest}), 0)::float8 as end,
      case when max(index) = ${from}::bigint + count(*) - 1 then '' else coalesce(string_agg(index::text, ',' order by index), '') end as indexes,
      coalesce(string_agg(floor(extract(epoch from at) * 1000)::bigint::text, ',' order by index), '') as at,
      coalesce(string_agg(kind, ',' order by index), '') as kinds,
      coalesce(string_agg(encode(commitment, 'hex'), '' order by index), '') as commitments,
      coalesce(string_agg(case when length(tag) = 16 then encode(tag, 'hex') else repeat('-', 32) end, '' order by index) filter (where kind = 'ballot'), '') as tags,
      ${openings ? ballotColumns : noColumns},
      coalesce(jsonb_agg(act order by index) filter (where kind <> 'ballot'), '[]') as acts
    from (
      select index, at, kind, commitment, tag, act ${openings ? ballotInner : sql``}
      from ledger_entry where contest = ${contest} and ${range} order by index
    ) entries`.execute(db);
  return rows[0] as Page;
}

function linesOf(page: Page, from: number, committer: BatchCommitter): PlacedLine[] {
  const indexes = page.indexes === '' ? null : page.indexes.split(',').map(Number);
  const kinds = page.kinds.split(',');
  const instants = page.at.split(',');
  const openings = openingsBy(committer, ballotsOf(page));
  let [at, ms, ballot, act] = ['', '', 0, 0];
  return Array.from({ length: page.count }, (_, i): PlacedLine => {
    const index = indexes?.[i] ?? from + i;
    if (instants[i] !== ms) {
      ms = instants[i] ?? '';
      at = new Date(Number(ms)).toISOString();
    }
    const kind = kinds[i] ?? '';
    const commitment = page.commitments.slice(i * 64, i * 64 + 64);
    if (kind !== 'ballot') return { index, at, kind, commitment, act: page.acts[act++] ?? null };
    const tag = page.tags.slice(ballot * 32, ballot * 32 + 32);
    return { index, at, kind, commitment, tag, opening: openings[ballot++] ?? null };
  });
}

function ballotsOf(page: Page): CastBallot[] {
  const picks = page.picks.split(';');
  const flags = page.flags.split(',').map(Number);
  const lengths: Record<string, number> = { r: ADDRESS_BYTES, f: FADED_BYTES };
  return Array.from({ length: page.ballotIds.length / 36 }, (_, i) => ({
    ballotId: page.ballotIds.slice(i * 36, i * 36 + 36),
    voter: page.voters.slice(i * 32, i * 32 + 32),
    picks: (picks[i] ?? '').split(',').map(Number),
    state: page.states[i] === 'h' ? ('held' as const) : ('counted' as const),
    flags: flags[i] ?? -1,
    device: page.devices.subarray(i * DEVICE_BYTES, (i + 1) * DEVICE_BYTES),
    ip: page.ips.subarray(i * ADDRESS_BYTES, i * ADDRESS_BYTES + (lengths[page.ipKinds[i] ?? ''] ?? 0)),
  }));
}
