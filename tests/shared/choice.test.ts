import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bounded, Why } from '@zuimei/shared/judging/limits.ts';
import type { Limits, Outcome } from '@zuimei/shared/judging/outcome.ts';
import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { type Choice, choose, nextAlternate } from '@zuimei/shared/standing.ts';

interface Scene {
  candidates: Record<number, Bounded>;
  limits: Limits;
}

/** Up to ten candidates in the order of their numbers, of few units and categories so that the limits cross. */
function scenes(most = 10): fc.Arbitrary<Scene> {
  const bounds = fc.record(
    { least: fc.integer({ min: 0, max: 3 }), most: fc.integer({ min: 0, max: 4 }) },
    { requiredKeys: [] },
  );
  return fc
    .record({
      all: fc.array(
        fc.record({ unit: fc.constantFrom('A', 'B', 'C', 'D'), category: fc.constantFrom('x', 'y', 'z') }),
        {
          minLength: 1,
          maxLength: most,
        },
      ),
      places: fc.integer({ min: 1, max: 7 }),
      unitMost: fc.option(fc.integer({ min: 1, max: 3 })),
      x: bounds,
      y: bounds,
      g: bounds,
      members: fc.uniqueArray(fc.integer({ min: 1, max: most })),
    })
    .map(({ all, places, unitMost, x, y, g, members }) => ({
      candidates: Object.fromEntries(all.map((one, i) => [i + 1, one])),
      limits: { places, unitMost, categories: { x, y }, groups: [{ id: 'g', members, ...g }] },
    }));
}

/** Which bound `taken` breaks, in the order of reasons; minimums only where asked. */
function broken({ candidates, limits }: Scene, taken: readonly number[], minimums: boolean): Why | null {
  const { places, unitMost, categories = {}, groups = [] } = limits;
  const count = (belongs: (number: number) => boolean): number => taken.filter(belongs).length;
  const over = ({ least = 0, most = 99 }: { least?: number; most?: number }, n: number): boolean =>
    n > most || (minimums && n < least);
  const units = new Set(taken.map((number) => candidates[number]?.unit));
  if ([...units].some((unit) => count((n) => candidates[n]?.unit === unit) > (unitMost ?? 99))) return 'unit';
  if (
    Object.entries(categories).some(([id, bound]) =>
      over(
        bound,
        count((n) => candidates[n]?.category === id),
      ),
    )
  )
    return 'category';
  if (
    groups.some((group) =>
      over(
        group,
        count((n) => group.members.includes(n)),
      ),
    )
  )
    return 'group';
  return taken.length > places ? 'places' : null;
}

function* subsets(numbers: readonly number[]): Generator<number[]> {
  const [first, ...rest] = numbers;
  if (first === undefined) return yield [];
  for (const some of subsets(rest)) yield [first, ...some];
  yield* subsets(rest);
}

/** The first set in order that keeps all bounds, tried one after the other. */
function bruteForce(scene: Scene): number[] | null {
  for (const some of subsets(Object.keys(scene.candidates).map(Number)))
    if (!broken(scene, some, true)) return some;
  return null;
}

const orderOf = ({ candidates }: Scene): number[][] =>
  Object.keys(candidates).map((number) => [Number(number)]);
const chosenOf = (scene: Scene, order = orderOf(scene)): Choice | null => {
  const choice = choose(order, scene.candidates, scene.limits);
  return isRefused(choice) ? null : choice;
};

