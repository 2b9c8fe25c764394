import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDate, shanghaiDate, shanghaiDay, shanghaiDayStart } from '@zuimei/shared/time.ts';

const parts = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });

test('a Shanghai day begins at 16:00 UTC of the day before, to the millisecond', () => {
  const midnight = Date.parse('2026-03-27T16:00:00.000Z');
  expect(shanghaiDay(midnight - 1)).toBe(shanghaiDay(midnight) - 1);
  expect(shanghaiDayStart(shanghaiDay(midnight))).toBe(midnight);
  expect(shanghaiDayStart(shanghaiDay(midnight + 86_399_999))).toBe(midnight);
  expect(shanghaiDay(Date.parse('1970-01-01T00:00:00+08:00'))).toBe(0);
});

test('minutes are counted from Shanghai midnight', () => {
  const day = shanghaiDay(Date.parse('2026-10-27T12:00:00+08:00'));
  expect(shanghaiDayStart(day, 17 * 60)).toBe(Date.parse('2026-10-27T17:00:00+08:00'));
});

test('days change when the calendar of the time zone does', () => {
  const since2000 = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') });
  fc.assert(
    fc.property(since2000, (ms) => {
      const start = shanghaiDayStart(shanghaiDay(ms));
      expect(start).toBeLessThanOrEqual(ms);
      expect(ms - start).toBeLessThan(86_400_000);
      expect(parts.format(start)).toBe(parts.format(ms));
      expect(parts.format(start - 1)).not.toBe(parts.format(ms));
    }),
  );
});

test('a day is written as Shanghai has it, and only a day that there is is one', () => {
  expect(shanghaiDate(Date.parse('2026-10-26T15:59:59Z'))).toBe('2026-10-26');
  expect(shanghaiDate(Date.parse('2026-10-26T16:00:00Z'))).toBe('2026-10-27');
  const days = ['2024-02-29', '2026-12-31', '2026-02-29', '2026-02-31', '2026-13-01', '2026-1-1', ''];
  expect(days.filter(isDate)).toEqual(['2024-02-29', '2026-12-31']);
});
