import { describe, expect, test } from 'vitest';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { outcomeFrom, plainCriterion, plainPanel } from '@zuimei/shared/judging/plain.ts';
import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { panelParts } from '@zuimei/shared/score.ts';
import { computeStanding } from '@zuimei/shared/standing.ts';
import type { StandingDocument } from '@zuimei/shared/verdict.ts';
import { panelsMade, sheetFormula, totalMade, voteMade } from '../../web/console/organizer/standing/made.ts';
import { emptyBallot, followMeeting } from '../../web/console/organizer/standing/meeting.ts';
import {
  agreementWords,
  caseWords,
  checkLines,
  heldSentence,
  honourOf,
  passedWords,
  tieRule,
} from '../../web/console/organizer/standing/words.ts';

const criteria = [plainCriterion('deed', '事迹', 60), plainCriterion('spirit', '精神', 40)];
const rules = (changes: Partial<Outcome> = {}): Outcome =>
  outcomeFrom({
    candidates: 4,
    places: 2,
    weights: { vote: 40, expert: 60, media: 0, merit: 0 },
    panels: { expert: { ...plainPanel(criteria), least: 2 } },
    ...changes,
  });

/** A standing of four candidates, whom each seat gave these points of both criteria. */
function standing(
  outcome: Outcome,
  votes: Record<number, number>,
  given: Record<string, Record<number, [number, number]>>,
): StandingDocument {
  const lines = (seat: string) =>
    Object.fromEntries(
      Object.entries(given[seat] ?? {}).map(([number, [deed, spirit]]) => [
        number,
        { deed: Math.round(deed * 100), spirit: Math.round(spirit * 100) },
      ]),
    );
  const seats = Object.keys(given);
  const found = computeStanding(outcome, votes, {
    expert: { sheets: Object.fromEntries(seats.map((seat) => [seat, lines(seat)])) },
  });
  if (isRefused(found)) throw new Error(found.refusal);
  const [rule, totals] = [outcome.panels.expert, found.totals.expert ?? {}];
  if (!rule) throw new Error('no panel');
  const judged = panelParts(totals, rule, Object.keys(votes).map(Number), 100);
  if (isRefused(judged)) throw new Error(judged.refusal);
  return {
    ledgerSize: 1,
    votes,
    held: 0,
    parts: found.parts,
    trimmed: { expert: judged.trimmed },
    order: found.standing,
    panels: {
      expert: seats.map((seat, at) => ({
        seat,
        revision: 1,
        entry: 20 + at,
        lockedAt: '2026-11-01T02:00:00.000Z',
        lines: lines(seat),
        totals: totals[seat] ?? {},
        recused: [],
        abstained: [],
      })),
    },
  };
}

const plainly = (points: [number, number]) => ({ 1: points, 2: points, 3: points, 4: points });
const five = {
  E1: plainly([9, 9]),
  E2: plainly([8, 8.5]),
  E3: plainly([7, 7]),
  E4: plainly([10, 9.5]),
  E5: plainly([8, 8]),
};
const votes = { 1: 30, 2: 12, 3: 12, 4: 0 };

