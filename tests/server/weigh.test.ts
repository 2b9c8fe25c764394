import { describe, expect, test } from 'vitest';
import { type Crowd, type Facts, type Trend, weigh, weighTrend } from '@zuimei/server/gate/weigh.ts';
import {
  type Policy,
  policies,
  type Signal,
  type Step,
  signalBits,
  signalsIn,
} from '@zuimei/shared/policy.ts';

const calm: Trend = { surging: new Set(), single: new Set() };
const alone: Crowd = { attempts: 1, device: 1, ip: 1, net: 1 };

/** Someone who opened the link, read for half a minute and voted. */
const citizen: Facts = {
  voter: new Uint8Array(16),
  device: new Uint8Array(8),
  ip: new Uint8Array(8),
  net: new Uint8Array(8),
  ticketAgeMs: 30_000,
  dwellMs: 30_000,
  touches: 12,
  identityAgeMs: 30_000,
  picks: [3, 7, 8],
  agent: 1,
  at: 0,
  class: 'unknown',
  abroad: false,
  outside: false,
  proven: false,
  unvouched: false,
};
const machine: Facts = { ...citizen, ticketAgeMs: 2100, dwellMs: null, touches: null, identityAgeMs: 2100 };
const { loose, standard, strict } = policies;

function verdict(crowd: Partial<Crowd>, facts: Facts, policy: Policy): [Step, Signal[]] {
  const { step, signals } = weigh({ ...alone, ...crowd }, facts, calm, 0, policy);
  return [step, signalsIn(signals)];
}

describe('nobody normal is held, under any policy', () => {
  test.each([
    ['a citizen alone', {}, citizen],
    ['a family of five on one phone', { device: 5 }, citizen],
    ['an office of 200 behind one address in ten minutes', { ip: 200, net: 200 }, citizen],
    ['a carrier’s address that serves 900 phones', { ip: 900, net: 4000 }, citizen],
    ['300 phones of one model', { device: 300 }, citizen],
    ['a page on a bad network that retried 40 times', { attempts: 40 }, citizen],
    [
      'someone in a hurry: four seconds, in an office',
      { ip: 200 },
      { ...citizen, ticketAgeMs: 4000, dwellMs: 4000, identityAgeMs: 4000 },
    ],
    ['a screen reader, no touch, in an office', { ip: 200, net: 200 }, { ...citizen, touches: 0 }],
    [
      'an old web view that reports nothing',
      { ip: 200, net: 200 },
      { ...citizen, touches: null, dwellMs: null },
    ],
    ['a machine alone: it is noted, and it is one ballot', {}, machine],
  ] as const)('%s', (_, crowd, facts) => {
    for (const policy of [loose, standard, strict]) {
      const [step] = verdict(crowd, facts, policy);
      // A challenge is a second of a phone's work, or a question.
      expect(step === 'challenge' ? 'admit' : step).toBe('admit');
    }
  });

  test('under the standard policy even a county called up by one broadcast is admitted', () => {
    expect(verdict({ ip: 2000, net: 20_000 }, citizen, standard)).toEqual(['admit', ['ip', 'net']]);
  });
});

test.each([
  ['loose', { attempts: 601 }, citizen, 'refuse', ['attempts']],
  ['loose', { attempts: 600 }, citizen, 'admit', ['attempts']],
  ['loose', { ip: 10_001 }, machine, 'hold', ['ip', 'silent', 'newcomer']],
  ['loose', { ip: 10_001 }, citizen, 'admit', ['ip']],
  ['loose', { device: 5000 }, machine, 'admit', ['device', 'silent', 'newcomer']],
  ['standard', { attempts: 121 }, citizen, 'refuse', ['attempts']],
  ['standard', { attempts: 120 }, citizen, 'admit', ['attempts']],
  ['standard', { device: 6 }, citizen, 'admit', []],
  ['standard', { device: 7 }, citizen, 'admit', ['device']],
  ['standard', { device: 5000 }, citizen, 'admit', ['device']],
  ['strict', { device: 31 }, citizen, 'challenge', ['device']],
  ['standard', { device: 51 }, machine, 'hold', ['device', 'silent', 'newcomer']],
  ['standard', { ip: 300 }, citizen, 'admit', []],
  ['standard', { ip: 301 }, citizen, 'admit', ['ip']],
  ['standard', { ip: 2501 }, citizen, 'challenge', ['ip']],
  ['standard', { ip: 1001 }, machine, 'hold', ['ip', 'silent', 'newcomer']],
  ['standard', { ip: 6001 }, citizen, 'hold', ['ip']],
  ['standard', { net: 5001 }, machine, 'hold', ['net', 'silent', 'newcomer']],
  ['standard', { net: 50_001 }, citizen, 'hold', ['net']],
  ['strict', { attempts: 61 }, citizen, 'refuse', ['attempts']],
  ['strict', { device: 9 }, machine, 'hold', ['device', 'silent', 'newcomer']],
  ['strict', { ip: 301 }, machine, 'hold', ['ip', 'silent', 'newcomer']],
  ['strict', { ip: 1501 }, citizen, 'challenge', ['ip']],
  ['strict', { ip: 3001 }, citizen, 'hold', ['ip']],
] as const)('%s, %o: a ballot is weighed as written', (name, crowd, facts, step, signals) => {
  const [stepHere, signalsHere] = verdict(crowd, facts, policies[name]);
  expect(stepHere).toBe(step);
  expect(signalsHere.filter((signal) => signal !== 'dwell')).toEqual(signals);
});

