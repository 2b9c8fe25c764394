import type { HolidayYear } from '../holiday.ts';
import type { Reasoned } from './done.ts';

/** Working days of the whole site. */
export interface CalendarApi {
  /** The years that are known, in their order. */
  'GET /api/console/calendar': { reply: HolidayYear[] };
  /** All holidays of the year at once; version 0 where it was not known. */
  'PUT /api/console/calendar/:year': {
    body: Reasoned & Pick<HolidayYear, 'version' | 'source' | 'days'>;
    reply: HolidayYear;
  };
}
