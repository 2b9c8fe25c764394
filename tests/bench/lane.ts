import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { readLines, readLinesAt } from '@zuimei/server/audit/lines.ts';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import type { StoredContest } from '@zuimei/server/contest/contest.ts';
import { type Database, openDatabase } from '@zuimei/server/db.ts';
import { createLog } from '@zuimei/server/log/log.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { migrate } from '@zuimei/server/schema.ts';
import { openSecrets, type Purpose, type Secrets } from '@zuimei/server/secret.ts';
import { type Ballot, createLedger, type Ledger } from '@zuimei/server/vote/ledger.ts';
import { leafOf } from '@zuimei/shared/ledger/entry.ts';
import { tallyLines } from '@zuimei/shared/ledger/recount.ts';
import { createReplayer } from '@zuimei/shared/ledger/replay.ts';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { parseProof } from '@zuimei/shared/log/proof.ts';
import { proveInclusion } from '@zuimei/shared/merkle.ts';
import { createSigner, parseNote, type Signer, signNote } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { PostgresServer } from '../harness/postgres.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { formatLanes, type LaneReceipt, type LaneRoot, leavesOf, type SignedLanes } from './lanenote.ts';
import { CANDIDATES, SECRET } from './world.ts';

/** A voter is always in the same lane. `voter`: pseudonym, hex. */
export function laneOf(voter: string, lanes: number): number {
  return Number.parseInt(voter.slice(0, 2), 16) % lanes;
}

/** Ballots of distinct voters, three picks each: for every lane `count` batches of `size`. */
export function batchesOf(lanes: number, size: number, count: number): Ballot[][][] {
  const drawn: Ballot[][] = Array.from({ length: lanes }, () => []);
  for (let i = 0; drawn.some((own) => own.length < size * count); i++) {
    const ballot = ballotOf(i);
    const own = drawn[laneOf(ballot.voter, lanes)] ?? [];
    if (own.length < size * count) own.push(ballot);
  }
  return drawn.map((own) =>
    Array.from({ length: count }, (_, nth) => own.slice(nth * size, (nth + 1) * size)),
  );
}

function ballotOf(i: number): Ballot {
  const [voter, random] = [randomBytes(16).toString('hex'), randomBytes(24)];
  const picks = [i, i + 4, i + 9].map((n) => 1 + (n % CANDIDATES)).sort((a, b) => a - b);
  const trace = { device: random.subarray(0, 8), ip: random.subarray(8), flags: 0 };
  return { ballotId: randomUUID(), voter, picks, ...trace, state: 'counted' };
}

/** The same server, by sessions with other settings: '-c commit_delay=5000'. */
export function withSettings({ url }: PostgresServer, settings: string): string {
  return settings ? `${url}?options=${encodeURIComponent(settings)}` : url;
}

/** A part of a contest's voters, with a head, a ledger, a log and a tally of its own. */
export interface Lane {
  slug: string;
  contest: StoredContest;
  ledger: Ledger;
  database: Database;
}

export interface Laned {
  lanes: Lane[];
  secrets: Secrets;
  /** Of the note over the lanes. */
  signer: Signer;
  /** Seals every lane; gives the signed note over them all. */
  sign(): Promise<string>;
  /** Of an entry under the newest note, with the leaf that it is of. */
  receipt(
    lane: number,
    index: number,
    under: SignedLanes,
  ): Promise<{ receipt: LaneReceipt; leaf: Uint8Array }>;
  /** For each lane the proof that it grew from the one note to the other. */
  grown(from: SignedLanes, to: SignedLanes): Promise<Uint8Array[][]>;
  /** What is wrong, [] = nothing, with all lanes together when just these ballots were acknowledged. */
  faults(acknowledged: readonly Ballot[]): Promise<string[]>;
  close(): Promise<void>;
}

