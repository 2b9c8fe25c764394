import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWorkingDay, noticePeriod } from '@zuimei/shared/calendar.ts';
import { votesToChange } from '@zuimei/shared/judging/margin.ts';
import { meetingRound } from '@zuimei/shared/judging/meeting.ts';
import { isRefused, refuse } from '@zuimei/shared/judging/refused.ts';
import { decisiveLines, panelReport } from '@zuimei/shared/judging/report.ts';
import { chosenBy, type Inputs, robustness } from '@zuimei/shared/judging/robust.ts';
import { checkLine, sheetSalt } from '@zuimei/shared/judging/sheet.ts';
import { drawTied, lotDigest, lotSeed } from '@zuimei/shared/lot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { voteParts } from '@zuimei/shared/score.ts';
import { computeStanding, panelTotals } from '@zuimei/shared/standing.ts';
import { scoringOf } from '../vectors/standing.ts';
import { type MadeContest, makeContest, type Size } from './contests.ts';

const big = makeContest(11, {
  seats: 30,
  media: 10,
  candidates: 60,
  unit: 100,
  rule: {},
  vote: { scale: 'log', step: 0, floor: 0 },
  weights: { vote: 40, expert: 40, media: 20 },
});
const smallSize: Size = {
  seats: 5,
  media: 3,
  candidates: 8,
  unit: 100,
  rule: {},
  vote: { scale: 'rank', step: 100, floor: 0 },
  weights: { vote: 40, expert: 40, media: 20 },
};
const small = makeContest(6, smallSize);
const inputsOf = (contest: MadeContest): Inputs => ({
  votes: contest.votes,
  sheets: contest.panels,
  candidates: Object.fromEntries(
    Object.keys(contest.votes).map((number) => [
      number,
      { unit: `U${Number(number) % 25}`, category: `c${Number(number) % 3}` },
    ]),
  ),
});
const ofThree = { ...scoringOf(small), places: 3 };

describe('how sure the choice is', () => {
  test.each(['ignore', 'remove'] as const)(
    'is told within a second for 30 judges and 60 candidates (severity %s)',
    (severity) => {
      const scoring = scoringOf(big);
      const panels = Object.fromEntries(
        Object.entries(scoring.panels).map(([id, panel]) => [id, { ...panel, severity }]),
      );
      const outcome = { ...scoring, panels, places: 10, unitMost: 1, categories: { c0: { least: 3 } } };
      const started = process.threadCpuUsage();
      const { chosenIn } = robustness(outcome, { ...inputsOf(big), flagged: { 3: 500 } });
      const took = process.threadCpuUsage(started).user / 1000;
      expect(Object.keys(chosenIn).length).toBeGreaterThan(45);
      expect(Object.values(chosenIn).filter(isRefused)).toEqual([]);
      // Of a processor's time: what else the machine does is not this code's.
      expect(took).toBeLessThan(1000);
    },
  );

  test('goes on where one case is refused, and says which', () => {
    const panels = structuredClone(ofThree.panels);
    if (panels.media) panels.media.least = 3;
    const { chosenIn, marks } = robustness({ ...ofThree, panels }, inputsOf(small));
    expect(chosenIn['without M1']).toMatchObject({
      refusal: 'too_few_sheets',
      panel: 'media',
      sheets: 2,
      least: 3,
    });
    expect(chosenIn['as it is']).toHaveLength(3);
    expect(Object.values(marks).flatMap(({ otherwiseIn }) => otherwiseIn)).not.toContain('without M1');
  });

  test('in votes: so many change it, and one fewer does not', () => {
    let found = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const contest = makeContest(seed, smallSize);
      const inputs = inputsOf(contest);
      const base = computeStanding(ofThree, contest.votes, contest.panels);
      const margin = votesToChange(ofThree, inputs);
      if (isRefused(base) || isRefused(margin)) continue;
      /** Is this one chosen with so many votes more? null = a tie would have to be settled. */
      const isChosen = (number: number, by: number): boolean | null => {
        const votes = { ...contest.votes, [number]: (contest.votes[number] ?? 0) + by };
        const vote = voteParts(votes, ofThree.vote, 100);
        const chosen = chosenBy(ofThree, inputs, { ...base.parts, vote }, ofThree.weights, votes);
        return isRefused(chosen) ? null : chosen.includes(number);
      };
      for (const [one, sign] of [
        [margin.more, 1],
        [margin.fewer, -1],
      ] as const) {
        if (!one) continue;
        found += 1;
        const real = isChosen(one.number, 0);
        expect(real).toBe(sign < 0);
        expect(isChosen(one.number, sign * one.votes)).not.toBe(real);
        expect(isChosen(one.number, sign * (one.votes - 1))).toBe(real);
      }
    }
    expect(found).toBeGreaterThan(20);
  });
});

