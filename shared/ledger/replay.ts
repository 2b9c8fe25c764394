import { equalBytes, toHex } from '../bytes.ts';
import { periodOf, type Round } from '../contest.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { createTileTree } from '../log/tree.ts';
import type { Instant } from '../time.ts';
import { isRuling } from './act.ts';
import { closingFits, closingOf } from './closing.ts';
import { frozenOf } from './frozen.ts';
import type { Quota } from './quota.ts';
import { createRecount, type RoundTally } from './recount.ts';
import { BATCH, createReopener, type Fault, type Line, type Reopened, WORDS } from './reopen.ts';
import { createSeen, createSpent } from './seen.ts';
import { witnessFactsOf } from './witness.ts';

export type { Line };

export interface Ledger {
  /** Slug. */
  contest: string;
  /** Before the first act that holds rules; from there on the rounds are those that the ledger froze last. */
  rounds: readonly Pick<Round, 'opens' | 'closes'>[];
  /** Checkpoints whose signatures the caller has checked; in any order. */
  checkpoints: readonly SignedRoot[];
  /**
   * Ballots of this instant and later may come without what opens them ('' = all may): they are hashed and not counted, and rulings on
   * them are passed over. Absent = every ballot must be opened.
   */
  withheldFrom?: Instant;
  /** Indexes of entries whose leaves are asked for. */
  watched?: readonly number[];
  /** Sizes, and kinds of entries just before which, tree and counts are looked at in passing; the first MOST_MARKS. */
  marks?: { sizes: readonly number[]; before: readonly string[] };
}

/** Tree and counts at a size of the ledger. */
export interface Mark {
  /** Hex. */
  root: string;
  tally: RoundTally[];
}
const MOST_MARKS = 1000;

export type SignedRoot = Pick<Checkpoint, 'size' | 'root'>;

/**
 * Beside the faults of a line (reopen.ts): time: it is older than the entry before · ballot_twice: this voter's ballotId was seen
 * before · tag_twice: its quota tag stands at another ballot · quota: its voter has had all their ballots of the period · outside_rounds: cast when no round was open · ruling: it moves what it cannot · closing: it
 * says other figures than the ledger gives · checkpoint: the tree is not the
 * one that was signed · checkpoint_ahead: it was signed for more entries than there are.
 */
export type ProblemCode =
  | Fault['code']
  | 'time'
  | 'ballot_twice'
  | 'tag_twice'
  | 'quota'
  | 'outside_rounds'
  | 'ruling'
  | 'closing'
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
  /** Ballots that were counted anew; those that neither count nor are held were ruled void. */
  cast: number;
  /** Ballots that came, rightly, without what opens them. */
  withheld: number;
  /** Quota tags, each of another ballot's: as many as there are ballots when none is wrong. */
  tags: number;
  checkpointsAgreed: number;
  /** Those that did not agree, as they were given. */
  checkpointsFailed: SignedRoot[];
  /** Leaf hashes of the watched entries, as far as there are such entries. */
  leaves: Map<number, Uint8Array>;
  /** By size. */
  marks: Map<number, Mark>;
  /** The first 1000. */
  problems: Problem[];
  problemCount: number;
}

const PROBLEMS_KEPT = 1000;

