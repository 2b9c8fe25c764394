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
import { askErasing, decideErasing } from './asked.ts';

const reason = unjudged;
const archiveBody = object({ reason, skip: optional(words(80), '') });
const askBody = object({
  reason,
  confirm: pipe(words(200), minLength(1)),
  trace: optional(boolean(), false),
});
const decideBody = object({ reason, granted: boolean() });

/**
 * POST /api/console/contests/:slug/archive {reason, skip?}        主办单位
 * POST /api/console/contests/:slug/erase {reason, confirm, trace?} 主办单位 asks
 * POST /api/console/contests/:slug/erase/decide {granted, reason}  another 主办单位 or an administrator; whoever asked may take it back
 */
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
      await archiveContest(db, parts, c.get('person'), { slug, reason: why, skip: body.skip }, clock());
      await contests.reload(slug).catch(() => {});
      return c.json({});
    })
    .post('/api/console/contests/:slug/erase', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req, askBody);
      const asked = { ...body, slug: c.req.param('slug'), reason: checkReason(body.reason) };
      await askErasing(db, c.get('person'), asked, clock());
      return c.json({});
    })
    .post(
      '/api/console/contests/:slug/erase/decide',
      guard.fresh('organizer', 'administrator'),
      async (c) => {
        const { granted, reason } = await readBody(c.req, decideBody);
        const decided = { slug: c.req.param('slug'), granted, reason: checkReason(reason) };
        await decideErasing(db, secrets, c.get('person'), decided, clock());
        return c.json({});
      },
    );
}
