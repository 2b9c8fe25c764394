import { Hono, type MiddlewareHandler } from 'hono';
import { boolean, maxLength, minLength, object, optional, pipe, string, trim } from 'valibot';
import { countChars } from '@zuimei/shared/answer.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { eraseContest } from '../nomination/erase.ts';
import type { Parts } from '../parts.ts';
import { readBody } from '../staff/body.ts';
import type { Guarded } from '../staff/session.ts';
import { archiveContest } from './archive.ts';

const reason = pipe(string(), trim(), maxLength(200));
const archiveBody = object({ reason });
const eraseBody = object({
  reason,
  confirm: pipe(string(), trim(), minLength(1), maxLength(200)),
  trace: optional(boolean(), false),
});

/** What may still be done to an archived contest: take papers out, look behind a mask, copy it, erase. */
const STILL = /\/(out\/\w+|archive|erase|copy|preview|reveal)$/;

/**
 * POST /api/console/contests/:slug/archive {reason} and …/erase {reason, confirm, trace?}: 主办方. Before them stands the door that
 * keeps an archived contest as it is: everything under /api/console/contests/:slug that is not a read is refused with archived. Mount
 * it before the routes that change a contest.
 */
export function archiveRoute(
  parts: Pick<Parts, 'db' | 'secrets' | 'clock' | 'guard' | 'sessions' | 'ledger' | 'desk'>,
) {
  const { db, secrets, clock, guard, sessions, ledger, desk } = parts;

  const door: MiddlewareHandler<Guarded> = async (c, next) => {
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!reads && !STILL.test(c.req.path)) {
      const row = await db
        .selectFrom('contest')
        .select('archived_at')
        .where('slug', '=', c.req.param('slug') ?? '')
        .executeTakeFirst();
      // Who is not signed in hears that first, from the guard behind this.
      if (row?.archived_at && (await sessions.find(c.req.header('cookie')))) throw new Refusal('archived');
    }
    await next();
  };

  return new Hono<Guarded>()
    .use('/api/console/contests/:slug/*', door)
    .post('/api/console/contests/:slug/archive', guard('organizer'), async (c) => {
      const body = await readBody(c.req.raw, archiveBody);
      const slug = c.req.param('slug');
      needReason(body.reason);
      await archiveContest(db, ledger, c.get('person'), { slug, reason: body.reason }, clock());
      await desk.reload(slug).catch(() => {});
      return c.body(null, 204);
    })
    .post('/api/console/contests/:slug/erase', guard('organizer'), async (c) => {
      const body = await readBody(c.req.raw, eraseBody);
      needReason(body.reason);
      await eraseContest(db, secrets, c.get('person'), { slug: c.req.param('slug'), ...body }, clock());
      return c.body(null, 204);
    });
}

function needReason(text: string): void {
  if (countChars(text) < 4) throw new Refusal('reason_missing');
}
