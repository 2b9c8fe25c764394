import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupsOf, orderOf, settleTie } from '@zuimei/shared/judging/order.ts';
import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { computeStanding, type Standing } from '@zuimei/shared/standing.ts';
import { runSize } from '../harness/kinds.ts';
import { needProgram } from '../harness/program.ts';
import { compareVectors, scoringOf, type VectorFile } from '../vectors/standing.ts';
import { contests, type MadeContest } from './contests.ts';

const CONTESTS = runSize(60, 250);
const folder = new URL('../vectors/', import.meta.url).pathname;
const script = new URL('../../server/bundle/recompute.py', import.meta.url).pathname;
const vectors: VectorFile = JSON.parse(readFileSync(join(folder, 'standing.json'), 'utf8'));

function standingOf(contest: MadeContest): Standing | null {
  const made = computeStanding(scoringOf(contest), contest.votes, contest.panels);
  return isRefused(made) ? null : made;
}

describe('the worked examples', () => {
  test.each(compareVectors(vectors))('$name is as it was worked out twice', ({ actual, expected }) => {
    expect(actual).toEqual(expected);
  });

  test('are all there, and a wrong figure is found', () => {
    expect(vectors.vectors).toHaveLength(32);
    const changed: VectorFile = JSON.parse(JSON.stringify(vectors).replaceAll('8633', '8634'));
    expect(
      compareVectors(changed)
        .filter(({ agrees }) => !agrees)
        .map(({ name }) => name),
    ).toEqual(['district-contest']);
  });
});

describe('the standing', () => {
  test('follows its candidates when they are numbered otherwise', () => {
    fc.assert(
      fc.property(contests, (contest) => {
        const count = Object.keys(contest.votes).length;
        const renamed = (number: string | number): number =>
          ((Number(number) * 7) % 11) * 100 + count - Number(number);
        const keys = <Value>(of: Record<string, Value>): Record<string, Value> =>
          Object.fromEntries(Object.entries(of).map(([number, value]) => [renamed(number), value]));
        const panels = Object.entries(contest.panels).map(([id, panel]) => {
          const sheets = Object.entries(panel.sheets).map(([seat, sheet]) => [seat, keys(sheet)]);
          const recused = panel.recused.map(([seat, number]): [string, number] => [seat, renamed(number)]);
          return [id, { ...panel, sheets: Object.fromEntries(sheets), recused }];
        });
        const other = { ...contest, votes: keys(contest.votes), panels: Object.fromEntries(panels) };
        const byNumber = (of: Standing | null): (readonly [number, number, number])[] | undefined =>
          of?.standing
            .map(({ number, total, rank }) => [number, total, rank] as const)
            .toSorted((a, b) => a[0] - b[0]);
        const expected = byNumber(standingOf(contest))
          ?.map(([number, total, rank]) => [renamed(number), total, rank] as const)
          .toSorted((a, b) => a[0] - b[0]);
        expect(byNumber(standingOf(other))).toEqual(expected);
      }),
    );
  });

  test('is the same whatever the order of seats, lines and criteria in the input', () => {
    fc.assert(
      fc.property(contests, (contest) => {
        const reversed = <Value>(of: Record<string, Value>): Record<string, Value> =>
          Object.fromEntries(Object.entries(of).toReversed());
        const panels = Object.entries(contest.panels).map(([id, panel]): [string, typeof panel] => [
          id,
          { ...panel, criteria: panel.criteria.toReversed(), sheets: reversed(panel.sheets) },
        ]);
        const other = {
          ...contest,
          votes: reversed(contest.votes),
          panels: reversed(Object.fromEntries(panels)),
        };
        expect(standingOf(other)).toEqual(standingOf(contest));
      }),
    );
  });

  test('can be redone from what is printed: the parts give the total, the total and the keys the rank', () => {
    fc.assert(
      fc.property(contests, (contest) => {
        const made = standingOf(contest);
        for (const { number, total, rank } of made?.standing ?? []) {
          const sum = Object.entries(contest.weights).reduce(
            (all, [id, weight]) => all + weight * (made?.parts[id as 'vote']?.[number] ?? 0),
            0,
          );
          expect(total).toBe(Math.round(sum / 100));
          const keyOf = (one: number, printed: number) => [
            printed,
            made?.parts.expert?.[one],
            contest.votes[one],
          ];
          const ahead = made?.standing.filter(
            (other) => compare(keyOf(other.number, other.total), keyOf(number, total)) > 0,
          );
          expect(rank).toBe(1 + (ahead?.length ?? 0));
        }
      }),
    );
  });

  test('counts no line that is recused, whatever stands in it, and none of who does not stand', () => {
    const [contest] = fc.sample(contests, { numRuns: 1, seed: 5 });
    if (!contest) throw new Error('no contest');
    const real = standingOf(contest);
    const expert = contest.panels.expert;
    if (!expert) throw new Error('no panel');
    const sheets = { ...expert.sheets, E1: { ...expert.sheets.E1, 99: { a: 1, b: 1, c: 1 } } };
    expect(standingOf({ ...contest, panels: { ...contest.panels, expert: { ...expert, sheets } } })).toEqual(
      real,
    );
    const [number = 0] = Object.keys(expert.sheets.E1 ?? {}).map(Number);
    const recused: typeof expert.recused = [...expert.recused, ['E1', number]];
    const without = standingOf({ ...contest, panels: { ...contest.panels, expert: { ...expert, recused } } });
    expect(without?.totals.expert?.E1).not.toHaveProperty(String(number));
    expect(real?.totals.expert?.E1).toHaveProperty(String(number));
  });

  test('needs the sheets of every panel that has a weight, and says whose are too few', () => {
    const [contest] = fc.sample(contests, { numRuns: 1, seed: 7 });
    if (!contest) throw new Error('no contest');
    const scoring = { ...scoringOf(contest), weights: { vote: 50, expert: 50 } };
    expect(() => computeStanding(scoring, contest.votes, {})).toThrow(
      new Refusal('panel_missing', { panel: 'expert' }),
    );
    expect(
      computeStanding(scoring, contest.votes, { ...contest.panels, media: { sheets: {} } }),
    ).toMatchObject({
      refusal: 'too_few_sheets',
      panel: 'media',
      number: 1,
      sheets: 0,
    });
  });

  test('puts those that nothing tells apart into one group, until a lot or a meeting has', () => {
    const parts = { vote: { 1: 9000, 2: 9000, 3: 9000, 4: 9500 } };
    const order = groupsOf(orderOf(parts, { vote: 100 }, []));
    expect(order).toEqual([[4], [1, 2, 3]]);
    expect(settleTie(order, [3, 1])).toEqual([[4], [3], [1], [2]]);
    expect(settleTie(order, [2, 3, 1])).toEqual([[4], [2], [3], [1]]);
  });
});

