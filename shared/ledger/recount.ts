import type { BallotState } from '../ballot.ts';
import type { RulingVerb } from './act.ts';

export interface RoundTally {
  round: number;
  /** Ballots that count, and ballots held. */
  ballots: number;
  held: number;
  /** By candidate number, ascending; candidates nobody picked have no line. */
  counts: { number: number; votes: number; held: number }[];
}

export interface Recount {
  /** Ballots come in ledger order; indexes between them are other entries. */
  add(index: number, round: number, picks: ArrayLike<number>, state: BallotState): void;
  /** Moves one ballot; false if it is no ballot, or not in a state that the ruling changes. */
  rule(verb: RulingVerb, index: number): boolean;
  tally(): RoundTally[];
}

const BALLOT = 1;
const HELD = 2;
const VOID = 4;
const ROUND_SHIFT = 3;
const NUMBERS = 32_768;

/**
 * A tally made from nothing but ballots and rulings. It keeps each ballot's picks, as a ruling may come for any of them:
 * about 12 bytes a ballot of three picks.
 */
export function createRecount(): Recount {
  let states = new Uint8Array(4096);
  let ends = new Uint32Array(4096);
  let picked = new Uint16Array(16_384);
  let size = 0;
  let end = 0;
  // By round: votes of number n at 2n, held at 2n + 1; the ballots themselves at number 0, which no candidate has.
  const rounds: Int32Array[] = [];

  const move = (index: number, by: 1 | -1): void => {
    const state = states[index] ?? 0;
    if (state & VOID) return;
    const counts = rounds[state >> ROUND_SHIFT] ?? new Int32Array(2 * NUMBERS);
    rounds[state >> ROUND_SHIFT] = counts;
    const column = state & HELD ? 1 : 0;
    counts[column] = (counts[column] ?? 0) + by;
    for (let i = index === 0 ? 0 : (ends[index - 1] ?? 0); i < (ends[index] ?? 0); i++) {
      const place = 2 * (picked[i] ?? 0) + column;
      counts[place] = (counts[place] ?? 0) + by;
    }
  };

  return {
    add(index, round, picks, state) {
      if (round > 31) throw new RangeError('more rounds than a recount can hold');
      while (index >= states.length) [states, ends] = [grown(states), grown(ends)];
      while (end + picks.length > picked.length) picked = grown(picked);
      for (; size < index; size++) ends[size] = end;
      for (let i = 0; i < picks.length; i++) picked[end++] = picks[i] ?? 0;
      ends[index] = end;
      size = index + 1;
      states[index] = BALLOT | (state === 'held' ? HELD : 0) | (round << ROUND_SHIFT);
      move(index, 1);
    },
    rule(verb, index) {
      const state = states[index] ?? 0;
      const applies =
        verb === 'restore' ? state & VOID : !(state & VOID) && (verb === 'void' || state & HELD);
      if (!(state & BALLOT) || !applies) return false;
      move(index, -1);
      states[index] = verb === 'void' ? state | VOID : state & ~(verb === 'restore' ? VOID : HELD);
      move(index, 1);
      return true;
    },
    tally: () =>
      Array.from(rounds, (counts, round) => {
        const tally: RoundTally = { round, ballots: counts?.[0] ?? 0, held: counts?.[1] ?? 0, counts: [] };
        for (let number = 1; counts && number < NUMBERS; number++) {
          const [votes = 0, held = 0] = counts.subarray(2 * number, 2 * number + 2);
          if (votes !== 0 || held !== 0) tally.counts.push({ number, votes, held });
        }
        return tally;
      }),
  };
}

function grown<A extends Uint8Array | Uint16Array | Uint32Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2);
  larger.set(array);
  return larger;
}

/** A line of a stored tally; number 0 counts ballots. */
export interface TallyLine {
  round: number;
  number: number;
  votes: number;
  held: number;
}

/** A tally as the database stores it: a line for whatever is not zero. */
export function tallyLines(tally: readonly RoundTally[]): TallyLine[] {
  return tally.flatMap(({ round, ballots, held, counts }) =>
    [{ number: 0, votes: ballots, held }, ...counts]
      .filter((one) => one.votes !== 0 || one.held !== 0)
      .map((one) => ({ round, number: one.number, votes: one.votes, held: one.held })),
  );
}

/** Where a stored tally and one counted anew are not the same; lines of nothing but zeros do not matter. */
export function tallyDifferences(
  stored: readonly TallyLine[],
  counted: readonly RoundTally[],
): { stored: TallyLine; counted: TallyLine }[] {
  const keyOf = ({ round, number }: TallyLine): string => `${round}/${number}`;
  const kept = new Map(stored.map((one) => [keyOf(one), one]));
  const anew = new Map(tallyLines(counted).map((one) => [keyOf(one), one]));
  const none = ({ round, number }: TallyLine): TallyLine => ({ round, number, votes: 0, held: 0 });
  return [...new Map([...kept, ...anew]).values()]
    .map((one) => ({ stored: kept.get(keyOf(one)) ?? none(one), counted: anew.get(keyOf(one)) ?? none(one) }))
    .filter((pair) => pair.stored.votes !== pair.counted.votes || pair.stored.held !== pair.counted.held);
}
