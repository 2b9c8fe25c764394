import { type Calendar, workingDaysAfter } from '@zuimei/shared/calendar.ts';
import { type Day, shanghaiDate } from '@zuimei/shared/time.ts';

/**
 * The day by which something that came at `receivedAt` (ms) has to be done: so many working days after that day. Nobody is turned away
 * because the office's calendar ends: of a year that it does not know all days from Monday to Friday are worked, so that it is due too
 * early rather than too late.
 */
export function dueAfter(calendar: Calendar, receivedAt: number, days: number): Day {
  const found = workingDaysAfter(calendar, shanghaiDate(receivedAt), days);
  if (!('refusal' in found)) return found.day;
  return dueAfter({ ...calendar, years: [...calendar.years, found.year] }, receivedAt, days);
}
