import { isRuling } from './act.ts';
import { equalBytes, toHex } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Round } from './contest.ts';
import { createRecount, type RoundTally } from './recount.ts';
import { BATCH, createReopener, type Fault, type Line } from './reopen.ts';
import { createSeen } from './seen.ts';
import type { Instant } from './time.ts';
import { createTileTree } from './tree.ts';

export type { Line };

export interface Ledger {
  /** Slug. */
  contest: string;
  rounds: readonly Pick<Round, 'opens' | 'closes'>[];
  /** Checkpoints whose signatures the caller has checked; in any order. */
  checkpoints: readonly Pick<Checkpoint, 'size' | 'root'>[];
}

/**
 * Beside the faults of a line (reopen.ts): time: it is older than the entry before · ballot_twice: its ballotId was seen
 * before · outside_rounds: cast when no round was open · ruling: it moves what it cannot · checkpoint: the tree is not the
 * one that was signed · checkpoint_ahead: it was signed for more entries than there are.
 */
export type ProblemCode =
  | Fault['code']
  | 'time'
  | 'ballot_twice'
  | 'outside_rounds'
  | 'ruling'
  | 'checkpoint'
  | 'checkpoint_ahead';

export interface Problem {
  code: ProblemCode;
  /** Of the entry; for a checkpoint, its size. */
  index: number;
  detail: string;
}

export interface Replay {
  entries: number;
  /** Hex. */
  root: string;
  tally: RoundTally[];
  checkpointsAgreed: number;
  /** The first 1000. */
  problems: Problem[];
  problemCount: number;
}

const PROBLEMS_KEPT = 1000;

export interface Replayer {
  /** The next entries, in ledger order, in batches of any length. */
  take(lines: readonly Line[]): void;
  /** What came of all that was taken. */
  finish(): Replay;
}

/** Reads a whole ledger again: rejects only if the source of the lines does. See createReplayer. */
export async function replay(
  ledger: Ledger & { lines: AsyncIterable<readonly Line[]> | Iterable<readonly Line[]> },
): Promise<Replay> {
  const replayer = createReplayer(ledger);
  for await (const batch of ledger.lines) replayer.take(batch);
  return replayer.finish();
}

/**
 * Does everything again that the server did with a ledger: recomputes each commitment, leaf and the root, holds the tree
 * against every checkpoint at its size, and counts the ballots anew. A ballot with a problem of its own is not counted.
 */
export function createReplayer({ contest, rounds, checkpoints }: Ledger): Replayer {
  const problems: Problem[] = [];
  let problemCount = 0;
  const problem = (code: ProblemCode, index: number, detail = ''): void => {
    if (problemCount++ < PROBLEMS_KEPT) problems.push({ code, index, detail });
  };
  const tree = createTileTree();
  const recount = createRecount();
  const reopener = createReopener(contest);
  const seen = createSeen();
  const roundOf = createRoundFinder(rounds);
  const signed = checkpoints.toSorted((a, b) => a.size - b.size);
  let next = 0;
  let agreed = 0;
  let latest: Instant = '';

  const compare = (): void => {
    for (; signed[next]?.size === tree.size(); next++) {
      if (equalBytes(signed[next]?.root ?? new Uint8Array(0), tree.root())) agreed++;
      else problem('checkpoint', tree.size(), toHex(tree.root()));
    }
  };

  const countBallot = ({ at, opening }: Line, index: number, i: number): void => {
    const round = roundOf(at);
    if (!opening) return;
    if (!seen.add(reopener.saltWord(i, 0), reopener.saltWord(i, 1)))
      problem('ballot_twice', index, opening.ballotId);
    else if (round < 0) problem('outside_rounds', index, at);
    else recount.add(index, round, opening.picks, opening.state);
  };

  const rule = ({ act }: Line, index: number): void => {
    if (!act || !isRuling(act)) {
      problem('act', index, 'ruling');
      return;
    }
    for (const ruled of act.entries)
      if (!recount.rule(act.ruling, ruled)) problem('ruling', index, `${act.ruling} ${ruled}`);
  };

  const takeBatch = (lines: readonly Line[]): void => {
    const faults = reopener.run(lines);
    lines.forEach((line, i) => {
      const index = tree.size();
      const fault = faults[i];
      tree.push(reopener.leaves, reopener.leafStart(i));
      if (line.at < latest) problem('time', index, line.at);
      else latest = line.at;
      if (fault) problem(fault.code, index, fault.detail);
      else if (line.kind === 'ballot') countBallot(line, index, i);
      else if (line.kind === 'ruling') rule(line, index);
      compare();
    });
  };

  compare();
  return {
    take(lines) {
      for (let from = 0; from < lines.length; from += BATCH) takeBatch(lines.slice(from, from + BATCH));
    },
    finish() {
      for (const { size } of signed.slice(next)) problem('checkpoint_ahead', size);
      return {
        entries: tree.size(),
        root: toHex(tree.root()),
        tally: recount.tally(),
        checkpointsAgreed: agreed,
        problems,
        problemCount,
      };
    },
  };
}

/** Round of an instant, -1 if none was open. Instants of one form compare as text. */
function createRoundFinder(rounds: Ledger['rounds']): (at: Instant) => number {
  const spans = rounds.map(({ opens, closes }) => [opens, closes].map((at) => new Date(at).toISOString()));
  let [lastAt, last] = ['', -1];
  return (at) => {
    if (at !== lastAt)
      [lastAt, last] = [at, spans.findIndex(([opens = '', closes = '']) => opens <= at && at < closes)];
    return last;
  };
}
