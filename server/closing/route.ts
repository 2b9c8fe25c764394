import { Hono } from 'hono';
import { object, optional, pipe, regex, string } from 'valibot';
import { CLOSING_FORMAT, type ClosingFile } from '@zuimei/shared/export/closing.ts';
import type { Contests } from '../contest/contests.ts';
import type { LogName } from '../contest/route.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { checkReason } from '../http/reason.ts';
import { unjudged, words } from '../http/shape.ts';
import type { Log } from '../log/log.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Ledger } from '../vote/ledger.ts';
import { confirmClosing, declineClosing, proposeClosing } from './closing.ts';
import { readClosing, readClosingView } from './view.ts';

const Proposed = object({ reason: unjudged, reference: optional(words(100), '') });
const Confirmed = object({ digest: pipe(string(), regex(/^[0-9a-f]{64}$/)) });
const Declined = object({ reason: unjudged });

/**
 * The closing record of a contest that has ended.
 *   GET  /api/contests/:slug/closing                           anybody: the file, with a proof under the newest checkpoint
 *   GET  /api/console/contests/:slug/closing                   organizer, auditor
 *   POST /api/console/contests/:slug/closing {reason, reference?}  organizer, auditor
 *   POST /api/console/contests/:slug/closing/confirm {digest}  another auditor
 *   POST /api/console/contests/:slug/closing/decline {reason}  organizer, auditor
 */
export function closingRoute(parts: {
  db: Db;
  contests: Contests;
  ledger: Ledger;
  guard: Guard;
  clock: () => number;
  transparency: Log;
  logName: (slug: string) => Promise<LogName>;
}) {
  const { db, contests, guard, clock, transparency, logName } = parts;
  const base = '/api/console/contests/:slug/closing';
  return new Hono<Guarded>()
    .get('/api/contests/:slug/closing', async (c) => {
      const { id, slug } = await contests.find(c.req.param('slug'));
      const entry = await readClosing(db, id);
      const proof = await transparency.proof(id, entry.index);
      const { verifierKey } = await logName(slug);
      // Its format comes first: by that a file is known.
      const file: ClosingFile = { format: CLOSING_FORMAT, contest: slug, verifierKey, entry, proof };
      return c.json(file, 200, {
        'Content-Disposition': disposition(`封存记录-${slug}.json`),
        'Cache-Control': 'public, max-age=10',
        'Access-Control-Allow-Origin': '*',
      });
    })
    .get(base, guard('organizer', 'auditor'), async (c) =>
      c.json(await readClosingView(db, c.req.param('slug'), c.get('person'), clock())),
    )
    .post(base, guard('organizer', 'auditor'), async (c) => {
      const { reason, reference } = await readBody(c.req, Proposed);
      const proposed = { reason: checkReason(reason), reference };
      await proposeClosing(db, c.get('person'), c.req.param('slug'), proposed, clock());
      return c.json({});
    })
    .post(`${base}/confirm`, guard.fresh('auditor'), async (c) => {
      const { digest } = await readBody(c.req, Confirmed);
      await confirmClosing(parts, c.get('person'), c.req.param('slug'), digest, clock());
      return c.json({});
    })
    .post(`${base}/decline`, guard('organizer', 'auditor'), async (c) => {
      const { reason } = await readBody(c.req, Declined);
      await declineClosing(db, c.get('person'), c.req.param('slug'), checkReason(reason), clock());
      return c.json({});
    });
}
