import { type Context, Hono } from 'hono';
import {
  integer,
  isoTimestamp,
  maxLength,
  maxValue,
  minValue,
  nullable,
  number,
  object,
  optional,
  pipe,
  string,
  transform,
  unknown,
} from 'valibot';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { parseInput, readBody, words } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Steer } from './steer.ts';

/** Written in one form, whatever way the instant came. */
const Moment = pipe(
  string(),
  maxLength(40),
  isoTimestamp(),
  transform((text) => new Date(text).toISOString()),
);
const Said = object({ reason: optional(unknown()) });
const Extended = object({
  round: pipe(number(), integer(), minValue(0), maxValue(9)),
  closes: Moment,
  reason: optional(unknown()),
});
const Announced = object({
  text: words(2000),
  until: optional(nullable(Moment), null),
});
const MOST = 200;

/**
 * All for organizers: POST /api/console/contests/:slug/{pause,resume} {reason}, …/extend {round, closes, reason},
 * …/announcements {text, until?}, DELETE …/announcements/:at. A reason has 4 to 200 characters and is public.
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
    .post(`${base}/announcements`, organizer, async (c) => {
      const words = await readBody(c.req, Announced);
      if (words.text === '' || [...words.text.replace(/\s/gu, '')].length > MOST)
        throw new Refusal('bad_request', { field: 'text', most: MOST });
      await steer.announce(c.get('person'), slugOf(c), words);
      return c.json({});
    })
    .delete(`${base}/announcements/:at`, organizer, async (c) => {
      await steer.takeDown(c.get('person'), slugOf(c), parseInput(Moment, c.req.param('at')));
      return c.json({});
    });
}

function slugOf(c: Context<Guarded>): string {
  return c.req.param('slug') ?? '';
}
