import { Hono } from 'hono';
import { array, boolean, maxLength, object, picklist, pipe } from 'valibot';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type WebhookDraft, webhookEvents } from '@zuimei/shared/webhook.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { words } from '../http/shape.ts';
import { recordAction } from '../staff/action.ts';
import type { Guard } from '../staff/session.ts';
import { createTurns, turnOwner } from '../turn.ts';
import type { Webhooks } from './webhook.ts';

const draft = object({
  address: words(1_000),
  events: pipe(array(picklist(webhookEvents)), maxLength(webhookEvents.length)),
  on: boolean(),
});

/**
 * A contest's robot, for its organizers alone: GET, PUT, DELETE /api/console/contests/:slug/webhook, POST …/webhook/try. Its address leads
 * out of the site, so that setting it takes a fresh proof, and all of it is recorded, without the address.
 */
export function webhookRoute(parts: { db: Db; guard: Guard; webhooks: Webhooks }) {
  const { db, guard, webhooks } = parts;
  const base = '/api/console/contests/:slug/webhook';
  // Each may wait five seconds for somebody else's server.
  const tries = createTurns({ atOnce: 4, waiting: 0, byOwner: 1, retryAfterMs: 5_000 });

  return new Hono()
    .get(base, guard('organizer'), async (c) => {
      const { id } = await readStored(db, c.req.param('slug'));
      return c.json(await webhooks.view(id));
    })
    .put(base, guard.fresh('organizer'), async (c) => {
      const given: WebhookDraft = await readBody(c.req, draft);
      const { id, archivedAt } = await readStored(db, c.req.param('slug'));
      if (archivedAt) throw new Refusal('not_now', { phase: '已归档' });
      await db.transaction().execute(async (tx) => {
        await webhooks.set(tx, id, given);
        const subject = given.on ? `开：${given.events.join('、')}` : '关';
        await recordAction(tx, c.get('person'), { act: 'webhook.set', contest: id, subject });
      });
      return c.json(await webhooks.view(id));
    })
    .delete(base, guard('organizer'), async (c) => {
      const { id } = await readStored(db, c.req.param('slug'));
      await db.transaction().execute(async (tx) => {
        await webhooks.remove(tx, id);
        await recordAction(tx, c.get('person'), { act: 'webhook.remove', contest: id });
      });
      return c.json({});
    })
    .post(`${base}/try`, guard('organizer'), async (c) => {
      const { id, archivedAt } = await readStored(db, c.req.param('slug'));
      if (archivedAt) throw new Refusal('not_now', { phase: '已归档' });
      using _turn = await tries.take(turnOwner(c.get('person')));
      await recordAction(db, c.get('person'), { act: 'webhook.try', contest: id });
      return c.json(await webhooks.try(id));
    });
}