test('each mark of a machine is noted by itself and moves nothing', () => {
  const marks: [Partial<Facts>, Signal][] = [
    [{ dwellMs: 1499 }, 'dwell'],
    [{ dwellMs: null, ticketAgeMs: 1499 }, 'dwell'],
    [{ touches: 0 }, 'silent'],
    [{ identityAgeMs: 4999 }, 'newcomer'],
  ];
  for (const [change, signal] of marks)
    expect(verdict({ ip: 2499 }, { ...citizen, ...change }, standard)).toEqual(['admit', ['ip', signal]]);
});

describe('a score', () => {
  const score = (facts: Partial<Facts>, policy: Policy, pattern = 0, trend = calm) => {
    const { step, signals } = weigh(alone, { ...citizen, ...facts }, trend, pattern, policy);
    return [step, signalsIn(signals)];
  };
  const hasty = { touches: 0, identityAgeMs: 2100 };

  test('asks for a proof from its first threshold, holds from its second, and 0 is never', () => {
    expect(score(hasty, standard)).toEqual(['admit', ['silent', 'newcomer']]);
    expect(score(hasty, strict)).toEqual(['challenge', ['silent', 'newcomer']]);
    expect(score({ ...hasty, proven: true }, strict)).toEqual(['admit', ['silent', 'newcomer', 'proven']]);
    const three = { ...hasty, dwellMs: 100 };
    expect(score(three, standard)).toEqual(['hold', ['dwell', 'silent', 'newcomer']]);
    expect(score({ ...three, proven: true }, standard)[0]).toBe('hold');
    expect(score(three, loose)).toEqual(['challenge', ['dwell', 'silent', 'newcomer']]);
    expect(score(three, { ...loose, score: { doubt: 0, challenge: 0, hold: 0 } })[0]).toBe('admit');
  });

  test('counts where a ballot comes from', () => {
    expect(score({ class: 'datacentre' }, standard)).toEqual(['admit', ['datacentre']]);
    expect(score({ class: 'datacentre', ...hasty }, standard)[0]).toBe('hold');
    expect(score({ class: 'abroad', abroad: true, outside: true }, standard)).toEqual([
      'admit',
      ['outside', 'abroad'],
    ]);
    const weights = { ...standard.weights, outside: 5 };
    expect(score({ outside: true }, { ...standard, weights })[0]).toBe('challenge');
  });

  test('is not moved by how candidates fare, however heavy that weighs; beside other marks it counts as much as they', () => {
    const weights = { ...standard.weights, surge: 100, single: 100, alike: 100 };
    const heavy = { ...standard, weights };
    const trend: Trend = { surging: new Set([3]), single: new Set() };
    expect(score({}, heavy, signalBits.alike, trend)).toEqual(['admit', ['surge', 'alike']]);
    expect(score({ touches: 0 }, { ...heavy, score: strict.score }, signalBits.alike, trend)[0]).toBe(
      'challenge',
    );
  });
});

test('what many share never refuses anybody, whatever a policy says', () => {
  const limit = { note: 0, refuse: 1 };
  const all = {
    unknown: limit,
    carrier: limit,
    campus: limit,
    office: limit,
    datacentre: limit,
    abroad: limit,
  };
  const harsh: Policy = { ...standard, device: limit, ip: all, net: all };
  for (const crowd of [{ device: 9 }, { ip: 9 }, { net: 9 }])
    expect(verdict(crowd, citizen, harsh)[0]).toBe('hold');
  expect(verdict({ attempts: 200 }, citizen, harsh)[0]).toBe('refuse');
});