export interface Replayer {
  /** The next entries, in ledger order, in batches of any length. */
  take(lines: readonly Line[]): void;
  /** The next entries, as a reopener of this contest gave them in whatever thread. */
  takeRun(run: Reopened): void;
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
 * against every checkpoint at its size, and counts the ballots anew. A ballot that was changed is not counted, an act that was still takes effect.
 */
export function createReplayer(ledger: Ledger): Replayer {
  const { contest, rounds, checkpoints, withheldFrom, watched = [] } = ledger;
  const { sizes, before } = ledger.marks ?? { sizes: [], before: [] };
  const marks = new Map<number, Mark>();
  const problems: Problem[] = [];
  let problemCount = 0;
  const problem = (code: ProblemCode, index: number, detail = ''): void => {
    if (problemCount++ < PROBLEMS_KEPT) problems.push({ code, index, detail });
  };
  const tree = createTileTree();
  const recount = createRecount();
  const reopener = createReopener(contest);
  const seen = createSeen();
  const tags = createSeen();
  /** Ballots that are not counted for what is wrong with them: a ruling on one is no further fault. */
  const spoilt = new Set<number>();
  const spent = createSpent();
  let quota: Quota | null = null;
  const periodAt = createPeriodFinder();
  let roundOf = createRoundFinder(rounds);
  const signed = checkpoints.toSorted((a, b) => a.size - b.size);
  const failed: SignedRoot[] = [];
  const awaited = new Set(watched);
  const leaves = new Map<number, Uint8Array>();
  let next = 0;
  let cast = 0;
  let withheld = 0;
  let tagged = 0;
  let firstWithheld = Number.POSITIVE_INFINITY;
  let latest: Instant = '';

  const compare = (): void => {
    for (let one = signed[next]; one?.size === tree.size(); one = signed[++next]) {
      if (equalBytes(one.root, tree.root())) continue;
      failed.push(one);
      problem('checkpoint', tree.size(), toHex(tree.root()));
    }
  };

  const mark = (): void => {
    if (marks.size < MOST_MARKS) marks.set(tree.size(), { root: toHex(tree.root()), tally: recount.tally() });
  };

  const countBallot = (run: Reopened, i: number, index: number): void => {
    const at = run.at[i] ?? '';
    const round = roundOf(at);
    const word = (nth: number): number => run.words[WORDS * i + nth] ?? 0;
    const twice = !seen.add(word(0), word(1));
    if (twice || round < 0) {
      spoilt.add(index);
      if (twice) problem('ballot_twice', index, run.ballotIds[i]);
      else problem('outside_rounds', index, at);
    } else {
      if (quota && !spent.add([word(2), word(3)], periodAt(quota, round, at), quota.ballotsPerPeriod))
        problem('quota', index);
      const picks = run.picks.subarray(i === 0 ? 0 : run.ends[i - 1], run.ends[i]);
      recount.add(index, round, picks, run.held[i] ? 'held' : 'counted');
      cast++;
    }
  };

  const takeTag = (run: Reopened, i: number, index: number): void => {
    if (tags.add(run.words[WORDS * i + 4] ?? 0, run.words[WORDS * i + 5] ?? 0)) tagged++;
    else problem('tag_twice', index, run.tags[i]);
  };

  const isWithheld = (fault: Fault | undefined, at: Instant): boolean =>
    fault?.code === 'opening_missing' && withheldFrom !== undefined && at >= withheldFrom;

  const rule = ({ act }: Line, index: number): void => {
    if (!act || !isRuling(act)) {
      problem('act', index, 'ruling');
      return;
    }
    const [first, ...others] = act.entries.filter(
      (ruled) =>
        (ruled < firstWithheld || ruled >= index) && !spoilt.has(ruled) && !recount.rule(act.ruling, ruled),
    );
    if (first !== undefined) problem('ruling', index, `${act.ruling} ${first} ${others.length}`);
  };

  /** Also when its words were changed: that is one fault, and what follows from it would be a hundred. */
  const follow = (line: Line, index: number): void => {
    if (line.kind === 'ruling') return rule(line, index);
    const frozen = frozenOf(line.act);
    if (frozen) [roundOf, quota] = [createRoundFinder(frozen.rounds), frozen.quota];
  };

  /** A closing record says what was counted up to it. Where openings are withheld nobody can count. */
  const holdAgainst = ({ act }: Line, index: number): void => {
    const said = closingOf(act);
    if (!said) problem('act', index, 'closing');
    else if (withheld === 0 && !closingFits(said, recount.tally())) problem('closing', index);
  };

  const takeAct = (line: Line, fault: Fault | undefined, index: number): void => {
    if (line.kind === 'closing') {
      // What was altered is one fault; a count that follows from it would be another.
      if (!fault && spoilt.size === 0) holdAgainst(line, index);
    } else if (line.kind === 'witness') {
      if (!fault && !witnessFactsOf(line.act)) problem('act', index, 'witness');
    } else if (!fault || fault.code === 'commitment') follow(line, index);
  };

  const takeRun = (run: Reopened): void => {
    run.at.forEach((at, i) => {
      const index = tree.size();
      const fault = run.faults.get(i);
      const act = run.acts.get(i);
      if (act && before.includes(act.kind)) mark();
      tree.push(run.leaves, 32 * i);
      if (awaited.has(index)) leaves.set(index, run.leaves.slice(32 * i, 32 * i + 32));
      if (!act && fault?.code !== 'entry') takeTag(run, i, index);
      if (at < latest) problem('time', index, at);
      else latest = at;
      const away = isWithheld(fault, at);
      if (away) {
        withheld++;
        firstWithheld = Math.min(firstWithheld, index);
      } else if (fault) problem(fault.code, index, fault.detail);
      if (act) takeAct(act, fault, index);
      else if (!fault) countBallot(run, i, index);
      else if (!away) spoilt.add(index);
      compare();
      if (sizes.includes(tree.size())) mark();
    });
  };

  compare();
  return {
    take(lines) {
      for (let from = 0; from < lines.length; from += BATCH)
        takeRun(reopener.run(lines.slice(from, from + BATCH)));
    },
    takeRun,
    finish() {
      for (const one of signed.slice(next)) {
        failed.push(one);
        problem('checkpoint_ahead', one.size);
      }
      return {
        entries: tree.size(),
        root: toHex(tree.root()),
        tally: recount.tally(),
        cast,
        withheld,
        tags: tagged,
        checkpointsAgreed: signed.length - failed.length,
        checkpointsFailed: failed,
        leaves,
        marks,
        problems,
        problemCount,
      };
    },
  };
}

/** contest.ts `periodOf`, which ballots of one batch share. */
function createPeriodFinder(): (quota: Quota, round: number, at: Instant) => number {
  let [lastAt, last, known] = ['', -1, null as Quota | null];
  return (quota, round, at) => {
    if (at !== lastAt || quota !== known)
      [lastAt, known, last] = [at, quota, periodOf(quota, round, Date.parse(at))];
    return last;
  };
}

/** Round of an instant, -1 if none was open. Instants of one form compare as text. */
export function createRoundFinder(rounds: Ledger['rounds']): (at: Instant) => number {
  const spans = rounds.map(({ opens, closes }) => [opens, closes].map((at) => new Date(at).toISOString()));
  let [lastAt, last] = ['', -1];
  return (at) => {
    if (at !== lastAt)
      [lastAt, last] = [at, spans.findIndex(([opens = '', closes = '']) => opens <= at && at < closes)];
    return last;
  };
}