describe('how a line was made', () => {
  test('votes by rank: the place, and the mean of places where votes are equal', () => {
    const outcome = rules();
    const document = standing(outcome, votes, five);
    expect(voteMade(outcome, document, 1)).toBe('得 30 票，票数第 1：100 − 3.25 × (1 − 1) = 100.00。');
    expect(voteMade(outcome, document, 2)).toBe(
      '得 12 票，与另 1 位同票，占第 2 至 3 位，取平均第 2.5：100 − 3.25 × (2.5 − 1) = 95.125，四舍五入为 95.13。',
    );
  });

  test('a rank that falls below the floor says so', () => {
    const outcome = rules();
    outcome.vote = { ...outcome.vote, step: 1000, floor: 80 };
    expect(voteMade(outcome, standing(outcome, votes, five), 4)).toBe(
      '得 0 票，票数第 4：100 − 10.00 × (4 − 1) = 70.000，低于基础分，按 80.00 计。',
    );
  });

  test('the other scales name what they divide by', () => {
    const by = (scale: Outcome['vote']['scale'], floor = 0) => {
      const outcome = rules();
      outcome.vote = { ...outcome.vote, scale, floor };
      return voteMade(outcome, standing(outcome, votes, five), 2);
    };
    expect(by('top')).toBe('得 12 票（最高 30 票）：100 × 12 ÷ 30 ≈ 40.00。');
    expect(by('top', 60)).toBe('得 12 票（最高 30 票）：基础分 60 + 40 × 12 ÷ 30 ≈ 76.00。');
    expect(by('share')).toBe('得 12 票（总计 54 票）：100 × 12 ÷ 54 ≈ 22.22。');
    expect(by('log')).toBe('得 12 票（最高 30 票，按对数）：100 × lg(1 + 12) ÷ lg(1 + 30) ≈ 74.69。');
  });

  test('sheets: what was dropped, the sum of the others and their mean', () => {
    const outcome = rules();
    const [made] = panelsMade(outcome, standing(outcome, votes, five), 1);
    expect(made?.lines.map(({ seat, total, state }) => [seat, total, state])).toEqual([
      ['E1', '90.00', 'counted'],
      ['E2', '82.00', 'counted'],
      ['E3', '70.00', 'dropped'],
      ['E4', '98.00', 'dropped'],
      ['E5', '80.00', 'counted'],
    ]);
    expect(made?.sentence).toBe('去掉 E3 的 70.00、E4 的 98.00，其余 3 份相加 252.00 ÷ 3 = 84.00。');
    expect(made?.lines[1]?.points).toEqual(['8.00', '8.50']);
    expect(sheetFormula(made?.criteria ?? [])).toBe('事迹 ÷ 10 × 60 + 精神 ÷ 10 × 40');
  });

  test('who was recused or abstained stands there with the word, and in no sum', () => {
    const outcome = rules();
    const { E1, E2, E3 } = five;
    const document = standing(outcome, votes, { E1, E2, E3 });
    const [sheet, other] = document.panels.expert ?? [];
    if (!sheet || !other) throw new Error('no sheet');
    sheet.recused.push(1);
    delete sheet.totals[1];
    other.abstained.push(2);
    const lineOf = (number: number, seat: string) =>
      panelsMade(outcome, document, number)[0]?.lines.find((line) => line.seat === seat);
    expect(lineOf(1, 'E1')).toMatchObject({ state: 'recused', points: null, total: '' });
    expect(lineOf(2, 'E2')).toMatchObject({ state: 'abstained', points: null });
    expect(panelsMade(outcome, document, 1)[0]?.sentence).toMatch(/^2 份相加 152\.00 ÷ 2 /);
  });

  test('severity is printed with more digits than the figures, and said to be so', () => {
    const outcome = rules({ panels: { expert: { ...plainPanel(criteria), least: 2, severity: 'remove' } } });
    const [made] = panelsMade(outcome, standing(outcome, votes, five), 1);
    expect(made?.lines.map(({ offset }) => offset)).toEqual([
      '偏宽 6.0000',
      '偏严 2.0000',
      '偏严 14.0000',
      '偏宽 14.0000',
      '偏严 4.0000',
    ]);
    expect(made?.sentence).toContain('各扣除该席位的宽严（偏宽的减去，偏严的加上）后平均，得 84.00');
  });

  test('the total: parts by their weights, and the one rounding', () => {
    const outcome = rules();
    const document = standing(outcome, votes, five);
    expect(totalMade(outcome, document, 1)).toBe('40% × 100.00 + 60% × 84.00 = 90.40。');
    expect(totalMade(outcome, document, 2)).toBe('40% × 95.13 + 60% × 84.00 = 88.4520，四舍五入为 88.45。');
  });
});

