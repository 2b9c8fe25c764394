import { Hono } from 'hono';
import { object, optional } from 'valibot';
import { readQuery } from '../http/body.ts';
import { instant } from '../http/shape.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Live } from './live.ts';

const Asked = object({ since: optional(instant) });

/**
 * GET /api/console/contests/:slug/live?since=  organizer, auditor. Nothing of it names a voter, and while counts are hidden nothing
 * of it says how a candidate fares.
 */
export function liveRoute(parts: { guard: Guard; live: Live }) {
  const { guard, live } = parts;
  return new Hono<Guarded>().get(
    '/api/console/contests/:slug/live',
    guard('organizer', 'auditor'),
    async (c) => {
      const { since } = readQuery(c.req, Asked);
      return c.json(await live.view(c.req.param('slug'), since ? Date.parse(since) : 0));
    },
  );
}
