import { Hono } from 'hono';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Upkeep } from './upkeep.ts';

/** GET /api/console/upkeep  administrator: how the site runs, which keys are set, when it was last backed up. */
export function upkeepRoute({ guard, upkeep }: { guard: Guard; upkeep: Upkeep }) {
  return new Hono<Guarded>().get('/api/console/upkeep', guard('administrator'), async (c) =>
    c.json(await upkeep.view()),
  );
}
