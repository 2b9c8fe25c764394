import { Hono } from 'hono';
import { boolean, maxLength, minLength, object, optional, pipe, string, trim } from 'valibot';
import { countChars } from '@zuimei/shared/answer.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Desk } from '../contest/desk.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import type { Secrets } from '../secret.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Ledger } from '../vote/ledger.ts';
import { archiveContest } from './archive.ts';
import { eraseContest } from './erase.ts';

const reason = pipe(string(), trim(), maxLength(200));
const archiveBody = object({ reason });
const eraseBody = object({
  reason,
  confirm: pipe(string(), trim(), minLength(1), maxLength(200)),
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
  desk: Desk;
}) {
  const { db, secrets, clock, guard, desk } = parts;

  return new Hono<Guarded>()
    .post('/api/console/contests/:slug/archive', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req, archiveBody);
      const slug = c.req.param('slug');
      needReason(body.reason);
      await archiveContest(db, parts, c.get('person'), { slug, reason: body.reason }, clock());
      await desk.reload(slug).catch(() => {});
      return c.json({});
    })
    .post('/api/console/contests/:slug/erase', guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req, eraseBody);
      needReason(body.reason);
      await eraseContest(db, secrets, c.get('person'), { slug: c.req.param('slug'), ...body }, clock());
      return c.json({});
    });
}

function needReason(text: string): void {
  if (countChars(text) < 4) throw new Refusal('reason_missing');
}
