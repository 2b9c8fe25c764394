import { Hono } from 'hono';
import { array, maxLength, object, picklist, pipe } from 'valibot';
import { mostHolidays } from '@zuimei/shared/holiday.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import { day, named, unjudged, whole } from '../http/shape.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import { editYear, readYears } from './calendar.ts';

const holiday = object({ day, kind: picklist(['off', 'work']), name: named(20) });
const edit = object({
  version: whole(0, 0x7fffffff),
  source: named(100),
  days: pipe(array(holiday), maxLength(mostHolidays)),
  reason: unjudged,
});

/**
 * GET /api/console/calendar          everybody who is signed in: the years whose holidays are known
 * PUT /api/console/calendar/:year    administrator: all holidays of a year at once
 */
export function calendarRoute({ db, guard, clock }: { db: Db; guard: Guard; clock: () => number }) {
  return new Hono<Guarded>()
    .get('/api/console/calendar', guard(), async (c) => c.json(await readYears(db)))
    .put('/api/console/calendar/:year', guard.fresh('administrator'), async (c) => {
      const year = c.req.param('year');
      if (!/^20\d\d$/.test(year)) throw new Refusal('not_found');
      const { reason, ...asked } = await readBody(c.req, edit);
      const given = { ...asked, reason: checkReason(reason) };
      return c.json(await editYear(db, c.get('person'), Number(year), given, clock()));
    });
}
