import { Hono } from 'hono';
import { array, maxLength, minLength, object, pipe, regex } from 'valibot';
import { MOST_WITNESSES } from '@zuimei/shared/ledger/witness.ts';
import type { LogName } from '../../contest/route.ts';
import type { Db } from '../../db.ts';
import { readBody } from '../../http/body.ts';
import { checkReason } from '../../http/reason.ts';
import { send } from '../../http/reply.ts';
import { named, rowNumber, unjudged, whole, words } from '../../http/shape.ts';
import { auditorOf } from '../../staff/second.ts';
import type { Guard, Guarded } from '../../staff/session.ts';
import type { Ledger } from '../../vote/ledger.ts';
import type { Program } from './program.ts';
import { confirmWitnesses, declineWitnesses, proposeWitnesses } from './proposal.ts';
import { readWitnessPage } from './witness.ts';

const Witness = object({
  name: pipe(named(40), minLength(2), regex(/^[^\p{C}]*$/u)),
  key: words(300),
});
const Proposed = object({
  needed: whole(0, MOST_WITNESSES),
  witnesses: pipe(array(Witness), maxLength(MOST_WITNESSES)),
  reason: unjudged,
});
const Confirmed = object({ id: rowNumber });
const Declined = object({ id: rowNumber, reason: unjudged });

/**
 * GET  /api/console/contests/:slug/witnesses                      organizer, auditor: checkpoints by day, and who watches the log
 * POST /api/console/contests/:slug/witnesses {needed, witnesses, reason}   auditor alone: who runs a contest does not choose its witnesses
 * POST /api/console/contests/:slug/witnesses/confirm {id}         another auditor
 * POST /api/console/contests/:slug/witnesses/decline {id, reason} another auditor declines, who proposed takes it back
 */
export function witnessRoute(parts: {
  db: Db;
  ledger: Ledger;
  guard: Guard;
  clock: () => number;
  logName: (slug: string) => Promise<LogName>;
  witnessProgram: Program | null;
}) {
  const { db, guard, clock, logName, witnessProgram } = parts;
  const program = witnessProgram && { bytes: witnessProgram.bytes, sha256: witnessProgram.sha256 };
  const path = '/api/console/contests/:slug/witnesses';
  return new Hono<Guarded>()
    .get(path, guard('auditor', 'organizer'), async (c) => {
      const slug = c.req.param('slug');
      const log = await logName(slug);
      return c.json(await readWitnessPage(db, slug, c.get('person'), { log, program, now: clock() }));
    })
    .post(path, guard('auditor'), async (c) => {
      const slug = c.req.param('slug');
      const { reason, ...policy } = await readBody(c.req, Proposed);
      const proposed = { ...policy, reason: checkReason(reason) };
      const at = { log: await logName(slug), now: clock() };
      await proposeWitnesses(db, auditorOf(c.get('person')), slug, proposed, at);
      return c.json({});
    })
    .post(`${path}/confirm`, guard.fresh('auditor'), async (c) => {
      const { id } = await readBody(c.req, Confirmed);
      await confirmWitnesses(parts, auditorOf(c.get('person')), c.req.param('slug'), id, clock());
      return c.json({});
    })
    .post(`${path}/decline`, guard('auditor'), async (c) => {
      const { id, reason } = await readBody(c.req, Declined);
      const declined = { id, reason: checkReason(reason) };
      await declineWitnesses(db, auditorOf(c.get('person')), c.req.param('slug'), declined);
      return c.json({});
    });
}

/** GET /witness/zuimei-witness.mjs, what `sha256sum -c` checks it by, and its unit of systemd: public, the same bytes for everybody. */
export function programRoute({ file, sum, unit }: Program) {
  return new Hono()
    .get('/witness/zuimei-witness.mjs', (c) => send(c, file))
    .get('/witness/zuimei-witness.mjs.sha256', (c) => send(c, sum))
    .get('/witness/zuimei-witness@.service', (c) => send(c, unit));
}
