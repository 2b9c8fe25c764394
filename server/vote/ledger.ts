import { createHmac } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { BallotState, OwnOpening, Receipt } from '@zuimei/shared/ballot.ts';
import { type Act, type ActKind, quietKinds, type RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { type BatchCommitter, createBatchCommitter } from '@zuimei/shared/ledger/batch.ts';
import type { Canonical } from '@zuimei/shared/ledger/canonical.ts';
import { actCommitment } from '@zuimei/shared/ledger/entry.ts';
import { ADDRESS_BYTES, FADED_BYTES, flagsOf } from '@zuimei/shared/ledger/evidence.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { findContest, readContest, type StoredContest } from '../contest/contest.ts';
import { lockContest } from '../contest/lock.ts';
import { frozenRules } from '../contest/rules.ts';
import type { Db, Tables } from '../db.ts';
import { checkPublic } from '../http/public.ts';
import { missingReason } from '../http/reason.ts';
import type { Secrets } from '../secret.ts';
import { digestOf, raiseHead, readHead } from './head.ts';
import { ledgerKeys, openingsBy } from './keys.ts';
import { findReceipts, type OwnRecord, readBallots, readReceipts } from './receipt.ts';
import { actsOf, MOST_NAMED, MOST_RULED, type Order, type Ruled } from './ruling.ts';

/** A ballot that has passed who and rules; the gate sets `state` and `flags`. */
export interface Ballot {
  ballotId: string;
  /** Hex, 16 bytes. */
  voter: string;
  /** Ascending. */
  picks: readonly number[];
  /** 8 bytes. */
  device: Uint8Array;
  /** 16 bytes. */
  ip: Uint8Array;
  /** Held until it is ruled on, else counted. */
  state: BallotState;
  /** As of shared/ledger/evidence.ts: with device, ip and channel it is the ballot's evidence, which its commitment covers. */
  flags: number;
  /** Place in shared/live.ts `channels`; absent = not known. */
  channel?: number;
}

const HELD = 1 << 24;
const RECORD = 88;

/** Why nothing of a batch was written: the contest changed since it was checked, is not open, or pauses. */
export type Setback = 'stale' | 'closed' | 'paused';
export type Outcome = Receipt | Refusal;

export interface Ledger {
  /**
   * Commits a batch in one statement: resolves after the fsync, with one outcome a ballot in order. At most one ballot a voter.
   * A rejection says nothing about whether it took effect: the same ballots may be sent again.
   */
  commit(contest: StoredContest, batch: readonly Ballot[]): Promise<Outcome[] | Setback>;
  /** Receipts given before for these ballots, null where there is none. */
  findReceipts(
    contestId: number,
    asked: readonly { voter: string; ballotId: string }[],
  ): Promise<(Receipt | null)[]>;
  /** A voter's ballots, newest first, with the quota period of each. */
  ballotsOf(contestId: number, voter: string): Promise<OwnRecord[]>;
  /** Freezes the rules as they now stand as an entry of the ledger, unless the last entry of that kind has them; gives the contest. */
  open(slug: string): Promise<StoredContest>;
  /**
   * A change by staff that bears on the result, and its entry, in one transaction: `change` does it under the contest's lock, then the
   * version grows and the act is appended with the rules as they stand after it. A ledger that had not begun begins here; the rules
   * are still frozen by `open` when voting opens. In a contest that is not published nothing is in force: it changes without an entry.
   * An act of the judging and of what follows (quietKinds) leaves version and rules alone, so that ballots pass beside it. Refuses with not_found,
   * personal_words for a reason or reference that nobody may read (http/public.ts), and with what `change` refuses. Gives the index of the entry, null where there is none.
   */
  amend(slug: string, amendment: Amendment): Promise<number | null>;
  /**
   * A change by staff of what citizens read and no rule knows of: `change` does it under the contest's lock, then the version grows, so
   * that it is seen at once. Refuses with not_found, with what `change` refuses, and with reason_missing when rules would be others than
   * a ledger that has begun holds: that is an amendment.
   */
  revise(slug: string, change: (tx: Transaction<Tables>, contestId: number) => Promise<void>): Promise<void>;
  /**
   * Moves ballots as auditors ruled, in one transaction with the counts and the entries that say so; rules and version stay as they are,
   * and ballots that come meanwhile wait. Refuses with not_found, archived, too_many_ballots {most}, nothing_to_rule when none of them can be
   * moved, and with what `before` and `after` refuse.
   */
  rule(slug: string, order: Order): Promise<Ruled>;
  /** Contests whose ledger is not open yet, or stands at an older version of the contest; their rounds as they are kept, not parsed. */
  behind(): Promise<Pick<StoredContest, 'slug' | 'rounds'>[]>;
  /** The log's name as it was when the ledger was opened, null before. */
  originOf(slug: string): Promise<string | null>;
  /**
   * What was cast under `from` also counts against the quotas of `into`, which then answers for those ballotIds too; the entries stay as they
   * are. Pairs without a ballot cost one look-up together.
   */
  join(pairs: readonly { contestId: number; from: string; into: string }[]): Promise<void>;
  /** What opens these ballots of a contest, in their order. */
  openingsOf(slug: string, ballots: readonly OwnRecord[]): OwnOpening[];
}

/** What was done, in public words and numbers, as it stands in the entry beside the rules. */
export type Facts = { readonly [field: string]: Canonical };

export interface Amendment {
  kind: ActKind;
  actor: string;
  reason: string;
  reference?: string;
  /**
   * Also records the act (staff/action.ts). Gives null when there was nothing to do: then nothing is appended. `at`: the moment that the entry
   * is dated by, so that what it says of days and ends is true of its own moment; a ballot that comes meanwhile moves the date on.
   */
  change(tx: Transaction<Tables>, contestId: number, at: Date): Promise<Facts | null>;
  /** In the same transaction, once the entry has its index. */
  done?(tx: Transaction<Tables>, index: number): Promise<void>;
}

export function createLedger(db: Db, secrets: Secrets, newOrigin: (slug: string) => string): Ledger {
  const committers = new Map<string, BatchCommitter>();

  function committerOf(slug: string): BatchCommitter {
    let committer = committers.get(slug);
    if (!committer) committers.set(slug, (committer = createBatchCommitter(slug, ledgerKeys(secrets, slug))));
    return committer;
  }

  async function commit(contest: StoredContest, batch: readonly Ballot[]): Promise<Outcome[] | Setback> {
    const records = Buffer.allocUnsafe(batch.length * RECORD);
    const committer = committerOf(contest.slug);
    committer.commit(batch, records, 16, RECORD);
    committer.marks(batch, records, 72, RECORD);
    let ids = '{';
    let picks = '{';
    let flags = '{';
    let at = 0;
    for (const ballot of batch) {
      const comma = at === 0 ? '' : ',';
      ids += comma + ballot.ballotId;
      picks += `${comma}"{${ballot.picks.join(',')}}"`;
      flags += comma + (flagsOf(ballot) | (ballot.state === 'held' ? HELD : 0));
      records.write(ballot.voter, at, 'hex');
      records.set(ballot.device, at + 48);
      records.set(ballot.ip, at + 56);
      at += RECORD;
    }
    const { rows } = await sql<{
      verdict: string;
      committed_at: Date;
      base: string | number;
      slots: string;
    }>`-- prepared commit_ballots
      select * from commit_ballots(${contest.id}::int, ${contest.version}::int, ${`${ids}}`}::uuid[], ${`${picks}}`}::text[],
        ${`${flags}}`}::int[], ${records}::bytea)`.execute(db);
    const row = rows[0];
    if (!row) throw new Error('commit_ballots gave no row');
    if (row.verdict !== 'ok') return row.verdict as Setback;
    return outcomes(contest, batch, row.slots.split(','), Number(row.base), row.committed_at.toISOString());
  }

  async function outcomes(
    contest: StoredContest,
    batch: readonly Ballot[],
    slots: string[],
    base: number,
    committedAt: string,
  ): Promise<Outcome[]> {
    const repeated: number[] = [];
    const result = batch.map((ballot, i): Outcome => {
      const slot = Number(slots[i]);
      if (slot === -1) return new Refusal('quota_spent', { limit: contest.rule.ballotsPerPeriod });
      if (slot === -2) return new Refusal('picked_already');
      if (slot < base) repeated.push(i);
      return { ballotId: ballot.ballotId, index: slot, at: committedAt, state: ballot.state };
    });
    if (repeated.length === 0) return result;
    const indexes = repeated.map((i) => Number(slots[i]));
    const receipts = await readReceipts(db, contest.id, indexes);
    for (const i of repeated) result[i] = receipts.get(Number(slots[i])) ?? new Refusal('internal');
    return result;
  }

  async function open(slug: string): Promise<StoredContest> {
    return await db.transaction().execute(async (tx) => {
      await lockContest(tx, slug, 'update');
      const contest = await findContest(tx, slug);
      const before = await readHead(tx, contest.id);
      const raised = await raiseHead(tx, contest, newOrigin(slug));
      if (raised && (before === null || before.version === 0 || before.rules !== digestOf(contest)))
        await appendAct(tx, contest.id, 'rules', {
          actor: 'system',
          reason: 'rules as they stand for voting',
          reference: '',
          rules: frozenRules(contest),
          version: contest.version,
        });
      return contest;
    });
  }

  async function amend(slug: string, amendment: Amendment): Promise<number | null> {
    const { kind, actor, reason, reference = '', change, done } = amendment;
    for (const text of [reason, reference]) checkPublic(text);
    const beside = quietKinds.includes(kind);
    return await db.transaction().execute(async (tx) => {
      const { id } = await lockContest(tx, slug, 'update');
      const at = await readMoment(tx, id);
      const facts = await change(tx, id, at);
      if (!facts) return null;
      if (!beside) await growVersion(tx, id);
      const contest = await readContest(tx, slug);
      if (!contest) return null;
      const head = await readHead(tx, id);
      // Version 0 takes no ballot: the head waits for `open`.
      if (head === null) await raiseHead(tx, { ...contest, version: 0 }, newOrigin(slug));
      else if (head.version > 0 && !beside) await raiseHead(tx, contest, newOrigin(slug));
      const said: Act = { ...facts, actor, reason, reference };
      const stands = { rules: frozenRules(contest), version: contest.version };
      const index = await appendAct(tx, id, kind, beside ? said : { ...said, ...stands }, at);
      await done?.(tx, index);
      return index;
    });
  }

  async function revise(
    slug: string,
    change: (tx: Transaction<Tables>, contestId: number) => Promise<void>,
  ): Promise<void> {
    await db.transaction().execute(async (tx) => {
      const { id } = await lockContest(tx, slug, 'update');
      const before = await readContest(tx, slug);
      await change(tx, id);
      await growVersion(tx, id);
      const after = await readContest(tx, slug);
      const same = before === null || after === null || digestOf(before) === digestOf(after);
      if (!same && (await readHead(tx, id))) throw missingReason();
    });
  }

  async function rule(slug: string, order: Order): Promise<Ruled> {
    const { verb, entries, before, after } = order;
    if (entries.length > MOST_RULED) throw new Refusal('too_many_ballots', { most: MOST_RULED });
    return await db.transaction().execute(async (tx) => {
      // Locked before the head, as `amend` does; shared, since nothing of the contest changes.
      const contest = await lockContest(tx, slug, 'share');
      if (contest.archived) throw new Refusal('archived');
      await before?.(tx, contest.id);
      const { first, moved } = await moveBallots(tx, contest.id, verb, entries);
      if (moved.length === 0) throw new Refusal('nothing_to_rule');
      const rulings: number[] = [];
      for (const act of actsOf(order, moved)) rulings.push(await appendAct(tx, contest.id, 'ruling', act));
      if (rulings.some((index, i) => index !== first + i))
        throw new Error('a ruling stands at another index');
      const done = { rulings, ballots: moved.length };
      await after?.(tx, contest.id, done);
      return done;
    });
  }

  async function join(pairs: readonly { contestId: number; from: string; into: string }[]): Promise<void> {
    if (pairs.length === 0) return;
    const { rows } = await sql<{ at: number }>`
      select p.at::int as at
      from unnest(${`{${pairs.map((one) => one.contestId).join(',')}}`}::int[],
                  ${`{${pairs.map((one) => one.from).join(',')}}`}::text[]) with ordinality p (contest, voter, at)
      where exists (select 1 from voter_quota v where v.contest = p.contest and v.voter = decode(p.voter, 'hex'))`.execute(
      db,
    );
    for (const { at } of rows) {
      const pair = pairs[at - 1];
      if (pair)
        await sql`
          select join_voters(${pair.contestId}::int, decode(${pair.from}, 'hex'), decode(${pair.into}, 'hex'))`.execute(
          db,
        );
    }
  }

  async function behind(): Promise<Pick<StoredContest, 'slug' | 'rounds'>[]> {
    const { rows } = await sql<Pick<StoredContest, 'slug' | 'rounds'>>`
      select c.slug, c.settings -> 'rounds' as rounds from contest c left join ledger_head h on h.contest = c.id
      where c.published_at is not null and (h.contest is null or h.version < c.version)`.execute(db);
    return rows;
  }

  async function originOf(slug: string): Promise<string | null> {
    const { rows } = await sql<{ origin: string }>`
      select h.origin from ledger_head h join contest c on c.id = h.contest where c.slug = ${slug}`.execute(
      db,
    );
    return rows[0]?.origin ?? null;
  }

  return {
    commit,
    findReceipts: (contestId, asked) => findReceipts(db, contestId, asked),
    ballotsOf: (contestId, voter) => readBallots(db, contestId, voter),
    open,
    amend,
    revise,
    rule,
    join,
    behind,
    originOf,
    openingsOf: (slug, ballots) =>
      openingsBy(
        committerOf(slug),
        ballots.map((one) => ({ ...one, ...one.trace })),
      ).map((opening, i) => ({ ...opening, tag: ballots[i]?.tag ?? '' })),
  };
}

