import { type Act, isRuling } from './act.ts';
import type { Opening } from './ballot.ts';
import { equalBytes, toHex } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createOpener } from './commitment.ts';
import type { Round } from './contest.ts';
import { actCommitment, createLeafWriter, type LeafWriter } from './entry.ts';
import { createTree } from './merkle.ts';
import { createRecount, type RoundTally } from './recount.ts';
import { Refusal } from './refusal.ts';
import { createSeen } from './seen.ts';
import type { Instant } from './time.ts';

/** One ledger entry with what opens it: a ballot's opening, or the act of any other kind. */
export interface Line {
  at: Instant;
  commitment: string;
  kind: string;
  opening?: Opening | null;
  act?: Act | null;
}

export interface Ledger {
  /** Slug. */
  contest: string;
  rounds: readonly Pick<Round, 'opens' | 'closes'>[];
  /** Checkpoints whose signatures the caller has checked; in any order. */
  checkpoints: readonly Pick<Checkpoint, 'size' | 'root'>[];
}

/**
 * entry: not a ledger entry at all · opening_missing, act_missing: nothing to open it with · opening, act: malformed ·
 * commitment: what was given is not what was committed · ballot_twice: its ballotId was seen before · outside_rounds: cast
 * when no round was open · ruling: it moves what it cannot · checkpoint: the tree is not the one that was signed ·
 * checkpoint_ahead: it was signed for more entries than there are.
 */
export type ProblemCode =
  | 'entry'
  | 'opening_missing'
  | 'act_missing'
  | 'opening'
  | 'act'
  | 'commitment'
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
  const tree = createTree();
  const recount = createRecount();
  const opener = createOpener(contest);
  const seen = createSeen();
  const roundOf = createRoundFinder(rounds);
  const writers = new Map<string, LeafWriter>();
  const signed = checkpoints.toSorted((a, b) => a.size - b.size);
  let next = 0;
  let agreed = 0;

  const compare = (): void => {
    for (; signed[next]?.size === tree.size(); next++) {
      if (equalBytes(signed[next]?.root ?? new Uint8Array(0), tree.root())) agreed++;
      else problem('checkpoint', tree.size(), toHex(tree.root()));
    }
  };

  const takeLeaf = (line: Line, index: number): boolean => {
    try {
      const writer = writers.get(line.kind) ?? createLeafWriter(contest, line.kind);
      writers.set(line.kind, writer);
      tree.push(writer.leaf(line.at, line.commitment));
      return true;
    } catch (error) {
      problem('entry', index, faultOf(error));
      tree.push(new Uint8Array(32));
      return false;
    }
  };

  const takeBallot = (line: Line, index: number): void => {
    const { opening } = line;
    if (!opening) return problem('opening_missing', index);
    try {
      if (opener.commitment(opening) !== line.commitment) return problem('commitment', index);
    } catch (error) {
      return problem('opening', index, faultOf(error));
    }
    if (!seen.add(opener.saltWord(0), opener.saltWord(1)))
      return problem('ballot_twice', index, opening.ballotId);
    const round = roundOf(line.at);
    if (round < 0) return problem('outside_rounds', index, line.at);
    recount.add(index, round, opening.picks, opening.state);
  };

  const takeAct = (line: Line, index: number): void => {
    const { act, kind } = line;
    if (!act) return problem('act_missing', index);
    try {
      if (actCommitment(act) !== line.commitment) return problem('commitment', index);
    } catch (error) {
      return problem('act', index, faultOf(error));
    }
    if (kind !== 'ruling') return;
    if (!isRuling(act)) return problem('act', index, 'ruling');
    for (const ruled of act.entries)
      if (!recount.rule(act.ruling, ruled)) problem('ruling', index, `${act.ruling} ${ruled}`);
  };

  compare();
  return {
    take(lines) {
      for (const line of lines) {
        const index = tree.size();
        if (takeLeaf(line, index)) {
          if (line.kind === 'ballot') takeBallot(line, index);
          else takeAct(line, index);
        }
        compare();
      }
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

function faultOf(error: unknown): string {
  if (error instanceof Refusal) return String(error.details.fault);
  throw error;
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
