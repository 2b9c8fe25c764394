import { sql } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import { foldProblems } from '@zuimei/shared/export/fold.ts';
import { createBatchCommitter } from '@zuimei/shared/ledger/batch.ts';
import { type Frozen, frozenOf, sameFrozen } from '@zuimei/shared/ledger/frozen.ts';
import { type TallyLine, tallyDifferences } from '@zuimei/shared/ledger/recount.ts';
import { createReplayer, type Replay, type SignedRoot } from '@zuimei/shared/ledger/replay.ts';
import type { ActsHead, Checkpoint } from '@zuimei/shared/log/checkpoint.ts';
import { openSigned } from '@zuimei/shared/log/signed.ts';
import type { VerifierKey } from '@zuimei/shared/note.ts';
import { readContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { verifyJudging } from '../judging/verify.ts';
import { logSigner } from '../log/sealer.ts';
import type { Secrets } from '../secret.ts';
import { ledgerKeys } from '../vote/keys.ts';
import { readLines } from './lines.ts';
import { createTagCheck } from './tags.ts';
import { checkTiles, findLeaf } from './tiles.ts';

export interface Verification {
  contest: string;
  entries: number;
  ballots: number;
  held: number;
  void: number;
  checkpoints: number;
  /** Entries under the newest checkpoint; what came after it is checked but not yet signed. */
  sealed: number;
  /** Sizes of the kept checkpoints that agree. */
  kept: number[];
  /** Quota tags that stand at one ballot alone. */
  tags: number;
  root: string;
  /** Where the action log stood by each of these checkpoints: see acts.ts. */
  acts: ActsHead[];
  /** Empty = everything agrees. Codes as of shared/export/report.ts, and gap, head, tile, tag, leaf (findLeaf) and those of judging/verify.ts. */
  problems: { code: string; index?: number | null; detail: string }[];
}

/**
 * Recomputes a contest from its ledger alone: every commitment, leaf and checkpoint, the signatures, and the counts, and compares
 * them with the stored tally. `kept`: checkpoints kept elsewhere, as text, that the tree must agree with too; without one, who holds the
 * signing key could have written another history. Reads pages of one consistent snapshot, so it may run beside a live contest.
 */
export async function verifyContest(
  db: Db,
  secrets: Secrets,
  slug: string,
  kept: readonly string[] = [],
): Promise<Verification | null> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const contest = await readContest(tx, slug);
      return contest && (await verifyStored(tx, secrets, contest, kept));
    });
}

async function verifyStored(
  tx: Db,
  secrets: Secrets,
  contest: StoredContest,
  kept: readonly string[],
): Promise<Verification> {
  const { id, slug, rounds } = contest;
  const problems: Verification['problems'] = [];
  const head = await readHead(tx, id);
  const key = await logSigner(secrets, slug, head.origin || slug);
  const checkpoints = await readCheckpoints(tx, key, { id, origin: head.origin }, problems);
  const held = await openKept(kept, key, problems);
  const replayer = createReplayer({ contest: slug, rounds, checkpoints: [...checkpoints, ...held] });
  const mistagged = createTagCheck(createBatchCommitter(slug, ledgerKeys(secrets, slug)));
  const tags: number[] = [];
  let frozen: Frozen | null = null;
  for await (const lines of readLines(tx, secrets, contest, {
    gap: (detail) => problems.push({ code: 'gap', detail }),
  })) {
    for (const line of lines) if (line.kind !== 'ballot') frozen = frozenOf(line.act) ?? frozen;
    replayer.take(lines);
    tags.push(...mistagged(lines));
  }
  const newest = checkpoints.at(-1);
  if (newest)
    for (const detail of await checkTiles(tx, id, newest.size, newest.root))
      problems.push({ code: 'tile', detail });
  const replay = replayer.finish();
  problems.push(...checkpointProblems(replay, held));
  problems.push(...replay.problems.filter((one) => !one.code.startsWith('checkpoint')));
  const named = new Set(replay.problems.map((one) => one.index));
  for (const index of tags) if (!named.has(index)) problems.push({ code: 'tag', index, detail: '' });
  if (head.size !== replay.entries)
    problems.push({ code: 'head', detail: `${head.size} / ${replay.entries}` });
  if (frozen?.version === contest.version && !sameFrozen(contest, frozen))
    problems.push({ code: 'rules', detail: '' });
  if (frozen?.version === contest.version && frozen.title !== null && frozen.title !== contest.title)
    problems.push({ code: 'title', detail: frozen.title });
  for (const pair of tallyDifferences(await readTally(tx, id), replay.tally))
    problems.push({ code: 'tally', index: pair.stored.number, detail: JSON.stringify(pair) });
  problems.push(...(await verifyJudging(tx, secrets, contest)));
  const agreed = checkpoints.filter((one) => !replay.checkpointsFailed.includes(one)).map((one) => one.size);
  const folded = foldProblems(problems, agreed);

  /** Beside the first checkpoint that does not agree: which entry leaves the public tiles, as far as these are sound themselves. */
  const located = async (found: Verification['problems']): Promise<Verification['problems']> => {
    const point = found.find((one) => one.code === 'checkpoint');
    if (!point || found.some((one) => one.code === 'tile')) return found;
    const from = Number(point.detail.split(' ')[0]);
    const watched = Array.from(
      { length: Math.min(MOST_SOUGHT, Number(point.index) + 1 - from) },
      (_, i) => from + i,
    );
    const again = createReplayer({ contest: slug, rounds, checkpoints: [], watched });
    for await (const lines of readLines(tx, secrets, contest)) again.take(lines);
    const leaf = await findLeaf(tx, id, watched, again.finish().leaves);
    return found.flatMap((one) => (one === point && leaf ? [one, { code: 'leaf', ...leaf }] : [one]));
  };
  const [ballots, waiting] = (['ballots', 'held'] as const).map((field) =>
    replay.tally.reduce((sum, one) => sum + one[field], 0),
  ) as [number, number];
  return {
    contest: slug,
    entries: replay.entries,
    ballots,
    held: waiting,
    void: replay.cast - ballots - waiting,
    checkpoints:
      replay.checkpointsAgreed - held.filter((one) => !replay.checkpointsFailed.includes(one)).length,
    sealed: newest?.size ?? 0,
    kept: held.filter((one) => !replay.checkpointsFailed.includes(one)).map((one) => one.size),
    tags: replay.tags,
    root: replay.root,
    acts: [...checkpoints, ...held].flatMap((one) => one.acts ?? []),
    problems: await located(folded),
  };
}

