import { describe, expect, test } from 'vitest';
import { lackOf, ownerOf, ownStep, type UnitPlace } from '@zuimei/shared/opinion.ts';
import { presets } from '@zuimei/shared/plan/preset.ts';

const places = (...rows: [id: number, kind: string, parent: number | null][]) =>
  new Map(
    rows.map(([id, kind, parent]): [number, UnitPlace] => [id, { id, name: `单位${id}`, kind, parent }]),
  );

describe('an opinion is given', () => {
  const units = places([1, 'city', null], [2, 'county', 1], [3, 'town', 2], [4, 'county', null]);
  const city = { owner: { above: 'city' } };

  test('by the reporting unit, by the organizer, or by the nearest unit of its kind above', () => {
    expect(ownerOf({ owner: 'unit' }, 3, units)).toBe(3);
    expect(ownerOf({ owner: 'organizer' }, 3, units)).toBeNull();
    expect([2, 3].map((unit) => ownerOf(city, unit, units))).toEqual([1, 1]);
    expect(ownerOf({ owner: { above: 'county' } }, 3, units)).toBe(2);
  });

  test('by the unit itself, where it is of that level or nobody of that level stands above it: never by nobody', () => {
    expect([1, 4].map((unit) => ownerOf(city, unit, units))).toEqual([1, 4]);
    // Each under the other, as a broken row could say: it ends.
    expect(ownerOf(city, 5, places([5, 'county', 6], [6, 'county', 5]))).toBe(5);
  });
});

test('what an opinion lacks has one name: it is missing, its scan is, or it is against; one not required may be left out whole', () => {
  const must = { required: true, attachment: true };
  const may = { required: false, attachment: true };
  const agree = (scan: boolean) => ({ verdict: 'agree' as const, scan });
  expect([undefined, agree(false), agree(true)].map((given) => lackOf(must, given))).toEqual([
    'opinion_missing',
    'opinion_scan',
    null,
  ]);
  expect([undefined, agree(false)].map((given) => lackOf(may, given))).toEqual([null, 'opinion_scan']);
  expect(lackOf(may, { verdict: 'disagree', scan: true })).toBe('opinion_against');
});

test('in every preset the unit that reports gives what it can have before it reports, and the 报送表 carries its own', () => {
  for (const preset of Object.values(presets)) {
    const { opinions, unitKinds } = preset.collection;
    // A survey asks for no opinion.
    expect(ownStep(preset.collection)?.id).toBe(preset.name === 'venues' ? undefined : 'unit');
    const reporting = places([1, unitKinds[0]?.id ?? '', null]);
    expect(opinions.map((step) => ownerOf(step, 1, reporting))).toEqual(opinions.map(() => 1));
  }
});