test.each([
  ['carrier', { ip: 2000, net: 20_000 }, 'admit'],
  ['office', { ip: 200 }, 'admit'],
  ['datacentre', { ip: 2 }, 'challenge'],
  ['datacentre', { ip: 5 }, 'hold'],
  ['abroad', { net: 5 }, 'hold'],
] as const)('limits go by what the address is: %s, %o', (kind, crowd, step) => {
  expect(verdict(crowd, { ...citizen, class: kind }, standard)[0]).toBe(step);
});

test('a candidate’s fortune is noted on the ballots it bears on and never holds one', () => {
  const trend: Trend = { surging: new Set([3]), single: new Set([7]) };
  const of = (picks: number[]) =>
    weigh({ ...alone, ip: 2500 }, { ...machine, picks, touches: 9 }, trend, 0, standard);
  expect(signalsIn(of([3, 7]).signals)).toContain('surge');
  expect(signalsIn(of([3, 7]).signals)).not.toContain('single');
  expect(signalsIn(of([7]).signals)).toContain('single');
  expect(signalsIn(of([8]).signals)).not.toContain('surge');
  expect([of([3, 7]).step, of([7]).step]).toEqual(['admit', 'admit']);
});

describe('candidates stand out', () => {
  const totals = (of: Record<string, number>) => new Map(Object.entries(of));
  const trendOf = (hour: Record<string, number>, day: Record<string, number>) =>
    weighTrend(totals(hour), totals(day), [1, 2], standard);

  test('when their part of an hour is more than three times that of the day before', () => {
    const before = { ballots: 10_000, 'picks 1': 1000, 'picks 2': 5000 };
    const day = { ballots: 12_000, 'picks 1': 1700, 'picks 2': 6000 };
    const hour = { ballots: 2000, 'picks 1': day['picks 1'] - before['picks 1'], 'picks 2': 1000 };
    expect([...trendOf(hour, day).surging]).toEqual([1]);
  });

  test('but not because the whole contest is busy, nor in its first hours, nor by a few ballots', () => {
    expect(
      trendOf({ ballots: 9000, 'picks 1': 900 }, { ballots: 10_000, 'picks 1': 1000 }).surging.size,
    ).toBe(0);
    expect(trendOf({ ballots: 900, 'picks 1': 900 }, { ballots: 1000, 'picks 1': 900 }).surging.size).toBe(0);
    expect(trendOf({ ballots: 900, 'picks 1': 199 }, { ballots: 9000, 'picks 1': 199 }).surging.size).toBe(0);
  });

  test('when they are picked alone far more often than the others', () => {
    const hour = {
      ballots: 2000,
      singles: 1100,
      'picks 1': 1000,
      'singles 1': 900,
      'picks 2': 800,
      'singles 2': 200,
    };
    expect([...trendOf(hour, hour).single]).toEqual([1]);
  });

  test('but not where everybody has a single pick', () => {
    const hour = {
      ballots: 2000,
      singles: 2000,
      'picks 1': 1500,
      'singles 1': 1500,
      'picks 2': 500,
      'singles 2': 500,
    };
    expect(trendOf(hour, hour).single.size).toBe(0);
  });
});

test('the bits of signals are distinct, within the ledger’s 24, and keep their meaning', () => {
  expect(signalBits).toEqual({
    attempts: 1,
    device: 2,
    ip: 4,
    net: 8,
    dwell: 16,
    silent: 32,
    newcomer: 64,
    surge: 128,
    single: 256,
    rhythm: 512,
    alike: 1024,
    outside: 2048,
    datacentre: 4096,
    abroad: 8192,
    proven: 16_384,
    unvouched: 32_768,
  });
  expect(signalsIn(1 | 8 | (1 << 24))).toEqual(['attempts', 'net']);
});

test('every policy can be frozen in the ledger and its windows nest', () => {
  for (const policy of Object.values(policies)) {
    const walk = (value: unknown): unknown[] =>
      typeof value === 'object' && value ? Object.values(value).flatMap(walk) : [value];
    for (const value of walk(policy))
      expect(typeof value === 'string' || Number.isSafeInteger(value)).toBe(true);
    const spans = Object.values(policy.windows);
    const longest = Math.max(...spans);
    for (const windowMs of spans) expect(longest % windowMs).toBe(0);
  }
});
