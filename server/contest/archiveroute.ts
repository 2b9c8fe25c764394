import { Hono } from 'hono';
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

/** POST /api/console/contests/:slug/archive {reason} and …/erase {reason, confirm, trace?}: 主办单位 */
export function archiveRoute(
  parts: Pick<Parts, 'db' | 'secrets' | 'seals' | 'clock' | 'guard' | 'ledger' | 'desk'>,
) {
  const { db, secrets, clock, guard, desk } = parts;

  return new Hono<Guarded>()
    .post('/api/console/contests/:slug/archive', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req.raw, archiveBody);
      const slug = c.req.param('slug');
      needReason(body.reason);
      await archiveContest(db, parts, c.get('person'), { slug, reason: body.reason }, clock());
      await desk.reload(slug).catch(() => {});
      return c.body(null, 204);
    })
    .post('/api/console/contests/:slug/erase', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req.raw, eraseBody);
      needReason(body.reason);
      await eraseContest(db, secrets, c.get('person'), { slug: c.req.param('slug'), ...body }, clock());
      return c.body(null, 204);
    });
}

function needReason(text: string): void {
  if (countChars(text) < 4) throw new Refusal('reason_missing');
}
