import { describe, expect, test } from 'vitest';
import { kindOfDay, listDays, noticePeriod, workingDaysAfter } from '@zuimei/shared/calendar.ts';
import { holidayFault, parseHolidays } from '@zuimei/shared/holiday.ts';
import { calendar, holidaysIn } from '../harness/holidays.ts';

describe('the days of a period', () => {
  test('are listed one by one over 国庆 2026, each with what it is, its holiday and its source', () => {
    const source = '国务院办公厅关于2026年部分节假日安排的通知';
    const days = listDays(calendar, '2026-09-30', '2026-10-12');
    expect(days).toHaveLength(13);
    expect(days).toEqual(
      expect.arrayContaining([
        { day: '2026-09-30', kind: 'work', name: null, source },
        { day: '2026-10-03', kind: 'holiday', name: '国庆节', source },
        { day: '2026-10-07', kind: 'holiday', name: '国庆节', source },
        { day: '2026-10-10', kind: 'workedWeekend', name: '国庆节', source },
        { day: '2026-10-11', kind: 'weekend', name: null, source },
      ]),
    );
  });

  test('of a notice leave out nine days of 春节 and count the Saturday that is worked for them', () => {
    expect(noticePeriod(calendar, '2026-02-12', 5, 'next')).toMatchObject({
      days: ['2026-02-13', '2026-02-14', '2026-02-24', '2026-02-25', '2026-02-26'],
    });
    expect(kindOfDay(calendar, '2026-02-14')).toBe('workedWeekend');
  });

  test('of a year without data are refused, whoever asks', () => {
    const refused = { refusal: 'calendar_uncovered', year: 2027 };
    expect(listDays(calendar, '2026-12-30', '2027-01-02')).toEqual(refused);
    expect(noticePeriod(calendar, '2026-12-30', 5, 'same')).toEqual(refused);
    expect(workingDaysAfter(calendar, '2026-12-28', 5)).toEqual(refused);
  });
});

test.each([
  ['2026-09-28', 5, '2026-10-10'],
  ['2026-10-02', 1, '2026-10-08'],
  ['2026-10-09', 1, '2026-10-10'],
  ['2026-10-09', 2, '2026-10-12'],
  ['2026-10-04', 0, '2026-10-04'],
])('after %s the working day number %i is %s', (day, n, found) => {
  expect(workingDaysAfter(calendar, day, n)).toEqual({ day: found });
});

describe('a notice of holidays', () => {
  const text = `一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。`;
  const names = { 清明: '清明节', 端午: '端午节', 中秋: '中秋节' } as Record<string, string>;
  const published = holidaysIn(2026).map((one) => ({ ...one, name: names[one.name] ?? one.name }));

  test('of 2026 is read whole, with its lines or in one piece', () => {
    for (const written of [text, text.replaceAll('\n', '')])
      expect(parseHolidays(written, 2026)).toEqual({ days: published, others: [], unread: [] });
  });

  test('is read as somebody types it', () => {
    const { days, unread } = parseHolidays('10月1日至7日放假，9月27日、10月10日上班', 2026);
    expect(unread).toEqual([]);
    expect(days.map(({ day, kind }) => `${day.slice(5)} ${kind}`)).toEqual([
      '09-27 work',
      ...['10-01', '10-02', '10-03', '10-04', '10-05', '10-06', '10-07'].map((day) => `${day} off`),
      '10-10 work',
    ]);
    expect(new Set(days.map(({ name }) => name))).toEqual(new Set(['国庆节']));
  });

  test.each([
    ['10月1日到10月40日放假', [], ['10月1日到10月40日放假']],
    ['10月7日至1日放假', [], ['10月7日至1日放假']],
    ['10月1日放假，10月10日另行通知', [], ['10月10日另行通知']],
    ['2月29日放假', [], ['2月29日放假']],
    ['元旦：2026年12月31日至2027年1月2日放假', ['2027-01-01', '2027-01-02'], []],
  ])('%s: what cannot be read is said', (written, others, unread) => {
    expect(parseHolidays(written, 2026)).toMatchObject({ others, unread });
  });

  test('that is another year’s, doubled, half done or works on a Wednesday is no calendar', () => {
    const faultOf = (change: (days: typeof published) => typeof published) =>
      holidayFault(2026, change(structuredClone(published)))?.code ?? null;
    expect(faultOf((days) => days)).toBeNull();
    expect(holidayFault(2025, published)).toEqual({ code: 'holiday_stray', day: '2026-01-01' });
    expect(faultOf((days) => [...days, ...days.slice(0, 1)])).toBe('holiday_twice');
    expect(faultOf((days) => days.filter(({ name }) => name !== '国庆节'))).toBe('holiday_missing');
    expect(faultOf((days) => [...days, { day: '2026-07-01', kind: 'work', name: '元旦' }])).toBe(
      'holiday_weekday',
    );
  });
});
