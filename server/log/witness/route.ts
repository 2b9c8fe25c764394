import { Hono } from 'hono';
import { minLength, object, pipe, regex } from 'valibot';
import type { LogName } from '../../contest/route.ts';
import type { Db } from '../../db.ts';
import { readBody } from '../../http/body.ts';
import { checkReason } from '../../http/reason.ts';
import { named, unjudged, words } from '../../http/shape.ts';
import type { Guard, Guarded } from '../../staff/session.ts';
import { addWitness, readWitnessPage, removeWitness } from './witness.ts';

const Key = words(300);
const Added = object({
  name: pipe(named(40), minLength(2), regex(/^[^\p{C}]*$/u)),
  key: Key,
});
const Removed = object({ key: Key, reason: unjudged });

/**
 * GET /api/console/contests/:slug/witnesses                organizer, auditor: checkpoints by day, and who watches the log
 * POST {name, key} and DELETE {key, reason} of the same    auditor alone: who runs a contest does not choose its witnesses
 */
export function witnessRoute(parts: { db: Db; guard: Guard; logName: (slug: string) => Promise<LogName> }) {
  const { db, guard, logName } = parts;
  const path = '/api/console/contests/:slug/witnesses';
  return new Hono<Guarded>()
    .get(path, guard('auditor', 'organizer'), async (c) => {
      const slug = c.req.param('slug');
      return c.json(await readWitnessPage(db, slug, await logName(slug)));
    })
    .post(path, guard('auditor'), async (c) => {
      const slug = c.req.param('slug');
      const witness = await readBody(c.req, Added);
      await addWitness(db, c.get('person'), slug, witness, await logName(slug));
      return c.json({});
    })
    .delete(path, guard('auditor'), async (c) => {
      const { key, reason } = await readBody(c.req, Removed);
      const removed = { key, reason: checkReason(reason) };
      await removeWitness(db, c.get('person'), c.req.param('slug'), removed);
      return c.json({});
    });
}