describe('the report on a panel', () => {
  const totals = {
    E1: { 1: 9000, 2: 8000, 3: 7000 },
    E2: { 1: 8800, 2: 8200, 3: 7000 },
    E3: { 1: 6000, 2: 6400, 3: 7400 },
  };

  test('says of each seat how mild, how far from the others and how like them it judged', () => {
    expect(panelReport(totals, [1, 2, 3])).toEqual([
      // The others' means are 74, 73 and 72; then 75, 72 and 72; then 89, 81 and 70.
      { seat: 'E1', lines: 3, offset: 467, distance: 833, agreement: [3, 3] },
      { seat: 'E2', lines: 3, offset: 467, distance: 833, agreement: [2, 3] },
      { seat: 'E3', lines: 3, offset: -933, distance: 1667, agreement: [-3, 3] },
    ]);
  });

  test('leaves out what cannot be told: severity without a link, distance without others', () => {
    expect(panelReport({ E1: { 1: 9000 }, E2: { 2: 8000 } }, [1, 2])).toEqual([
      { seat: 'E1', lines: 1, offset: null, distance: null, agreement: null },
      { seat: 'E2', lines: 1, offset: null, distance: null, agreement: null },
    ]);
  });

  test('names every line without which others would be chosen, and no other', () => {
    const inputs = inputsOf(small);
    const lines = decisiveLines(ofThree, inputs);
    if (isRefused(lines)) throw new Error('refused');
    const chosen = (contest: MadeContest): unknown => {
      const base = computeStanding(ofThree, contest.votes, contest.panels);
      if (isRefused(base)) return null;
      const made = chosenBy(ofThree, inputs, base.parts, ofThree.weights, contest.votes);
      return isRefused(made) ? null : made.toSorted((a, b) => a - b);
    };
    const found: string[] = [];
    for (const [panel, own] of Object.entries(small.panels))
      for (const [seat, sheet] of Object.entries(own.sheets))
        for (const number of Object.keys(sheet)) {
          const recused: [string, number][] = [...own.recused, [seat, Number(number)]];
          const without = chosen({ ...small, panels: { ...small.panels, [panel]: { ...own, recused } } });
          if (without && JSON.stringify(without) !== JSON.stringify(chosen(small)))
            found.push(`${seat} ${number}`);
        }
    expect(found.length).toBeGreaterThan(0);
    expect(lines.map(({ seat, number }) => `${seat} ${number}`).sort()).toEqual(found.sort());
  });

  test('of 30 judges and 60 candidates is worked out in seconds, with the margin in votes', () => {
    const outcome = { ...scoringOf(big), places: 10 };
    const started = process.threadCpuUsage();
    expect(isRefused(decisiveLines(outcome, inputsOf(big)))).toBe(false);
    const { expert } = big.panels;
    if (expert)
      panelReport(panelTotals(expert.criteria, expert, Object.keys(big.votes).map(Number)), [1, 2, 3, 4, 5]);
    expect(isRefused(votesToChange(outcome, inputsOf(big)))).toBe(false);
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(6000);
  });
});

