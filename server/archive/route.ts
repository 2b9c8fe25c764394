import { Hono } from 'hono';
import { boolean, minLength, object, optional, pipe } from 'valibot';
import type { Contests } from '../contest/contests.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import { unjudged, words } from '../http/shape.ts';
import type { Secrets } from '../secret.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Ledger } from '../vote/ledger.ts';
import { archiveContest } from './archive.ts';
import { eraseContest } from './erase.ts';

const reason = unjudged;
const archiveBody = object({ reason });
const eraseBody = object({
  reason,
  confirm: pipe(words(200), minLength(1)),
  trace: optional(boolean(), false),
});

/** POST /api/console/contests/:slug/archive {reason} and …/erase {reason, confirm, trace?}: 主办单位 */
export function archiveRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  clock: () => number;
  guard: Guard;
  ledger: Ledger;
  contests: Contests;
}) {
  const { db, secrets, clock, guard, contests } = parts;

  return new Hono<Guarded>()
    .post('/api/console/contests/:slug/archive', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req, archiveBody);
      const slug = c.req.param('slug');
      const why = checkReason(body.reason);
      await archiveContest(db, parts, c.get('person'), { slug, reason: why }, clock());
      await contests.reload(slug).catch(() => {});
      return c.json({});
    })
    .post('/api/console/contests/:slug/erase', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req, eraseBody);
      const erasing = { ...body, slug: c.req.param('slug'), reason: checkReason(body.reason) };
      await eraseContest(db, secrets, c.get('person'), erasing, clock());
      return c.json({});
    });
}
