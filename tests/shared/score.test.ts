import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFigure, printFigure } from '@zuimei/shared/judging/figure.ts';
import type { PanelRule, VoteRule } from '@zuimei/shared/judging/outcome.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { divide, numbersOf, panelParts, sheetTotal, type Totals, voteParts } from '@zuimei/shared/score.ts';

const plain: PanelRule = { trim: 0, trimFrom: 5, least: 1, severity: 'ignore' };
const total = fc.integer({ min: 0, max: 10_000 });

/** A full table: seats × candidates. */
const table = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([seats, numbers]) =>
    fc.array(fc.array(total, { minLength: numbers, maxLength: numbers }), {
      minLength: seats,
      maxLength: seats,
    }),
  );
const totalsOf = (rows: readonly (readonly number[])[]): Totals =>
  Object.fromEntries(
    rows.map((row, seat) => [`E${seat + 1}`, Object.fromEntries(row.map((one, i) => [i + 1, one]))]),
  );
const numbersIn = (rows: readonly (readonly number[])[]): number[] => (rows[0] ?? []).map((_, i) => i + 1);

function partsOf(
  totals: Totals,
  rule: Partial<PanelRule>,
  numbers: readonly number[],
): Record<number, number> {
  const made = panelParts(totals, { ...plain, ...rule }, numbers, 100);
  if ('refusal' in made) throw new Error(made.refusal);
  return made.parts;
}

describe('the one rounding', () => {
  test('is half up of the exact fraction, whatever the size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 40), max: 2 ** 50 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (n, d) => {
          const q = BigInt(divide(n, d));
          // q − ½ ≤ n ÷ d < q + ½
          const [twice, under] = [2n * BigInt(n), BigInt(d)];
          expect((2n * q - 1n) * under <= twice && twice < (2n * q + 1n) * under).toBe(true);
        },
      ),
    );
  });

  test('refuses to guess what it cannot tell exactly', () => {
    for (const [n, d] of [
      [2 ** 53, 3],
      [1.5, 2],
      [1, 0],
      [1, -2],
    ] as const)
      expect(() => divide(n, d)).toThrow(RangeError);
  });

  test('what is printed is read back as the same figure, and nothing else is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -100_000, max: 10_000_000 }),
        fc.integer({ min: 0, max: 3 }),
        (units, decimals) => {
          expect(parseFigure(printFigure(units, decimals), decimals)).toBe(units);
        },
      ),
    );
    expect(printFigure(8633, 2)).toBe('86.33');
    expect(printFigure(-5, 2)).toBe('-0.05');
    for (const odd of ['86.3', '086.33', '86.330', '86,33', '', '-0.00'])
      expect(parseFigure(odd, 2)).toBeNull();
  });
});

describe('a line of a sheet', () => {
  test('has no total while a criterion has no points, or other than whole units', () => {
    const criteria = [{ id: 'a', full: 100, weight: 100 }];
    const wrong: Record<string, number>[] = [{}, { a: 1.5 }, { a: -1 }];
    for (const points of wrong)
      expect(() => sheetTotal(criteria, points)).toThrow(new Refusal('points_out', { criterion: 'a' }));
  });
});