/** Entries between two checkpoints that are looked through for the one that was changed. */
const MOST_SOUGHT = 200_000;

/** Those that the tree is not the tree of, the stored ones and the kept ones by a name of their own. */
function checkpointProblems(replay: Replay, kept: readonly Checkpoint[]): Verification['problems'] {
  return replay.checkpointsFailed.map((one) => {
    const ahead = one.size > replay.entries;
    if ((kept as readonly SignedRoot[]).includes(one))
      return { code: 'kept', index: one.size, detail: ahead ? 'ahead' : '' };
    return { code: ahead ? 'checkpoint_ahead' : 'checkpoint', index: one.size, detail: '' };
  });
}

/** An empty head for a ledger that was not opened. */
async function readHead(db: Db, contest: number): Promise<{ origin: string; size: number }> {
  const { rows } = await sql<{ origin: string; size: string }>`
    select origin, size from ledger_head where contest = ${contest}`.execute(db);
  return { origin: rows[0]?.origin ?? '', size: Number(rows[0]?.size ?? 0) };
}

async function openKept(
  kept: readonly string[],
  key: VerifierKey,
  problems: Verification['problems'],
): Promise<Checkpoint[]> {
  const opened = await Promise.all(kept.map((note) => openSigned(note, key)));
  for (const one of opened) if (!one.ok) problems.push({ code: 'kept_note', detail: one.fault });
  return opened.flatMap((one) => (one.ok ? one.checkpoint : []));
}

/** Every checkpoint ever signed, its signature checked; those that are not as stored become problems. */
async function readCheckpoints(
  db: Db,
  key: VerifierKey,
  contest: { id: number; origin: string },
  problems: Verification['problems'],
): Promise<Checkpoint[]> {
  const { rows } = await sql<{ size: string; note: string; root: Uint8Array }>`
    select size, note, root from log_checkpoint where contest = ${contest.id} order by size`.execute(db);
  const checkpoints: Checkpoint[] = [];
  for (const { note, size, root } of rows) {
    const signed = await openSigned(note, key);
    const stored = `${contest.origin} ${Number(size)} ${toHex(root)}`;
    const { origin, ...read } = signed.ok ? signed.checkpoint : { origin: '', size: 0, root };
    if (`${origin} ${read.size} ${toHex(read.root)}` === stored) checkpoints.push({ origin, ...read });
    else problems.push({ code: 'checkpoint_note', detail: `${size}` });
  }
  return checkpoints;
}

export async function readTally(db: Db, contest: number): Promise<TallyLine[]> {
  const { rows } = await sql<{ round: number; candidate: number; votes: string; held: string }>`
    select round, candidate, votes, held from tally where contest = ${contest} and (votes <> 0 or held <> 0)
    order by round, candidate`.execute(db);
  return rows.map((row) => ({
    round: row.round,
    number: row.candidate,
    votes: Number(row.votes),
    held: Number(row.held),
  }));
}
