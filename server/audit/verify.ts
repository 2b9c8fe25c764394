import { sql } from 'kysely';
import type { Act } from '@zuimei/shared/act.ts';
import { toHex } from '@zuimei/shared/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '@zuimei/shared/checkpoint.ts';
import { createCommitter } from '@zuimei/shared/commitment.ts';
import { formatVerifierKey, openNote } from '@zuimei/shared/note.ts';
import { type Line, type Problem, createReplayer } from '@zuimei/shared/replay.ts';
import { readContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { logSigner } from '../log/sealer.ts';
import type { Secrets } from '../secret.ts';
import { openingKey } from '../vote/ledger.ts';

const PAGE = 10_000;

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
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async (tx) => {
    const contest = await readContest(tx, slug);
    if (!contest) return null;
    const head = await sql<{ origin: string; size: string }>`
      select origin, size from ledger_head where contest = ${contest.id}`.execute(tx);
    const origin = head.rows[0]?.origin ?? '';
    const problems: Verification['problems'] = [];
    const notes = await sql<{ size: string; note: string; root: Uint8Array }>`
      select size, note, root from log_checkpoint where contest = ${contest.id} order by size`.execute(tx);
    const checkpoints: Checkpoint[] = [];
    const key = formatVerifierKey(await logSigner(secrets, slug, origin || slug));
    for (const { note, size, root } of notes.rows) {
      const checkpoint = await openCheckpoint(note, key);
      if (!checkpoint || checkpoint.origin !== origin || checkpoint.size !== Number(size) || toHex(checkpoint.root) !== toHex(root))
        problems.push({ code: 'checkpoint_note', detail: `at ${size}` });
      else checkpoints.push(checkpoint);
    }
    const replayer = createReplayer({ contest: slug, rounds: contest.rounds, checkpoints });
    const committer = createCommitter(slug, openingKey(secrets, slug));
    for (let from = 0; ; from += PAGE) {
      const rows = await readRows(tx, contest.id, from);
      replayer.take(rows.map((row, i) => lineOf(row, from + i, committer.salt, problems)));
      if (rows.length < PAGE) break;
    }
    const replay = replayer.finish();
    problems.push(...replay.problems.map((one: Problem) => ({ code: one.code, detail: `${one.index} ${one.detail}`.trim() })));
    if (Number(head.rows[0]?.size ?? 0) !== replay.entries)
      problems.push({ code: 'head', detail: `${head.rows[0]?.size} numbered, ${replay.entries} there` });
    const stored = await readTallyLines(tx, contest.id);
    const counted = replay.tally.flatMap(({ round, ballots, held, counts }) => [
      line(round, 0, ballots, held),
      ...counts.map((one) => line(round, one.number, one.votes, one.held)),
    ]);
    const differ = [...stored.filter((one) => !counted.includes(one)), ...counted.filter((one) => !stored.includes(one))];
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

async function openCheckpoint(note: string, key: string): Promise<Checkpoint | null> {
  try {
    return parseCheckpoint((await openNote(note, [key])).text);
  } catch {
    return null;
  }
}

interface Row {
  index: string | number;
  at: Date;
  kind: string;
  commitment: string;
  ballot_id: string | null;
  voter: string;
  picks: number[];
  state: 'counted' | 'held';
  act: Act | null;
}

async function readRows(db: Db, contest: number, from: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select index, at, kind, encode(commitment, 'hex') as commitment, ballot_id, encode(voter, 'hex') as voter, picks, state, act
    from ledger_entry where contest = ${contest} and index >= ${from} and index < ${from + PAGE} order by index`.execute(db);
  return rows;
}

function lineOf(row: Row, index: number, salt: (ballotId: string) => Uint8Array, problems: Verification['problems']): Line {
  if (Number(row.index) !== index) problems.push({ code: 'gap', detail: `${index} is missing` });
  const opening = row.ballot_id && {
    ballotId: row.ballot_id,
    salt: toHex(salt(row.ballot_id)),
    voter: row.voter,
    picks: row.picks,
    state: row.state,
  };
  return { at: row.at.toISOString(), commitment: row.commitment, kind: row.kind, ...(opening ? { opening } : { act: row.act }) };
}

async function readTallyLines(db: Db, contest: number): Promise<string[]> {
  const { rows } = await sql<{ round: number; candidate: number; votes: string; held: string }>`
    select round, candidate, votes, held from tally where contest = ${contest} and (votes <> 0 or held <> 0)`.execute(db);
  return rows.map((row) => line(row.round, row.candidate, Number(row.votes), Number(row.held)));
}

function line(round: number, number: number, votes: number, held: number): string {
  return `round ${round + 1} ${number === 0 ? 'ballots' : `candidate ${number}`}: ${votes} counted, ${held} held`;
}