test('a meeting gives no more places than there are, to nobody ahead of one with more in favour', () => {
  const ballots = fc.record({
    present: fc.integer({ min: 1, max: 9 }),
    places: fc.integer({ min: 1, max: 4 }),
    pass: fc.constantFrom<[number, number][]>([1, 2], [2, 3]),
    strict: fc.boolean(),
    votes: fc.array(fc.nat(9), { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(ballots, ({ votes, ...ballot }) => {
      const favour = Object.fromEntries(votes.map((one, i) => [i + 1, Math.min(one, ballot.present)]));
      const round = meetingRound({ ...ballot, appointed: 9, quorum: [0, 1], favour });
      if (isRefused(round)) throw new Error(round.refusal);
      const open = round.next?.places ?? 0;
      expect(round.passed.length + open).toBeLessThanOrEqual(ballot.places);
      for (const out of Object.keys(favour)
        .map(Number)
        .filter((number) => !round.passed.includes(number)))
        for (const passed of round.passed) expect(favour[passed]).toBeGreaterThanOrEqual(favour[out] ?? 0);
      if (round.next) expect(round.next.among.length).toBeGreaterThan(0);
    }),
  );
});

describe('a lot', () => {
  test('is drawn by two secrets, and is the order that sha256sum gives anybody who has both', () => {
    const [organizer, auditor] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    const seed = lotSeed(organizer, auditor);
    expect(seed).toBe(hash(organizer + auditor));
    expect(lotDigest(organizer)).toBe(hash(organizer));
    const drawn = [3, 8, 5].sort((a, b) => (hash(`${seed}/${a}`) < hash(`${seed}/${b}`) ? -1 : 1));
    expect(drawTied(seed, [3, 8, 5])).toEqual(drawn);
    expect(drawTied(seed, [8, 5, 3])).toEqual(drawn);
    for (const wrong of ['', 'AB'.repeat(32), 'ab'.repeat(31)])
      expect(() => lotSeed(organizer, wrong)).toThrow(Refusal);
  });
});

describe('a line before it is locked', () => {
  const criteria = [
    { id: 'a', name: '事迹', full: 40, half: true },
    { id: 'b', name: '示范', full: 60, half: false },
  ];
  test.each([
    [{ a: 3650, b: 5900 }, null],
    [{ a: 0, b: 6000 }, null],
    [{ a: 3650 }, new Refusal('line_missing', { n: 1 })],
    [{ a: 3625, b: 5900 }, new Refusal('points_out', { criterion: '事迹' })],
    [{ a: 3650, b: 5950 }, new Refusal('points_out', { criterion: '示范' })],
    [{ a: 4050, b: 5900 }, new Refusal('points_out', { criterion: '事迹' })],
    [{ a: -50, b: 5900 }, new Refusal('points_out', { criterion: '事迹' })],
  ] as [Record<string, number>, Refusal | null][])('%j: %s', (points, refusal) => {
    const check = (): void => checkLine(criteria, points, 100);
    if (refusal) expect(check).toThrow(refusal);
    else expect(check).not.toThrow();
  });

  test('has a salt of its own for every seat and revision', () => {
    const key = new Uint8Array(32).fill(7);
    expect(sheetSalt(key, 'E1', 2)).toBe(createHmac('sha256', key).update('sheet/E1/2').digest('hex'));
    expect(new Set([sheetSalt(key, 'E1', 1), sheetSalt(key, 'E1', 2), sheetSalt(key, 'M1', 1)]).size).toBe(3);
  });
});

test('a notice has as many days as it is to have, all of them working days, none left out between', () => {
  const calendar = {
    years: [2026],
    off: ['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'],
    work: ['2026-10-10'],
  };
  const day = (n: number): string =>
    new Date(Date.UTC(2026, 8, 1) + n * 86_400_000).toISOString().slice(0, 10);
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.integer({ min: 1, max: 10 }),
      fc.constantFrom('same', 'next'),
      (from, days, first) => {
        const period = noticePeriod(calendar, day(from), days, first);
        if (isRefused(period)) throw new Error(period.refusal);
        expect(period.days).toHaveLength(days);
        const all = Array.from({ length: 90 }, (_, n) => day(from + n + (first === 'next' ? 1 : 0)));
        expect(period.days).toEqual(all.filter((one) => isWorkingDay(calendar, one)).slice(0, days));
      },
    ),
  );
});

test('a refusal is thrown with its lists as they are read', () => {
  expect(() => refuse({ refusal: 'tie_open', numbers: [3, 4], places: 1 })).toThrow(
    new Refusal('tie_open', { numbers: '3、4', places: 1 }),
  );
});