describe('words of the standing', () => {
  test('what is missing is named with where to go, what is met is ticked', () => {
    const lines = checkLines({ missing: [{ code: 'seats_open', panel: 'expert', n: 2 }] });
    expect(lines.filter(({ done }) => !done)).toEqual([
      {
        done: false,
        words: '专家评审组还有 2 个席位没有锁定，请提醒评委，或写明原因记为缺席。',
        to: { page: 'panels', label: '去评审组' },
      },
    ]);
    expect(lines.filter(({ done }) => done)).toHaveLength(4);
    expect(checkLines({ missing: [{ code: 'voting_open', panel: null, n: 0 }] })[0]?.done).toBe(false);
  });

  test.each([
    ['without E3', '不计 E3 的评分表'],
    ['nothing dropped', '不去高去低'],
    ['severity removed', '扣除各席位的宽严'],
    ['vote +5, expert -5', '公众投票权重加 5%、专家评审减 5%'],
    ['flagged ballots fall', '有风险标记的选票都不计'],
  ])('the case %s is said as %s', (name, words) => {
    expect(caseWords(name)).toBe(words);
  });

  test('who is passed over is told the rule that bars, with its number', () => {
    const outcome = rules({ unitMost: 1, categories: { person: { most: 2 } } });
    const one = { number: 3, name: '候选3', unit: '单位3', category: 'person', withdrawn: false };
    const named = (why: Parameters<typeof passedWords>[0]) =>
      passedWords(why, outcome, one, [{ id: 'person', name: '个人' }]);
    expect(named('unit')).toBe('同一单位的名额已满（单位3最多 1 位）');
    expect(named('category')).toBe('所在组别的名额已满（个人最多 2 位）');
    expect(named('places')).toBe('名额已满（共 2 个）');
  });

  test('the frozen rule for ties, agreement in percent, honours in stretches', () => {
    expect(tieRule({ ties: ['expert', 'votes'], tieLast: 'meeting' })).toBe(
      '总分相同时先比专家评审、再比实际票数；仍相同且名额不够的，由会议票决。',
    );
    expect(agreementWords({ agreement: [-1, 3] })).toBe('-33%');
    const honours = [
      { name: '一等奖', places: 1 },
      { name: '二等奖', places: 2 },
    ];
    expect([...honourOf({ honours }, [4, 2, 1, 3])]).toEqual([
      [4, '一等奖'],
      [2, '二等奖'],
      [1, '二等奖'],
    ]);
  });
});

test('held ballots are held against the votes that would change a place', () => {
  const margin = { more: { number: 2, votes: 5 }, fewer: { number: 1, votes: 3 } };
  expect(heldSentence(0, { margin })).toBe('');
  expect(heldSentence(2, { margin })).toBe('2 张待核选票未计入，少于改变一个名额所需的 3 票。');
  expect(heldSentence(3, { margin })).toContain('只需 3 票');
  expect(heldSentence(3, { margin: null })).toBe('3 张待核选票未计入。');
});

describe('a meeting', () => {
  const open = { numbers: [2, 3], places: 1 };
  const ballot = (two: number, three: number, present = 6) => ({
    appointed: 7,
    present,
    favour: { 2: two, 3: three },
  });

  test('a level round asks for another among the same, and one that decides ends it', () => {
    const level = followMeeting(open, [ballot(4, 4)]);
    expect([level.done, level.rounds.length, level.rounds[1]?.among]).toEqual([false, 2, [2, 3]]);
    const decided = followMeeting(open, [ballot(4, 4), ballot(2, 4)]);
    expect([decided.done, decided.order]).toEqual([true, [3]]);
  });

  test('too few present, or more votes than people, are said before they are sent', () => {
    expect(followMeeting(open, [ballot(2, 1, 4)]).rounds[0]?.wrong).toMatch(/三分之二/);
    expect(followMeeting(open, [ballot(7, 1)]).rounds[0]?.wrong).toMatch(/多于到会人数/);
    expect(followMeeting(open, [emptyBallot()])).toMatchObject({ done: false, order: [] });
  });
});
