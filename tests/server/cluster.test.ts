import { describe, expect, test } from 'vitest';
import { findClusters, summaryOf } from '@zuimei/server/analyst/clusters.ts';
import { detailOf } from '@zuimei/server/analyst/detail.ts';
import { policies } from '@zuimei/shared/policy.ts';
import { runSize } from '../harness/kinds.ts';
import {
  agreement,
  type Cast,
  citizen,
  columnsOf,
  createTown,
  DAY_MS,
  groundOf,
  MINUTE_MS,
  MORNING,
  pageOf,
  type Town,
} from './field.ts';

const HOUR_MS = 60 * MINUTE_MS;
/** In which a pulse is looked for. */
const TOWNS = runSize(10, 20);
const EVENING = MORNING + DAY_MS + 11 * HOUR_MS;

/** An address somewhere in the country, another each time. */
function anywhere({ chance }: Town): string {
  const byte = () => Math.floor(chance() * 256);
  return `${60 + Math.floor(chance() * 60)}.${byte()}.${byte()}.${byte()}`;
}

function clustersOf(casts: readonly Cast[]) {
  const ground = groundOf(casts);
  return { ground, found: findClusters(ground) };
}

/** The cluster of this kind that has most of the attack. */
function caught(casts: readonly Cast[], kind: string) {
  const { found } = clustersOf(casts);
  return found
    .filter((one) => one.kind === kind)
    .map((one) => ({ ...agreement(casts, one, 'x'), strength: one.strength, id: one.id }))
    .sort((a, b) => b.recall - a.recall)[0];
}

describe('nothing is found in the crowds that citizens make', () => {
  test.each([1, 2, 3])(
    'ordinary days, a broadcast, an office, a campus and a carrier’s exit (%i)',
    (seed) => {
      const town = createTown(seed);
      const { chance } = town;
      // 200 at one address of an office when it opens; 300 phones behind one of a carrier, some of one model; a campus; a county called up.
      for (let i = 0; i < 200; i++)
        citizen(town, MORNING + HOUR_MS + chance() * 10 * MINUTE_MS, '203.0.113.5');
      for (let i = 0; i < 300; i++)
        citizen(
          town,
          MORNING + 10 * HOUR_MS + chance() * 20 * MINUTE_MS,
          '223.104.77.9',
          i % 3 === 0 ? Math.floor(chance() * 30) : undefined,
        );
      for (let i = 0; i < 1500; i++) citizen(town, EVENING + chance() * 3 * HOUR_MS, `203.0.114.${i % 200}`);
      for (let i = 0; i < 5000; i++)
        citizen(town, EVENING + chance() * 15 * MINUTE_MS, `223.104.${i % 10}.${i % 256}`);
      expect(clustersOf(town.casts).found).toEqual([]);
    },
  );

  test('families on one phone, and somebody who votes each morning at eight', () => {
    const town = createTown(4, { days: 20, aDay: 200 });
    for (let day = 0; day < 20; day++) {
      citizen(town, MORNING + day * DAY_MS + town.chance() * MINUTE_MS, '60.1.2.3', 9_000);
      for (let one = 0; one < 5; one++)
        town.casts.push({
          at: MORNING + day * DAY_MS + (11 + town.chance()) * HOUR_MS,
          picks: town.picks(),
          device: 9_001,
          voter: 5_000_000 + one,
          address: '61.1.2.3',
        });
    }
    expect(clustersOf(town.casts).found).toEqual([]);
  });
});