/** One contest in as many lanes as urls; two of them may be the same server. Each lane is to its server a contest by itself. */
export async function openLaned(name: string, urls: readonly string[]): Promise<Laned> {
  const secrets = sharedKeys(await openSecrets({ secret: SECRET, dataDir: '' }));
  const signer = await createSigner(`bench/${name}/lanes`, secrets.derive(`log of ${name}`));
  const lanes: Lane[] = [];
  for (const [i, url] of urls.entries()) {
    const database = await openDatabase({ url });
    await migrate(database.db);
    const slug = `${name}-${i}`;
    await seedContest(database.db, slug, settingsOf(Date.now()), CANDIDATES);
    const ledger = createLedger(database.db, secrets, (own) => `bench/${own}`);
    lanes.push({ slug, contest: await ledger.open(slug), ledger, database });
  }
  const logOf = ({ database }: Lane) => createLog(database.db, Date.now);

  async function rootOf(lane: Lane): Promise<LaneRoot> {
    const sealer = createSealer(lane.database.db, secrets);
    while ((await sealer.seal()).length > 0);
    return parseCheckpoint(parseNote((await logOf(lane).newest(lane.contest.id)).note).text);
  }

  return {
    lanes,
    secrets,
    signer,
    async sign() {
      const roots: LaneRoot[] = [];
      for (const lane of lanes) roots.push(await rootOf(lane));
      return await signNote(formatLanes(signer.name, roots), signer);
    },
    async receipt(nth, index, under) {
      const lane = lanes[nth] as Lane;
      const [line] = await readLinesAt(lane.database.db, secrets, lane.contest, [index]);
      if (!line) throw new Error(`lane ${nth} has no entry ${index}`);
      const { hashes } = parseProof(await logOf(lane).proof(lane.contest.id, index));
      const laneHashes = proveInclusion(leavesOf(under.origin, under.lanes), nth);
      return {
        receipt: { lane: nth, index, hashes, laneHashes },
        leaf: leafOf({ ...line, contest: lane.slug }),
      };
    },
    async grown(from, to) {
      return await Promise.all(
        lanes.map((lane, i) =>
          logOf(lane).consistency(lane.contest.id, from.lanes[i]?.size ?? 0, to.lanes[i]?.size ?? 0),
        ),
      );
    },
    async faults(acknowledged) {
      const faults = new Set<string>();
      const [tags, stored, replayed] = [
        new Set<string>(),
        new Map<number, number>(),
        new Map<number, number>(),
      ];
      for (const [i, { database, slug, contest }] of lanes.entries()) {
        const found = await verifyContest(database.db, secrets, slug);
        for (const { code } of found?.problems ?? [{ code: 'gone' }]) faults.add(`lane ${i}: ${code}`);
        const replayer = createReplayer({ contest: slug, rounds: contest.rounds, checkpoints: [] });
        for await (const lines of readLines(database.db, secrets, contest)) {
          replayer.take(lines);
          for (const { opening, tag } of lines) {
            if (opening && laneOf(opening.voter, lanes.length) !== i)
              faults.add(`lane ${i}: a voter of another`);
            if (tag && tags.has(tag)) faults.add('a quota tag stands twice');
            if (tag) tags.add(tag);
          }
        }
        for (const { number, votes } of tallyLines(replayer.finish().tally)) add(replayed, number, votes);
        const { rows } = await sql<{ candidate: number; votes: string }>`
          select candidate, votes from tally where contest = ${contest.id}`.execute(database.db);
        for (const { candidate, votes } of rows) add(stored, candidate, Number(votes));
      }
      const sent = new Map<number, number>();
      for (const { picks } of acknowledged) for (const number of [0, ...picks]) add(sent, number, 1);
      if (textOf(stored) !== textOf(replayed)) faults.add('the tallies are not the replay');
      if (textOf(stored) !== textOf(sent)) faults.add('the tallies are not what was acknowledged');
      return [...faults];
    },
    close: async () => void (await Promise.all(lanes.map(({ database }) => database.close()))),
  };
}

/**
 * Commits these batches, by lane, for so many seconds at most, in each lane so many at once. Gives those that were acknowledged whole; throws when one was
 * not.
 */
export async function drive(
  laned: Laned,
  batches: Ballot[][][],
  seconds: number,
  inFlight: number,
): Promise<Ballot[][]> {
  const acknowledged: Ballot[][] = [];
  const end = performance.now() + seconds * 1000;
  const commitAll = async ({ ledger, contest }: Lane, waiting: Ballot[][]): Promise<void> => {
    while (performance.now() < end) {
      const batch = waiting.pop();
      if (!batch) return;
      const outcomes = await ledger.commit(contest, batch);
      if (!Array.isArray(outcomes) || outcomes.some((one) => one instanceof Refusal))
        throw new Error('a batch was not acknowledged');
      acknowledged.push(batch);
    }
  };
  await Promise.all(
    laned.lanes.flatMap((lane, i) =>
      Array.from({ length: inFlight }, () => commitAll(lane, batches[i] ?? [])),
    ),
  );
  return acknowledged;
}

/** The keys of a contest are those of all its lanes: else nobody could hold the quota tags of one against those of another. */
function sharedKeys(secrets: Secrets): Secrets {
  return { derive: (purpose) => secrets.derive(purpose.replace(/-\d+$/, '') as Purpose) };
}

function add(counts: Map<number, number>, number: number, by: number): void {
  counts.set(number, (counts.get(number) ?? 0) + by);
}

function textOf(counts: Map<number, number>): string {
  return JSON.stringify([...counts].sort(([a], [b]) => a - b));
}