describe('the part of a panel', () => {
  test('lies between the lowest and the highest sheet, dropped ones or not', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(0, 1, 2), (rows, trim) => {
        const parts = partsOf(totalsOf(rows), { trim: trim as 0 | 1 | 2, trimFrom: 5 }, numbersIn(rows));
        for (const number of numbersIn(rows)) {
          const own = rows.map((row) => row[number - 1] ?? 0);
          expect(parts[number]).toBeGreaterThanOrEqual(Math.min(...own));
          expect(parts[number]).toBeLessThanOrEqual(Math.max(...own));
        }
      }),
    );
  });

  test.each(['ignore', 'remove'] as const)(
    'one point more on a sheet never lowers it (severity %s)',
    (severity) => {
      fc.assert(
        fc.property(table, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 500 }), (rows, i, j, more) => {
          const [seat, at] = [i % rows.length, j % numbersIn(rows).length];
          const raised = rows.map((row, s) =>
            row.map((one, n) => (s === seat && n === at ? one + more : one)),
          );
          const rule = { severity, trim: severity === 'ignore' ? 1 : 0 } as const;
          const before = partsOf(totalsOf(rows), rule, numbersIn(rows));
          const after = partsOf(totalsOf(raised), rule, numbersIn(rows));
          expect(after[at + 1]).toBeGreaterThanOrEqual(before[at + 1] ?? 0);
        }),
      );
    },
  );

  test('does not change by removing severity where every seat judged everybody', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const numbers = numbersIn(rows);
        expect(partsOf(totalsOf(rows), { severity: 'remove' }, numbers)).toEqual(
          partsOf(totalsOf(rows), {}, numbers),
        );
      }),
    );
  });

  test('is moved alike for everybody by a constant on one seat, once severity is removed, even with gaps', () => {
    fc.assert(
      fc.property(table, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 50 }), (rows, i, gap, shift) => {
        fc.pre(rows.length > 2 && numbersIn(rows).length > 1);
        const cut = (totals: Totals): Totals => {
          const { [(gap % numbersIn(rows).length) + 1]: _, ...rest } = totals.E1 ?? {};
          return { ...totals, E1: rest };
        };
        const scaled = rows.map((row) => row.map((one) => 2000 + Math.floor(one / 2)));
        // As many times the shift as there are seats, so that the shift of the parts is whole.
        const harsher = scaled.map((row, s) =>
          row.map((one) => (s === i % rows.length ? one - shift * rows.length : one)),
        );
        const before = partsOf(cut(totalsOf(scaled)), { severity: 'remove' }, numbersIn(rows));
        const after = partsOf(cut(totalsOf(harsher)), { severity: 'remove' }, numbersIn(rows));
        for (const number of numbersOf(before)) expect(after[number]).toBe((before[number] ?? 0) - shift);
      }),
    );
  });

  test('names the seats whose lines were dropped, the same in every order of the input', () => {
    const totals: Totals = {
      E10: { 1: 9000 },
      E2: { 1: 9000 },
      E1: { 1: 8000 },
      E3: { 1: 8500 },
      E4: { 1: 8300 },
    };
    const backwards = Object.fromEntries(Object.entries(totals).toReversed());
    const rule: PanelRule = { trim: 1, trimFrom: 5, least: 3, severity: 'ignore' };
    for (const one of [totals, backwards])
      expect(panelParts(one, rule, [1])).toEqual({
        parts: { 1: 8600 },
        used: { 1: { sheets: 5, dropped: 2 } },
        trimmed: { 1: ['E1', 'E10'] },
      });
  });

  test('is refused where nobody judged, never zero', () => {
    expect(panelParts({ E1: { 1: 9000 } }, { ...plain, least: 0 }, [1, 2])).toMatchObject({
      refusal: 'too_few_sheets',
      number: 2,
      sheets: 0,
    });
  });
});

describe('the part of the vote', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 9 });
  const rule = fc.record({
    scale: fc.constantFrom<VoteRule['scale'][]>('rank', 'top', 'log', 'share'),
    step: fc.integer({ min: 1, max: 800 }),
    floor: fc.integer({ min: 0, max: 95 }),
  });
  const record = (votes: readonly number[]) => Object.fromEntries(votes.map((one, i) => [i + 1, one]));

  test('one vote more never lowers one’s own, nor raises another’s; by rank it moves another by at most a step', () => {
    fc.assert(
      fc.property(counts, rule, fc.nat(), (votes, how, which) => {
        const at = which % votes.length;
        const before = voteParts(record(votes), how, 100);
        const after = voteParts(record(votes.map((one, i) => (i === at ? one + 1 : one))), how, 100);
        expect(after[at + 1]).toBeGreaterThanOrEqual(before[at + 1] ?? 0);
        // The first vote of all ends the case in which nobody has any.
        if (votes.every((one) => one === 0)) return;
        for (const number of numbersOf(before).filter((one) => one !== at + 1)) {
          const by = (before[number] ?? 0) - (after[number] ?? 0);
          expect(by).toBeGreaterThanOrEqual(0);
          if (how.scale === 'rank') expect(by).toBeLessThanOrEqual(how.step);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('by logarithm it is the greatest figure that the powers allow, for counts of a city', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300_000 }),
        fc.integer({ min: 0, max: 300_000 }),
        (most, votes) => {
          const v = Math.min(votes, most);
          const t = voteParts({ 1: most, 2: v }, { scale: 'log' }, 10)[2] ?? 0;
          const reached = 2 * t - 1 < 0 || BigInt(1 + most) ** BigInt(2 * t - 1) <= BigInt(1 + v) ** 2000n;
          expect(reached && BigInt(1 + most) ** BigInt(2 * t + 1) > BigInt(1 + v) ** 2000n).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