describe('what is bought is found', () => {
  test('at least four fifths of pulses of 60 to 400 ballots within 5 to 40 minutes, with who else voted then left mostly out', () => {
    const results = Array.from({ length: TOWNS }, (_, i) => {
      const town = createTown(100 + i, { days: 2 });
      const { chance } = town;
      const ballots = 60 + Math.floor(chance() * 340);
      const spanMs = (5 + chance() * 35) * MINUTE_MS;
      const start = MORNING + DAY_MS + (2 + chance() * 12) * HOUR_MS;
      for (let n = 0; n < ballots; n++)
        town.casts.push({
          at: start + chance() * spanMs,
          picks: [...new Set([7, ...town.picks(1, 4)])],
          address: anywhere(town),
          attack: 'x',
        });
      return caught(town.casts, 'burst');
    });
    const hits = results.filter((one) => one && one.recall > 0.7);
    expect(hits.length).toBeGreaterThanOrEqual(0.8 * TOWNS);
    const precision = hits.reduce((sum, one) => sum + (one?.precision ?? 0), 0) / hits.length;
    expect(precision).toBeGreaterThan(0.7);
  });

  test('several pulses of one candidate do not hide each other', () => {
    const town = createTown(5, { days: 2 });
    for (let pulse = 0; pulse < 8; pulse++)
      for (let n = 0; n < 250; n++)
        town.casts.push({
          at: MORNING + (3 + pulse * 3) * HOUR_MS + town.chance() * 15 * MINUTE_MS,
          picks: [3],
          address: anywhere(town),
          attack: `p${pulse}`,
        });
    const { found } = clustersOf(town.casts);
    const bursts = found.filter((one) => one.kind === 'burst' || one.kind === 'single');
    for (let pulse = 0; pulse < 8; pulse++)
      expect(
        bursts.some((one) => agreement(town.casts, one, `p${pulse}`).recall > 0.8),
        `${pulse}`,
      ).toBe(true);
  });

  test('a farm behind one network, by its votes and its untouched pages', () => {
    const town = createTown(6);
    for (let n = 0; n < 200; n++)
      town.casts.push({
        at: EVENING + town.gap(n * 30_000),
        picks: [...new Set([11, ...town.picks(1, 3)])],
        address: `198.51.100.${n % 100}`,
        signals: ['silent'],
        attack: 'x',
      });
    expect(caught(town.casts, 'net')).toMatchObject({ id: 'net-c63364', recall: 1, precision: 1 });
    expect(caught(town.casts, 'net')?.strength).toBeGreaterThan(80);
  });

  test('one phone with many voters', () => {
    const town = createTown(7);
    for (let n = 0; n < 60; n++)
      town.casts.push({
        at: EVENING + town.gap(n * 60_000),
        picks: [2, 5],
        device: 77_777,
        address: '60.9.9.9',
        attack: 'x',
      });
    const device = caught(town.casts, 'device');
    expect(device).toMatchObject({ recall: 1, precision: 1 });
    expect(device?.strength).toBeGreaterThan(50);
  });

  test('equal gaps, also with a jitter of a fifth and from ever new addresses', () => {
    for (const jitter of [0, 0.2]) {
      const town = createTown(8);
      for (let n = 0; n < 40; n++)
        town.casts.push({
          at: EVENING + n * 45_000 * (1 + 0) + (town.chance() - 0.5) * 2 * jitter * 45_000,
          picks: [1, 8],
          device: 66_666,
          address: anywhere(town),
          attack: 'x',
        });
      const run = caught(town.casts, 'rhythm') ?? caught(town.casts, 'device');
      expect(run?.recall, `${jitter}`).toBeGreaterThan(0.9);
      expect(run?.precision, `${jitter}`).toBe(1);
    }
  });

  test('one list of picks handed to many', () => {
    const town = createTown(9);
    for (let n = 0; n < 150; n++)
      town.casts.push({
        at: EVENING + town.chance() * 40 * MINUTE_MS,
        picks: [2, 6, 9, 13, 17],
        address: anywhere(town),
        attack: 'x',
      });
    const alike = caught(town.casts, 'alike');
    expect(alike).toMatchObject({ id: 'alike-2-6-9-13-17', recall: 1 });
    expect(alike?.precision).toBeGreaterThan(0.95);
    expect(alike?.strength).toBeGreaterThan(80);
  });

  test('a candidate picked alone where others are picked among several', () => {
    const town = createTown(10);
    for (let n = 0; n < 120; n++)
      town.casts.push({
        at: EVENING + town.chance() * 30 * MINUTE_MS,
        picks: [4],
        address: anywhere(town),
        attack: 'x',
      });
    const single = caught(town.casts, 'single');
    expect(single?.recall).toBeGreaterThan(0.9);
    expect(single?.precision).toBeGreaterThan(0.9);
  });
});

test('a set that is likely by itself is no cluster: few candidates, favourites together', () => {
  const casts: Cast[] = [];
  const town = createTown(11, { days: 1, aDay: 1 });
  for (let n = 0; n < 6_000; n++) {
    const picks = [1, 2, 3].filter((one) => town.chance() < 0.9 - one / 10);
    if (picks.length > 0)
      casts.push({ at: MORNING + town.chance() * DAY_MS, picks, address: anywhere(town) });
  }
  expect(clustersOf(casts).found.filter((one) => one.kind === 'alike')).toEqual([]);
});

describe('while counts are hidden', () => {
  /** A farm in one network that votes [4] alone, in an evening of a town. */
  function farm() {
    const town = createTown(12);
    for (let n = 0; n < 120; n++)
      town.casts.push({
        at: EVENING + n * 20_000,
        picks: [4],
        address: `198.51.100.${n % 9}`,
        device: 500_000 + (n % 5),
        signals: ['silent', 'newcomer'],
        attack: 'x',
      });
    return town.casts;
  }

  test('clusters say nothing of candidates, and only kinds that need no picks are looked for', () => {
    const ground = groundOf(farm(), policies.standard, -Infinity);
    const found = findClusters(ground);
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) {
      expect(['device', 'net', 'rhythm']).toContain(one.kind);
      expect(one.id).toMatch(/^(device|net|rhythm-device|rhythm-net)-[0-9a-f]+(-\d+)?$/);
      expect(one.about.candidates).toBeUndefined();
      expect(summaryOf(ground, one).favours).toBeNull();
    }
  });

  test('who is picked changes nothing of what is found', () => {
    const casts = farm();
    const other = casts.map((one) => ({ ...one, picks: [1 + (((one.picks[0] ?? 0) * 7) % 20)] }));
    const look = (all: readonly Cast[]) => {
      const ground = groundOf(all, policies.standard, -Infinity);
      return findClusters(ground).map((one) => detailOf(ground, one, []));
    };
    expect(look(other)).toEqual(look(casts));
  });

  test('with a daily reveal only what is revealed is looked at by candidate', () => {
    const casts = farm();
    const before = findClusters(groundOf(casts, policies.standard, EVENING));
    expect(before.filter((one) => !['device', 'net', 'rhythm'].includes(one.kind))).toEqual([]);
    const after = findClusters(groundOf(casts, policies.standard, EVENING + HOUR_MS));
    expect(after.some((one) => one.kind === 'single')).toBe(true);
  });
});

