import type { Act, RulingVerb } from './act.ts';
import { isNames, MOST_ROUNDS } from './frozen.ts';
import type { RoundTally } from './recount.ts';
import { type Fields, isCount, isList, isRecord } from './untrusted.ts';
import type { Vouched } from './witness.ts';

/**
 * 封存记录, the act of an entry of kind 'closing': what a contest came to, as two persons sign it when it has ended. `actor` confirmed it. Its
 * figures are of all entries before its own; a replay holds them against its own count.
 */
export interface ClosingFacts {
  title: string;
  /** Who proposed it; somebody else than `actor`. */
  proposed: string;
  /**
   * The last checkpoint that was signed before: how many entries, its root as the note prints it, and which of the witnesses had cosigned it, of so
   * many that were registered and so many that were asked for.
   */
  checkpoint: { size: number; root: string; witnesses: string[]; needed: number; of: number };
  /** The last entry that holds the rules: its index and its commitment, which is the digest of them. */
  rules: { entry: number; digest: string };
  candidates: { number: number; name: string }[];
  rounds: ClosingRound[];
  /** By entry: what was ruled, and on how many ballots. */
  rulings: { entry: number; ruling: RulingVerb; ballots: number }[];
  /** What was refused, by reason, as the daily entries of the ledger add up. */
  refusals: { code: string; count: number }[];
}

export interface ClosingRound {
  round: number;
  /** Ballots that count, ballots held, and ballots ruled void. */
  ballots: number;
  held: number;
  void: number;
  /** By number; whoever stood is named, with none too. */
  votes: { number: number; votes: number }[];
}

const MOST_RULINGS = 10_000;
const MOST_REASONS = 100;

/** What a closing act says; null for what cannot be one. Takes untrusted input. */
export function closingOf(act: Act | null | undefined): (ClosingFacts & Act) | null {
  const { title, proposed, checkpoint, rules, candidates, rounds, rulings, refusals } = (act ?? {}) as Fields;
  const fits =
    typeof title === 'string' &&
    typeof proposed === 'string' &&
    isCheckpoint(checkpoint) &&
    isRecord(rules) &&
    isCount(rules.entry) &&
    typeof rules.digest === 'string' &&
    isNames(candidates) &&
    isList(rounds, MOST_ROUNDS, isRound) &&
    isList(rulings, MOST_RULINGS, isRuled) &&
    isList(refusals, MOST_REASONS, isRefused);
  return fits ? (act as unknown as ClosingFacts & Act) : null;
}

function isCheckpoint(value: unknown): boolean {
  return (
    isRecord(value) &&
    isCount(value.size) &&
    typeof value.root === 'string' &&
    isCount(value.needed) &&
    isCount(value.of) &&
    isList(value.witnesses, 100, (one) => typeof one === 'string')
  );
}

function isRound(value: unknown): boolean {
  const isLine = (one: unknown): boolean => isRecord(one) && isCount(one.number) && isCount(one.votes);
  return (
    isRecord(value) &&
    [value.round, value.ballots, value.held, value.void].every(isCount) &&
    isList(value.votes, 32_767, isLine)
  );
}

function isRuled(value: unknown): boolean {
  const known = ['void', 'release', 'restore'];
  return (
    isRecord(value) && isCount(value.entry) && isCount(value.ballots) && known.includes(String(value.ruling))
  );
}

function isRefused(value: unknown): boolean {
  return isRecord(value) && typeof value.code === 'string' && isCount(value.count);
}

/** Whether that checkpoint had by then what was asked of witnesses. */
export function closingVouched({ checkpoint }: Pick<ClosingFacts, 'checkpoint'>): Vouched {
  const { needed, of, witnesses } = checkpoint;
  return { needed, of, signed: witnesses.length };
}

/** Whether the figures are those of a count made anew. A candidate of no votes and a round of no ballots need no line. */
export function closingFits({ rounds }: ClosingFacts, counted: readonly RoundTally[]): boolean {
  const lines = (round: number, ballots: number, held: number, votes: { number: number; votes: number }[]) =>
    ballots === 0 && held === 0
      ? []
      : [
          `${round} ${ballots} ${held}`,
          ...votes.filter((one) => one.votes > 0).map((one) => `${round} ${one.number}: ${one.votes}`),
        ];
  const said = rounds.flatMap((one) => lines(one.round, one.ballots, one.held, one.votes));
  const anew = counted.flatMap((one) => lines(one.round, one.ballots, one.held, one.counts));
  return said.toSorted().join('\n') === anew.toSorted().join('\n');
}