describe('the choice', () => {
  test('is the first set in order that keeps every bound, as trying all sets finds it', () => {
    fc.assert(
      fc.property(scenes(), (scene) => {
        const choice = chosenOf(scene);
        expect(choice?.chosen ?? null).toEqual(bruteForce(scene));
        if (choice) expect(choice.chosen.length + choice.unfilled).toBe(scene.limits.places);
      }),
      { numRuns: 400 },
    );
  });

  test('passes nobody over without a reason that is true, the first of those that are', () => {
    fc.assert(
      fc.property(scenes(8), (scene) => {
        const choice = chosenOf(scene);
        const numbers = Object.keys(scene.candidates).map(Number);
        if (!choice) return;
        expect(
          [...choice.chosen, ...choice.passed.map(({ number }) => number)].sort((a, b) => a - b),
        ).toEqual(numbers);
        for (const { number, why } of choice.passed) {
          const taken = [...choice.chosen.filter((one) => one < number), number];
          expect(why).toBe(broken(scene, taken, false) ?? 'reserved');
          if (why !== 'reserved') continue;
          const later = numbers.filter((one) => one > number);
          for (const more of subsets(later)) expect(broken(scene, [...taken, ...more], true)).not.toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });

  test('names others who together would fill more places, only where some stay empty and some could', () => {
    fc.assert(
      fc.property(scenes(8), (scene) => {
        const choice = chosenOf(scene);
        if (!choice) return;
        const right = [...subsets(Object.keys(scene.candidates).map(Number))].filter(
          (s) => !broken(scene, s, true),
        );
        const fullest = Math.max(...right.map(({ length }) => length));
        const could = right.find(({ length }) => length === fullest);
        expect(choice.couldFill).toEqual(fullest > choice.chosen.length ? could : undefined);
      }),
    );
  });

  test('is open at a tie exactly where the order of the tied ones decides who is chosen', () => {
    fc.assert(
      fc.property(scenes(6), fc.nat(5), fc.integer({ min: 2, max: 4 }), (scene, from, size) => {
        const order = orderOf(scene).flat();
        const tied = order.slice(from, from + size);
        fc.pre(tied.length > 1);
        const orders = permutations(tied).map((some) =>
          [...order.slice(0, from), ...some, ...order.slice(from + size)].map((number) => [number]),
        );
        const outcomes = orders.map((one) => chosenOf(scene, one)?.chosen.toSorted((a, b) => a - b));
        const differs = new Set(outcomes.map((one) => JSON.stringify(one))).size > 1;
        const grouped = [
          ...order.slice(0, from).map((n) => [n]),
          tied,
          ...order.slice(from + size).map((n) => [n]),
        ];
        const choice = choose(grouped, scene.candidates, scene.limits);
        expect('refusal' in choice && choice.refusal === 'tie_open').toBe(differs);
        if (!isRefused(choice)) expect(choice.chosen.toSorted((a, b) => a - b)).toEqual(outcomes[0]);
      }),
      { numRuns: 300 },
    );
  });

  test('says which minimum cannot be met, or that they cannot be met together', () => {
    const candidates = { 1: { unit: 'A', category: 'x' }, 2: { unit: 'A', category: 'y' } };
    const categories = { x: { least: 1 }, y: { least: 1 } };
    const refused = (limits: Limits) => choose([[1], [2]], candidates, limits);
    expect(refused({ places: 2, unitMost: 1, categories })).toEqual({
      refusal: 'minimum_impossible',
      category: null,
    });
    expect(refused({ places: 2, categories: { y: { least: 2 } } })).toEqual({
      refusal: 'minimum_impossible',
      category: 'y',
    });
  });

  test('is given up where the bounds are too entangled to look ahead in good time', () => {
    // Twelve groups that each want one, and eleven units that may have one each: no pair says that it cannot be.
    const candidates: Scene['candidates'] = {};
    const groups = Array.from({ length: 12 }, (_, group) => ({
      id: `g${group}`,
      least: 1,
      members: Array.from({ length: 11 }, (_, unit) => {
        const number = group * 11 + unit + 1;
        candidates[number] = { unit: `U${unit}`, category: 'p' };
        return number;
      }),
    }));
    const order = Object.keys(candidates).map((number) => [Number(number)]);
    const started = performance.now();
    expect(choose(order, candidates, { places: 12, unitMost: 1, groups })).toEqual({
      refusal: 'caps_entangled',
    });
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('of sixty with a bound by unit and minimums is quick', () => {
    const candidates = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [i + 1, { unit: `U${i % 25}`, category: `c${i % 7}` }]),
    );
    const categories = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [`c${i}`, { least: 2, most: 4 }]),
    );
    const members = Array.from({ length: 15 }, (_, i) => 60 - 3 * i);
    const started = performance.now();
    const choice = choose(
      Object.keys(candidates).map((number) => [Number(number)]),
      candidates,
      { places: 18, unitMost: 1, categories, groups: [{ id: '一线', members, least: 8 }] },
    );
    expect(isRefused(choice)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('a tie at the line, where the rules settle it', () => {
  const inCategory = (category: string, ...units: string[]) => units.map((unit) => ({ unit, category }));
  const scene = (order: number[][], all: Bounded[], limits: Limits) => {
    const candidates = Object.fromEntries(all.map((one, at) => [at + 1, one]));
    return (tieLast: Outcome['tieLast']) => choose(order, candidates, limits, [], tieLast);
  };

  test('takes all of the tied beyond the places, or none of them and nobody below in their stead', () => {
    const settle = scene([[1], [2, 3, 4], [5]], inCategory('x', 'A', 'B', 'C', 'D', 'E'), { places: 3 });
    expect(settle('meeting')).toEqual({ refusal: 'tie_open', numbers: [2, 3, 4], places: 2 });
    expect(settle('lot')).toEqual(settle('meeting'));
    const five = { number: 5, why: 'places' };
    expect(settle('all')).toEqual({ chosen: [1, 2, 3, 4], passed: [five], unfilled: 0 });
    const passed = [2, 3, 4, 5].map((number) => ({ number, why: 'places' }));
    expect(settle('none')).toEqual({ chosen: [1], passed, unfilled: 2 });
  });

  test('at the line of a category leaves the places of the others as they are', () => {
    const all = [...inCategory('x', 'A', 'B', 'C', 'D'), ...inCategory('y', 'E', 'F')];
    const limits = { places: 4, categories: { x: { least: 2, most: 2 }, y: { least: 2, most: 2 } } };
    const settle = scene([[1], [2, 3], [4], [5], [6]], all, limits);
    expect(settle('all')).toMatchObject({
      chosen: [1, 2, 3, 5, 6],
      passed: [{ number: 4, why: 'category' }],
    });
    expect(settle('none')).toMatchObject({ chosen: [1, 5, 6], unfilled: 1 });
  });

  test('stays open where a unit bars one of them: that is no matter of places', () => {
    const settle = scene([[1, 2]], inCategory('x', 'A', 'A'), { places: 2, unitMost: 1 });
    expect(settle('all')).toMatchObject({ refusal: 'tie_open', numbers: [1, 2] });
  });

  test('changes nothing where no tie decides, and never breaks a bound by unit or group', () => {
    fc.assert(
      fc.property(scenes(8), fc.nat(7), fc.integer({ min: 2, max: 4 }), (scene, from, size) => {
        const { candidates, limits } = scene;
        const all = orderOf(scene).flat();
        const single = (numbers: number[]): number[][] => numbers.map((number) => [number]);
        const tied = all.slice(from, from + size);
        fc.pre(tied.length > 1);
        const order = [...single(all.slice(0, from)), tied, ...single(all.slice(from + size))];
        const open = choose(order, candidates, limits);
        for (const tieLast of ['all', 'none'] as const) {
          const settled = choose(order, candidates, limits, [], tieLast);
          if (!isRefused(open)) {
            if (!isRefused(settled)) expect(settled.chosen).toEqual(open.chosen);
          } else if (!isRefused(settled)) {
            expect(open.refusal).toBe('tie_open');
            const held = { ...scene, limits: { ...limits, places: 99, categories: {} } };
            expect(broken(held, settled.chosen, false)).toBeNull();
            if (tieLast === 'none') expect(settled.chosen.length).toBeLessThanOrEqual(limits.places);
            expect(settled.chosen.length + settled.passed.length).toBe(order.flat().length);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an alternate', () => {
  test('moves up without moving anybody else, keeps every bound, and is the first who can', () => {
    fc.assert(
      fc.property(scenes(8), fc.nat(), (scene, which) => {
        const choice = chosenOf(scene);
        fc.pre(choice !== null && choice.chosen.length > 0);
        const fallen = choice?.chosen[which % choice.chosen.length] ?? 0;
        const kept = choice?.chosen.filter((number) => number !== fallen) ?? [];
        const next = nextAlternate(orderOf(scene), scene.candidates, scene.limits, choice?.chosen ?? [], [
          fallen,
        ]);
        if (isRefused(next)) throw new Error(next.refusal);
        const others = Object.keys(scene.candidates)
          .map(Number)
          .filter((number) => number !== fallen && !kept.includes(number));
        const fits = others.find((number) =>
          [...subsets(others.filter((one) => one !== number))].some(
            (more) => !broken(scene, [...kept, number, ...more], true),
          ),
        );
        expect(next.promoted).toBe(fits ?? null);
        expect(next.chosen).toEqual([...kept, ...(fits ? [fits] : [])].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  test('waits for a tie that decides who moves up', () => {
    const candidates = Object.fromEntries([1, 2, 3].map((n) => [n, { unit: `U${n}`, category: 'p' }]));
    const order = [[1], [2, 3]];
    expect(nextAlternate(order, candidates, { places: 1 }, [1], [1])).toEqual({
      refusal: 'tie_open',
      numbers: [2, 3],
      places: 1,
    });
    expect(nextAlternate(order, candidates, { places: 1 }, [1], [1, 3])).toEqual({
      promoted: 2,
      chosen: [2],
    });
  });
});

function permutations(numbers: readonly number[]): number[][] {
  if (numbers.length < 2) return [[...numbers]];
  return numbers.flatMap((number) =>
    permutations(numbers.filter((one) => one !== number)).map((rest) => [number, ...rest]),
  );
}