test('a cluster shows its curve, its changes, its gaps, where it came from and what it shares its ballots with', () => {
  const town = createTown(13);
  for (let n = 0; n < 200; n++)
    town.casts.push({
      at: EVENING + n * 6_000,
      picks: [9],
      address: `198.51.100.${n % 4}`,
      device: 500_000 + (n % 5),
      attack: 'x',
    });
  const { ground, found } = clustersOf(town.casts);
  const net = found.find((one) => one.id === 'net-c63364');
  if (!net) throw new Error('no such cluster');
  const detail = detailOf(ground, net, found);
  expect(detail.ballots).toBe(200);
  expect(detail.curve.counts.reduce((sum, one) => sum + one, 0)).toBe(200);
  expect(detail.usual).toHaveLength(detail.curve.counts.length);
  expect(detail.changes).toHaveLength(2);
  expect(detail.gaps.counts.reduce((sum, one) => sum + one, 0)).toBe(199);
  expect(detail.gaps.counts[detail.gaps.edges.indexOf(5_000)]).toBe(199);
  expect(detail.gaps.quartiles).toEqual({ lower: 6_000, median: 6_000, upper: 6_000 });
  expect(detail.nets).toEqual([{ net: '198.51.100.0/24', class: 'unknown', ballots: 200 }]);
  expect(detail.devices).toHaveLength(5);
  expect(detail.voters).toBe(200);
  expect(detail.newest).toHaveLength(20);
  expect(detail.favours?.[0]).toMatchObject({ number: 9, ballots: 200, share: 1000 });
  expect(detail.overlaps.length).toBeGreaterThan(0);
  expect(detail.overlaps.every((one) => one.id !== net.id && one.ballots > 0)).toBe(true);
});

describe('columns', () => {
  const casts: Cast[] = [
    { at: MORNING, picks: [1, 3], address: '203.0.113.9', device: 1 },
    { at: MORNING + 1, picks: [2], address: '2001:db8:1:2::9', held: true },
    { at: MORNING + 2, picks: [], address: 'faded:00112233445566778899aabb' },
    { at: MORNING + 3, picks: [1, 3], address: '203.0.113.77', device: 1 },
  ];

  test('number what is equal alike, whatever page it came in', () => {
    const columns = columnsOf(casts, 2);
    expect(columns.size).toBe(4);
    expect([...columns.device.subarray(0, 4)].map((id) => id === columns.device[0])).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(columns.picks[0]).toBe(columns.picks[3]);
    expect([...columns.sets.of(columns.picks[0] ?? 0)]).toEqual([1, 3]);
    const netAt = (row: number) => columns.netOf[columns.address[row] ?? 0];
    expect(netAt(0)).toBe(netAt(3));
    expect(new Set([0, 1, 2].map(netAt)).size).toBe(3);
  });

  test('follow rulings as the recount does: void and back, held and released', () => {
    const columns = columnsOf(casts);
    const rule = (ruling: string, entries: number[]) =>
      columns.take(
        pageOf([{ at: MORNING + 9, picks: [] }], columns.size, [
          {
            index: columns.size,
            act: JSON.stringify({ actor: '甲', reason: '', reference: '', ruling, entries }),
          },
        ]),
      );
    const states = () => {
      const { flags } = columns;
      return [0, 1].map((row) =>
        (flags[row] ?? 0) & 8 ? 'void' : (flags[row] ?? 0) & 4 ? 'held' : 'counted',
      );
    };
    expect(states()).toEqual(['counted', 'held']);
    rule('void', [0, 1]);
    expect(states()).toEqual(['void', 'void']);
    rule('restore', [0, 1]);
    expect(states()).toEqual(['counted', 'held']);
    rule('release', [1]);
    expect(states()).toEqual(['counted', 'counted']);
    rule('void', [1]);
    rule('restore', [1]);
    expect(states()).toEqual(['counted', 'counted']);
  });

  test('refuse a page that leaves out entries', () => {
    const columns = columnsOf(casts);
    expect(() => columns.take(pageOf(casts, 9))).toThrow(/does not follow/);
  });
});
