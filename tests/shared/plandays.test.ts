import { describe, expect, test } from 'vitest';
import type { Phase } from '@zuimei/shared/contest.ts';
import { checkPlan } from '@zuimei/shared/plan/check.ts';
import type { ContestPlan } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { faultText } from '@zuimei/shared/plan/words.ts';
import { shanghaiClock } from '@zuimei/shared/time.ts';
import { calendar } from '../harness/holidays.ts';

const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const DAY_MS = 86_400_000;

function planOf(start = NOW): ContestPlan {
  const answers = { title: '最美应急人', organizer: '本区应急管理局', start: new Date(start).toISOString() };
  return planFrom(presets['zuimei-district'], answers, calendar);
}

describe('a plan is made and measured by the days that are worked', () => {
  const from = (plan: ContestPlan, phase: Phase): string => {
    const step = plan.settings.schedule.find((one) => one.phase === phase);
    return shanghaiClock(Date.parse(step?.from ?? '')).slice(0, 16);
  };
  const set = (plan: ContestPlan, phase: Phase, day: string): void => {
    for (const step of plan.settings.schedule)
      if (step.phase === phase) step.from = new Date(`${day}T09:00:00+08:00`).toISOString();
  };
  /** Of a notice of five working days from one day and a result on another. */
  const faultsOf = (notice: string, result: string, known = calendar): string[] => {
    const plan = planOf(Date.parse('2026-01-05T00:00:00Z'));
    set(plan, 'notice', notice);
    set(plan, 'result', result);
    return checkPlan(plan, { now: NOW - 300 * DAY_MS, calendar: known })
      .filter(({ path }) => path.startsWith('settings.outcome.notice'))
      .map((fault) => `${fault.level} ${faultText(fault)}`);
  };

  test('a notice over 国庆 or 春节 that Monday to Friday would call long enough is an error, with the day on which it can end', () => {
    const short = (day: string) =>
      `error 公示要求 5 个工作日，最早到 ${day} 期满，结果公布要在期满之后，请推后，或减少公示的天数。`;
    expect(faultsOf('2026-09-28', '2026-10-08')).toEqual([short('10月9日')]);
    expect(faultsOf('2026-09-28', '2026-10-09')).toEqual([short('10月9日')]);
    expect(faultsOf('2026-09-28', '2026-10-10')).toEqual([]);
    // 2月14日 is a Saturday that is worked, and nine days are off after it.
    expect(faultsOf('2026-02-13', '2026-02-24')).toEqual([short('2月26日')]);
    expect(faultsOf('2026-02-13', '2026-02-27')).toEqual([]);
  });

  test('a worked Saturday counts, so that a notice may end sooner than Monday to Friday would say', () => {
    expect(faultsOf('2026-05-06', '2026-05-11')).toHaveLength(1);
    expect(faultsOf('2026-05-06', '2026-05-12')).toEqual([]);
  });

  test('a result on the afternoon of the last day is late enough where the notice closes at 17:30', () => {
    const plan = planOf(NOW);
    set(plan, 'notice', '2026-09-28');
    const step = plan.settings.schedule.find(({ phase }) => phase === 'result');
    if (step) step.from = '2026-10-09T09:30:00.000Z';
    const isShort = () => checkPlan(plan, { now: NOW, calendar }).some(({ code }) => code === 'notice_short');
    expect(isShort()).toBe(true);
    if (plan.settings.outcome) plan.settings.outcome.notice.closes = '17:30';
    expect(isShort()).toBe(false);
  });

  test('a year that is not known is a warning, and only what no year could make possible is an error', () => {
    const unknown =
      'warning 公示要到 2027 年，这一年的放假安排还没有录入，推算不出哪天期满，届时也不能发布公示。请系统管理员在“工作日历”里补充。';
    expect(faultsOf('2026-12-29', '2027-01-06')).toEqual([unknown]);
    expect(faultsOf('2026-12-29', '2026-12-31')).toEqual([
      expect.stringMatching(/^error .*1月2日/u),
      unknown,
    ]);
    expect(faultsOf('2026-12-21', '2027-01-06')).toEqual([]);
  });

  test('what is over is not measured again', () => {
    const plan = planOf(NOW);
    set(plan, 'notice', '2026-04-13');
    set(plan, 'result', '2026-04-14');
    const now = Date.parse('2026-05-20T00:00:00Z');
    expect(checkPlan(plan, { now, calendar }).map(({ code }) => code)).not.toContain('notice_short');
  });

  test.each([
    ['2026-10-05', '截止那天是国庆节假期，单位可能无人办理，建议改到工作日。'],
    ['2026-09-19', '截止那天是周末，单位可能无人办理，建议改到工作日。'],
    ['2026-09-20', null],
    ['2027-03-01', '2027 年的放假安排还没有录入，无法核对截止那天是否放假。请系统管理员在“工作日历”里补充。'],
  ])('a deadline on %s: %s', (day, words) => {
    const plan = planOf(NOW);
    plan.collection.closes = `${day}T09:00:00.000Z`;
    const said = checkPlan(plan, { now: NOW, calendar }).filter(({ code }) =>
      /^deadline_(off|unc)/.test(code),
    );
    expect(said.map((fault) => faultText(fault))).toEqual(words === null ? [] : [words]);
  });

  test('a step of a preset waits for the end of a holiday, and the result for the end of the notice', () => {
    const plan = planOf(Date.parse('2026-08-12T01:00:00Z'));
    expect([from(plan, 'notice'), from(plan, 'result')]).toEqual(['2026-09-29 09:00', '2026-10-12 09:00']);
    expect(from(planOf(Date.parse('2026-09-30T17:00:00Z')), 'nominating')).toBe('2026-10-08 09:00');
  });
});
