import { Hono } from 'hono';
import type { Desk } from '../contest/desk.ts';
import type { Db } from '../db.ts';
import { send } from '../http/reply.ts';
import { createActs } from './acts.ts';

/** GET /api/contests/:slug/acts (shared/audit.ts PublicAct[]). Public: what it tells stands in the ledger that anyone may check. */
export function actRoute(parts: { db: Db; desk: Desk; clock: () => number }) {
  const acts = createActs(parts.db, parts.clock);
  return new Hono().get('/api/contests/:slug/acts', async (c) => {
    const contest = await parts.desk.find(c.req.param('slug'));
    return send(c, await acts.reply(contest.id));
  });
}