/** No ballot that was checked under what was before is committed any more. */
async function growVersion(tx: Transaction<Tables>, contestId: number): Promise<void> {
  await sql`update contest set version = version + 1 where id = ${contestId}`.execute(tx);
}

/** Moves what the verb can move of these; `first`: the index that the next entry will have. See rule_ballots. */
async function moveBallots(
  tx: Transaction<Tables>,
  contestId: number,
  verb: RulingVerb,
  entries: readonly number[],
): Promise<{ first: number; moved: number[] }> {
  const { rows } = await sql<{ first: string | number | null; moved: (string | number)[] | null }>`
    select * from rule_ballots(${contestId}::int, ${verb}, ${`{${entries.join(',')}}`}::bigint[], ${MOST_NAMED}::int)`.execute(
    tx,
  );
  return { first: Number(rows[0]?.first ?? 0), moved: (rows[0]?.moved ?? []).map(Number) };
}

/** Now, by the database's clock, as an entry appended now would have it. Read once the contest is locked. */
async function readMoment(tx: Transaction<Tables>, contestId: number): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select greatest(date_trunc('milliseconds', clock_timestamp()), (select last_at from ledger_head where contest = ${contestId})) as at`.execute(
    tx,
  );
  const [row] = rows;
  if (!row) throw new Error('no moment');
  return row.at;
}

/** Appends an act to the ledger, dated `at` or now; resolves with its index once the transaction is committed. */
async function appendAct(
  tx: Transaction<Tables>,
  contestId: number,
  kind: ActKind,
  act: Act,
  at: Date | null = null,
): Promise<number> {
  const { rows } = await sql<{ index: string | number }>`
    select append_act(${contestId}::int, ${kind}, ${JSON.stringify(act)}::jsonb, ${Buffer.from(actCommitment(act), 'hex')}::bytea,
      ${at?.toISOString() ?? null}::timestamptz) as index`.execute(tx);
  return Number(rows[0]?.index);
}

const FADE_PAGE = 5_000;

/**
 * Turns the raw addresses of a contest's ballots into digests under its fading key: equal ones stay equal, none can be read again. The
 * ledger commits to the digests (shared/ledger/evidence.ts), so it verifies as before. Goes page by page, each its own statement; called again it does what is left. Gives how many it turned.
 */
export async function fadeTrace(db: Db, key: Uint8Array, contestId: number): Promise<number> {
  const head = await sql<{ size: string | number }>`
    select size from ledger_head where contest = ${contestId}`.execute(db);
  const size = Number(head.rows[0]?.size ?? 0);
  let faded = 0;
  for (let from = 0; from < size; from += FADE_PAGE) {
    const { rows } = await sql<{ index: string | number; ip: Uint8Array }>`
      select index, ip from ledger_entry
      where contest = ${contestId} and index >= ${from} and index < ${from + FADE_PAGE} and length(ip) = ${ADDRESS_BYTES}`.execute(
      db,
    );
    if (rows.length === 0) continue;
    const digests = rows.map(({ ip }) =>
      createHmac('sha256', key).update(ip).digest().subarray(0, FADED_BYTES).toString('hex'),
    );
    await sql`
      update ledger_entry e set ip = decode(d.digest, 'hex')
      from unnest(${`{${rows.map((row) => row.index).join(',')}}`}::bigint[], ${`{${digests.join(',')}}`}::text[]) as d (index, digest)
      where e.contest = ${contestId} and e.index = d.index`.execute(db);
    faded += rows.length;
  }
  return faded;
}
