import { sql } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '@zuimei/shared/checkpoint.ts';
import { formatVerifierKey, openNote } from '@zuimei/shared/note.ts';
import { createReplayer, type Problem } from '@zuimei/shared/replay.ts';
import { readContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { logSigner } from '../log/sealer.ts';
import type { Secrets } from '../secret.ts';
import { readLines } from './lines.ts';
import { checkTiles } from './tiles.ts';

export interface Verification {
  contest: string;
  entries: number;
  ballots: number;
  held: number;
  checkpoints: number;
  /** Entries under the newest checkpoint; what came after it is checked but not yet signed. */
  sealed: number;
  root: string;
  /** Empty = everything agrees. */
  problems: { code: string; detail: string }[];
}

/**
 * Recomputes a contest from its ledger alone: every commitment, leaf and checkpoint, the signatures, and the counts, and compares
 * them with the stored tally. Reads pages of one consistent snapshot, so it may run beside a live contest.
 */
export async function verifyContest(db: Db, secrets: Secrets, slug: string): Promise<Verification | null> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const contest = await readContest(tx, slug);
      if (!contest) return null;
      const head = await sql<{ origin: string; size: string }>`
      select origin, size from ledger_head where contest = ${contest.id}`.execute(tx);
      const origin = head.rows[0]?.origin ?? '';
      const problems: Verification['problems'] = [];
      const checkpoints = await readCheckpoints(tx, secrets, { id: contest.id, slug, origin }, problems);
      const replayer = createReplayer({ contest: slug, rounds: contest.rounds, checkpoints });
      const gap = (detail: string) => problems.push({ code: 'gap', detail });
      for await (const lines of readLines(tx, secrets, contest, gap)) replayer.take(lines);
      const newest = checkpoints.at(-1);
      if (newest)
        for (const detail of await checkTiles(tx, contest.id, newest.size, newest.root))
          problems.push({ code: 'tile', detail });
      const replay = replayer.finish();
      problems.push(
        ...replay.problems.map((one: Problem) => ({
          code: one.code,
          detail: `${one.index} ${one.detail}`.trim(),
        })),
      );
      if (Number(head.rows[0]?.size ?? 0) !== replay.entries)
        problems.push({ code: 'head', detail: `${head.rows[0]?.size} numbered, ${replay.entries} there` });
      const stored = await readTallyLines(tx, contest.id);
      const counted = replay.tally.flatMap(({ round, ballots, held, counts }) => [
        // Where every ballot is void nothing is left to compare.
        ...(ballots > 0 || held > 0 ? [line(round, 0, ballots, held)] : []),
        ...counts.map((one) => line(round, one.number, one.votes, one.held)),
      ]);
      const differ = [
        ...stored.filter((one) => !counted.includes(one)),
        ...counted.filter((one) => !stored.includes(one)),
      ];
      problems.push(...differ.map((one) => ({ code: 'tally', detail: one })));
      return {
        contest: slug,
        entries: replay.entries,
        ballots: replay.tally.reduce((sum, one) => sum + one.ballots, 0),
        held: replay.tally.reduce((sum, one) => sum + one.held, 0),
        checkpoints: replay.checkpointsAgreed,
        sealed: checkpoints.at(-1)?.size ?? 0,
        root: replay.root,
        problems,
      };
    });
}

/** Every checkpoint ever signed, its signature checked; those that are not as stored become problems. */
async function readCheckpoints(
  db: Db,
  secrets: Secrets,
  contest: { id: number; slug: string; origin: string },
  problems: Verification['problems'],
): Promise<Checkpoint[]> {
  const { rows } = await sql<{ size: string; note: string; root: Uint8Array }>`
    select size, note, root from log_checkpoint where contest = ${contest.id} order by size`.execute(db);
  const key = formatVerifierKey(await logSigner(secrets, contest.slug, contest.origin || contest.slug));
  const checkpoints: Checkpoint[] = [];
  for (const { note, size, root } of rows) {
    const checkpoint = await openCheckpoint(note, key);
    const stored = `${contest.origin} ${Number(size)} ${toHex(root)}`;
    if (checkpoint && `${checkpoint.origin} ${checkpoint.size} ${toHex(checkpoint.root)}` === stored)
      checkpoints.push(checkpoint);
    else problems.push({ code: 'checkpoint_note', detail: `at ${size}` });
  }
  return checkpoints;
}

async function openCheckpoint(note: string, key: string): Promise<Checkpoint | null> {
  try {
    return parseCheckpoint((await openNote(note, [key])).text);
  } catch {
    return null;
  }
}

async function readTallyLines(db: Db, contest: number): Promise<string[]> {
  const { rows } = await sql<{ round: number; candidate: number; votes: string; held: string }>`
    select round, candidate, votes, held from tally where contest = ${contest} and (votes <> 0 or held <> 0)`.execute(
    db,
  );
  return rows.map((row) => line(row.round, row.candidate, Number(row.votes), Number(row.held)));
}

function line(round: number, number: number, votes: number, held: number): string {
  return `round ${round + 1} ${number === 0 ? 'ballots' : `candidate ${number}`}: ${votes} counted, ${held} held`;
}
