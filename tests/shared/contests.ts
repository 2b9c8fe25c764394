import fc from 'fast-check';
import type { PanelRule, TieKey, VoteRule } from '@zuimei/shared/judging/outcome.ts';

/** A contest as the vectors write it: input of computeStanding. */
export interface MadeContest {
  unit: number;
  weights: Record<string, number>;
  vote: Pick<VoteRule, 'scale' | 'step' | 'floor'>;
  votes: Record<number, number>;
  panels: Record<
    string,
    {
      criteria: { id: string; full: number; weight: number }[];
      rule: PanelRule;
      sheets: Record<string, Record<number, Record<string, number>>>;
      recused: [string, number][];
    }
  >;
  ties: TieKey[];
}

/** A source of whole numbers from 0 up to below `n`, from one seed, so that a big contest is small to shrink. */
function diceOf(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

export interface Size {
  seats: number;
  media: number;
  candidates: number;
  unit: number;
  rule: Partial<PanelRule>;
  vote: MadeContest['vote'];
  weights: Record<string, number>;
}

/** A contest of that size: judges with severities of their own, some recusals, heavy-tailed counts, and ties. */
export function makeContest(seed: number, size: Size): MadeContest {
  const { seats, media, candidates, unit, rule, vote, weights } = size;
  const dice = diceOf(seed);
  const numbers = Array.from({ length: candidates }, (_, i) => i + 1);
  const panel = (letter: string, count: number, criteria: MadeContest['panels'][string]['criteria']) => {
    const recused: [string, number][] = [];
    const sheets = Array.from({ length: count }, (_, i) => {
      const seat = `${letter}${i + 1}`;
      const harsh = dice(10);
      const lines = numbers.flatMap((number) => {
        if (count > 3 && dice(12) === 0) {
          recused.push([seat, number]);
          return [];
        }
        const points = criteria.map(({ id, full }) => [
          id,
          Math.floor(((90 - harsh + dice(11)) * full * unit) / 100),
        ]);
        return [[number, Object.fromEntries(points)]];
      });
      return [seat, Object.fromEntries(lines)];
    });
    const own: PanelRule = { trim: 1, trimFrom: 5, least: 1, severity: 'ignore', ...rule };
    return { criteria, rule: own, sheets: Object.fromEntries(sheets), recused };
  };
  return {
    unit,
    weights,
    vote,
    votes: Object.fromEntries(
      numbers.map((number) => [number, Math.floor(20_000 / (1 + dice(40))) + dice(3)]),
    ),
    panels: {
      expert: panel('E', seats, [
        { id: 'a', full: 40, weight: 40 },
        { id: 'b', full: 7, weight: 35 },
        { id: 'c', full: 30, weight: 25 },
      ]),
      media: panel('M', media, [{ id: 's', full: 100, weight: 100 }]),
    },
    ties: ['expert', 'votes'],
  };
}

export const contests: fc.Arbitrary<MadeContest> = fc
  .record({
    seats: fc.integer({ min: 3, max: 7 }),
    media: fc.integer({ min: 1, max: 3 }),
    candidates: fc.integer({ min: 2, max: 9 }),
    unit: fc.constantFrom(1, 10, 100, 1000),
    rule: fc.record(
      {
        trim: fc.constantFrom<PanelRule['trim'][]>(0, 1),
        trimFrom: fc.constantFrom(3, 5),
        severity: fc.constantFrom<PanelRule['severity'][]>('ignore', 'remove'),
      },
      { requiredKeys: ['severity'] },
    ),
    vote: fc.record({
      scale: fc.constantFrom<VoteRule['scale'][]>('rank', 'top', 'log', 'share'),
      step: fc.integer({ min: 1, max: 300 }),
      floor: fc.constantFrom(0, 30, 60),
    }),
    expert: fc.integer({ min: 0, max: 60 }),
    media_: fc.integer({ min: 0, max: 40 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
  })
  .map(({ seed, expert, media_, ...size }) =>
    makeContest(seed, { ...size, weights: { vote: 100 - expert - media_, expert, media: media_ } }),
  );
