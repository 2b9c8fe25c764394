import { sql } from 'kysely';
import type { Act } from '@zuimei/shared/act.ts';
import { toHex } from '@zuimei/shared/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '@zuimei/shared/checkpoint.ts';
import { createCommitter } from '@zuimei/shared/commitment.ts';
import { formatVerifierKey, openNote } from '@zuimei/shared/note.ts';
import { createReplayer, type Line, type Problem } from '@zuimei/shared/replay.ts';
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
      const notes = await sql<{ size: string; note: string; root: Uint8Array }>`
      select size, note, root from log_checkpoint where contest = ${contest.id} order by size`.execute(tx);
      const checkpoints: Checkpoint[] = [];
      const key = formatVerifierKey(await logSigner(secrets, slug, origin || slug));
      for (const { note, size, root } of notes.rows) {
        const checkpoint = await openCheckpoint(note, key);
        if (
          !checkpoint ||
          checkpoint.origin !== origin ||
          checkpoint.size !== Number(size) ||
          toHex(checkpoint.root) !== toHex(root)
        )
          problems.push({ code: 'checkpoint_note', detail: `at ${size}` });
        else checkpoints.push(checkpoint);
      }
      const replayer = createReplayer({ contest: slug, rounds: contest.rounds, checkpoints });
      const committer = createCommitter(slug, openingKey(secrets, slug));
      // While one page is being checked the next is on its way.
      let page = readPage(tx, contest.id, 0);
      for (let from = 0; ; from += PAGE) {
        const rows = await page;
        if (rows.count === PAGE) page = readPage(tx, contest.id, from + PAGE);
        if (rows.count > 0 && rows.last !== from + rows.count - 1)
          problems.push({ code: 'gap', detail: `between ${from} and ${rows.last}` });
        replayer.take(linesOf(rows, committer.salt));
        if (rows.count < PAGE) break;
      }
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
        line(round, 0, ballots, held),
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

async function openCheckpoint(note: string, key: string): Promise<Checkpoint | null> {
  try {
    return parseCheckpoint((await openNote(note, [key])).text);
  } catch {
    return null;
  }
}

/** A page of entries as columns, each in one text: a row of the database would cost more than all hashes of its entry. */
interface Page {
  count: number;
  last: number;
  /** Milliseconds since 1970, by comma. */
  at: string;
  kinds: string;
  /** 64 hex digits each. */
  commitments: string;
  /** Of ballots only, in order: 36 characters, 32 hex digits, numbers by comma, 'c' or 'h'. */
  ballotIds: string;
  voters: string;
  picks: string;
  states: string;
  /** Of the other entries, in order. */
  acts: Act[];
}

async function readPage(db: Db, contest: number, from: number): Promise<Page> {
  const { rows } = await sql<Page>`
    select count(*)::int as count, coalesce(max(index), -1)::float8 as last,
      coalesce(string_agg(floor(extract(epoch from at) * 1000)::bigint::text, ',' order by index), '') as at,
      coalesce(string_agg(kind, ',' order by index), '') as kinds,
      coalesce(string_agg(encode(commitment, 'hex'), '' order by index), '') as commitments,
      coalesce(string_agg(ballot_id::text, '' order by index), '') as "ballotIds",
      coalesce(string_agg(encode(voter, 'hex'), '' order by index), '') as voters,
      coalesce(string_agg(array_to_string(picks, ','), ';' order by index), '') as picks,
      coalesce(string_agg(left(state, 1), '' order by index), '') as states,
      coalesce(jsonb_agg(act order by index) filter (where kind <> 'ballot'), '[]') as acts
    from (
      select * from ledger_entry where contest = ${contest} and index >= ${from} and index < ${from + PAGE} order by index
    ) entries`.execute(db);
  return rows[0] as Page;
}

function linesOf(page: Page, salt: (ballotId: string) => Uint8Array): Line[] {
  const kinds = page.kinds.split(',');
  const instants = page.at.split(',');
  const picks = page.picks.split(';');
  let [at, ms, ballot, act] = ['', '', 0, 0];
  return Array.from({ length: page.count }, (_, i): Line => {
    if (instants[i] !== ms) {
      ms = instants[i] ?? '';
      at = new Date(Number(ms)).toISOString();
    }
    const kind = kinds[i] ?? '';
    const commitment = page.commitments.slice(i * 64, i * 64 + 64);
    if (kind !== 'ballot') return { at, commitment, kind, act: page.acts[act++] ?? null };
    const nth = ballot++;
    const ballotId = page.ballotIds.slice(nth * 36, nth * 36 + 36);
    const opening = {
      ballotId,
      salt: toHex(salt(ballotId)),
      voter: page.voters.slice(nth * 32, nth * 32 + 32),
      picks: (picks[nth] ?? '').split(',').map(Number),
      state: page.states[nth] === 'h' ? ('held' as const) : ('counted' as const),
    };
    return { at, commitment, kind, opening };
  });
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