describe('the second implementation, in Python', () => {
  let own = '';
  beforeAll(async () => {
    own = await mkdtemp(join(tmpdir(), 'zuimei-vectors-'));
  });
  afterAll(() => rm(own, { recursive: true }));

  /** What it says of a file of vectors. */
  function recompute(file: VectorFile): string {
    const path = join(own, 'vectors.json');
    writeFileSync(path, JSON.stringify(file));
    const { stdout, stderr } = spawnSync(needProgram('python3'), [script, '--vectors', path], {
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.trim();
  }

  test('agrees with every worked example, and finds a wrong figure', () => {
    expect(recompute(vectors)).toBe('32 of 32 agree');
    const wrong = recompute(JSON.parse(JSON.stringify(vectors).replaceAll('8633', '8634')));
    expect(wrong).toMatch(/^district-contest\n.*\n31 of 32 agree$/s);
  });

  test(`agrees with shared/ on ${CONTESTS} contests: standing, choice under limits, each fall, robustness, influence`, () => {
    const cases = fc.sample(fc.tuple(contests, caps, fc.nat(30)), { numRuns: CONTESTS, seed: 20_260 });
    const made = cases.flatMap(([contest, rule, flagged], i) => {
      const standing = standingOf(contest);
      const order = groupsOf(standing?.standing ?? []);
      const numbers = Object.keys(contest.votes).map(Number);
      const candidates = Object.fromEntries(
        numbers.map((n) => [n, { unit: `U${n % 4}`, category: `c${n % 3}` }]),
      );
      const choice = { order, candidates, places: rule.places, caps: rule.caps };
      const pairs = [...Map.groupBy(order.flat(), (_, at) => at >> 1).values()];
      const untied = { ...choice, order: order.flat().map((number) => [number]) };
      return [
        { name: `contest ${i}`, function: 'computeStanding', input: contest },
        ...(standing ? [{ name: `choice ${i}`, function: 'choose', input: choice }] : []),
        ...['all', 'none'].map((tieLast) => ({
          name: `tied ${tieLast} ${i}`,
          function: 'choose',
          input: { ...choice, order: pairs, tieLast },
        })),
        {
          name: `falls ${i}`,
          function: 'nextAlternate',
          input: { ...untied, chosen: order.flat().slice(0, 2) },
        },
        ...(i % 5 === 0 && standing
          ? [
              {
                name: `robust ${i}`,
                function: 'robustness',
                input: {
                  contest: `contest ${i}`,
                  places: rule.places,
                  flagged: { 1: flagged * 100 },
                  scenarios: [],
                },
              },
            ]
          : []),
        {
          name: `weights ${i}`,
          function: 'influence',
          input: { contest: `contest ${i}`, weights: contest.weights },
        },
      ].map((vector) => ({ ...vector, expected: { top: null, log: null, share: null, 'rank-1': null } }));
    });
    const scales = vectors.vectors.filter(({ name }) => name === 'vote-scales');
    const actual = compareVectors({ vectors: [...made, ...scales] });
    const all = [...made, ...scales].map((vector, i) => ({ ...vector, expected: actual[i]?.actual }));
    expect(recompute({ vectors: all })).toBe(`${all.length} of ${all.length} agree`);
  }, 120_000);
});

const caps = fc.record({
  places: fc.integer({ min: 1, max: 5 }),
  caps: fc.record(
    {
      unitMost: fc.integer({ min: 1, max: 2 }),
      categories: fc.record({ c0: fc.record({ least: fc.nat(2) }), c1: fc.record({ most: fc.nat(2) }) }),
      groups: fc
        .record({
          members: fc.uniqueArray(fc.integer({ min: 1, max: 9 })),
          least: fc.nat(2),
          most: fc.integer({ min: 2, max: 4 }),
        })
        .map((group) => [{ id: 'g', name: 'g', ...group }]),
    },
    { requiredKeys: [] },
  ),
});

function compare(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): number {
  const at = a.findIndex((key, i) => key !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
