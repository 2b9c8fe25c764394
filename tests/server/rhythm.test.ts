import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createRhythms } from '@zuimei/server/gate/rhythm.ts';
import type { Facts } from '@zuimei/server/gate/weigh.ts';
import { policies } from '@zuimei/shared/policy.ts';
import { createChance } from '../attack/chance.ts';

const { standard } = policies;
const bytes = (text: string, length: number) =>
  createHash('sha256').update(text).digest().subarray(0, length);
const NOON = Date.parse('2026-05-01T04:00:00Z');

/** A ballot of somebody whom nothing connects with others, but for what is given. */
function ballot(
  name: string,
  at: number,
  shared: { device?: string; net?: string; agent?: number; picks?: number[] } = {},
): Facts {
  return {
    voter: bytes(`voter ${name}`, 16),
    device: bytes(`device ${shared.device ?? name}`, 8),
    ip: bytes(`ip ${name}`, 8),
    net: bytes(`net ${shared.net ?? name}`, 8),
    agent: shared.agent ?? bytes(name, 4).readUInt32BE(),
    at: NOON + at,
    ticketAgeMs: 30_000,
    dwellMs: 30_000,
    touches: 9,
    identityAgeMs: 30_000,
    picks: shared.picks ?? [1, 2, 3],
    class: 'unknown',
    abroad: false,
    outside: false,
    proven: false,
    unvouched: false,
  };
}

describe('ballots at almost equal gaps', () => {
  const chance = createChance('rhythm');
  const moments = Array.from({ length: 60 }, (_, i) => i * 9_000 + chance.whole(-500, 500));

  test.each([
    ['of one device', { device: 'rack' }],
    ['of one network', { net: 'hall' }],
    ['of one browser with the same picks', { agent: 7, picks: [4] }],
  ])('%s are found after as many as the policy says', (_, shared) => {
    const rhythms = createRhythms();
    const found = moments.map((at, i) => rhythms.beats(ballot(`${i}`, at, shared), standard));
    expect(found.indexOf(true)).toBe(standard.rhythm.arrivals - 1);
    expect(found.slice(standard.rhythm.arrivals).filter((one) => !one)).toEqual([]);
  });

  test('of different browsers, or with different picks, are nothing', () => {
    for (const shared of [{ agent: 7 }, { picks: [4] }]) {
      const rhythms = createRhythms();
      const found = moments.map((at, i) =>
        rhythms.beats(
          ballot(`${i}`, at, { ...shared, ...('agent' in shared ? { picks: [1 + (i % 9)] } : {}) }),
          standard,
        ),
      );
      expect(found).not.toContain(true);
    }
  });

  test('are still found when one arrival in ten is out of step, and forgotten when most are', () => {
    const rhythms = createRhythms();
    let at = 0;
    const beat = (gap: number) => rhythms.beats(ballot(`${at}`, (at += gap), { device: 'rack' }), standard);
    for (let i = 0; i < 30; i++) beat(9_000);
    expect(Array.from({ length: 40 }, (_, i) => beat(i % 10 === 9 ? 20_000 : 9_000))).not.toContain(false);
    const after = Array.from({ length: 12 }, (_, i) => beat(i % 2 === 0 ? 3_000 : 40_000));
    expect(after.at(-1)).toBe(false);
  });

  test('begin anew after half an hour of silence', () => {
    const rhythms = createRhythms();
    for (let i = 0; i < 20; i++) rhythms.beats(ballot(`${i}`, i * 9_000, { device: 'rack' }), standard);
    expect(rhythms.beats(ballot('next', 20 * 9_000, { device: 'rack' }), standard)).toBe(true);
    expect(rhythms.beats(ballot('later', 20 * 9_000 + 1_800_001, { device: 'rack' }), standard)).toBe(false);
  });
});

test('people are not in rhythm: a carrier’s network, a family’s phone, a voter who retries', () => {
  const chance = createChance('people');
  const rhythms = createRhythms();
  const found: boolean[] = [];
  let at = 0;
  for (let i = 0; i < 20_000; i++) {
    at += Math.round(chance.exponential(700));
    const model = chance.whole(1, 40);
    const shared = {
      net: `exit ${chance.whole(1, 3)}`,
      device: `iphone ${model}`,
      agent: model,
      picks: [chance.whole(1, 5)],
    };
    found.push(rhythms.beats(ballot(`${i}`, at, shared), standard));
  }
  expect(found.filter(Boolean).length).toBe(0);
  const retries = Array.from({ length: 60 }, (_, i) => rhythms.beats(ballot('one', at + i * 5000), standard));
  expect(retries).not.toContain(true);
});

test('a rush of thousands at once is no rhythm, however it is cut into milliseconds', () => {
  const rhythms = createRhythms();
  const found = Array.from({ length: 5_000 }, (_, i) =>
    rhythms.beats(ballot(`${i}`, i, { net: 'exit' }), standard),
  );
  expect(found).not.toContain(true);
});

test('a ballot that comes again with its proof is not an arrival', () => {
  const rhythms = createRhythms();
  for (let i = 0; i < 20; i++) {
    expect(rhythms.beats({ ...ballot(`${i}`, i * 9_000, { device: 'rack' }), proven: true }, standard)).toBe(
      false,
    );
  }
});

test('a slow rhythm is found in the middle of a rush, in a table of fixed size', () => {
  const chance = createChance('rush');
  const rhythms = createRhythms();
  let found = 0;
  for (let i = 0; i < 40; i++) {
    if (rhythms.beats(ballot(`farm ${i}`, i * 9_000, { device: 'rack' }), standard)) found++;
    for (let k = 0; k < 1_500; k++)
      rhythms.beats(ballot(`${i} ${k}`, i * 9_000 + chance.whole(1, 8_999)), standard);
  }
  expect(found).toBeGreaterThan(25);
});
