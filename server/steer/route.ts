import { type Context, Hono } from 'hono';
import { nullable, object, optional, picklist, pipe, regex, string } from 'valibot';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { parseInput, readBody } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import { instant, publicWords, unjudged, whole } from '../http/shape.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Steer } from './steer.ts';

const Said = object({ reason: unjudged });
const Extended = object({
  round: whole(0, 9),
  closes: instant,
  reason: unjudged,
});
const Advanced = object({
  round: whole(1, 9),
  most: whole(1, 5_000),
  ties: picklist(['all', 'none']),
  reason: unjudged,
});
const Committed = object({ digest: pipe(string(), regex(/^[0-9a-f]{64}$/)) });
const Announced = object({
  text: publicWords(2000),
  until: optional(nullable(instant), null),
});
const MOST = 200;

/**
 * All for organizers: POST /api/console/contests/:slug/{pause,resume} {reason}, …/extend {round, closes, reason},
 * …/advance {round, most, ties, reason}, …/announcements {text, until?}, DELETE …/announcements/:at. A reason has 4 to 200 characters and is public.
 * …/lots {digest} is for auditors too, each for their own.
 */
export function steerRoute(parts: { guard: Guard; steer: Steer }) {
  const { guard, steer } = parts;
  const organizer = guard('organizer');
  const base = '/api/console/contests/:slug';
  return new Hono<Guarded>()
    .post(`${base}/pause`, organizer, async (c) => {
      const { reason } = await readBody(c.req, Said);
      await steer.pause(c.get('person'), slugOf(c), checkReason(reason));
      return c.json({});
    })
    .post(`${base}/resume`, organizer, async (c) => {
      const { reason } = await readBody(c.req, Said);
      await steer.resume(c.get('person'), slugOf(c), checkReason(reason));
      return c.json({});
    })
    .post(`${base}/extend`, organizer, async (c) => {
      const { reason, ...to } = await readBody(c.req, Extended);
      await steer.extend(c.get('person'), slugOf(c), { ...to, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${base}/advance`, guard.fresh('organizer'), async (c) => {
      const { reason, ...given } = await readBody(c.req, Advanced);
      const numbers = await steer.advance(c.get('person'), slugOf(c), {
        ...given,
        reason: checkReason(reason),
      });
      return c.json({ numbers });
    })
    .post(`${base}/lots`, guard('organizer', 'auditor'), async (c) => {
      const { digest } = await readBody(c.req, Committed);
      const whose = c.get('person').roles.includes('auditor') ? 'auditor' : 'organizer';
      await steer.commitLot(c.get('person'), slugOf(c), { whose, digest });
      return c.json({});
    })
    .post(`${base}/announcements`, organizer, async (c) => {
      const words = await readBody(c.req, Announced);
      if (words.text === '' || [...words.text.replace(/\s/gu, '')].length > MOST)
        throw new Refusal('bad_request', { field: 'text', most: MOST });
      await steer.announce(c.get('person'), slugOf(c), words);
      return c.json({});
    })
    .delete(`${base}/announcements/:at`, organizer, async (c) => {
      await steer.takeDown(c.get('person'), slugOf(c), parseInput(instant, c.req.param('at')));
      return c.json({});
    });
}

function slugOf(c: Context<Guarded>): string {
  return c.req.param('slug') ?? '';
}
