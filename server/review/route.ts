import { Hono } from 'hono';
import {
  array,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  string,
  transform,
} from 'valibot';
import { nominationStates } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type ReviewList, sift, type Verdict, verdicts } from '@zuimei/shared/shortlist.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { readBody, readQuery } from '../http/body.ts';
import { day, rowId, rowNumber, rowText, unjudged, words } from '../http/shape.ts';
import { nominationKeys } from '../nomination/answers.ts';
import { readAttachment, sendAttachment } from '../nomination/attachment.ts';
import { readNomination } from '../nomination/nomination.ts';
import { createOpenings } from '../nomination/opening.ts';
import type { Secrets } from '../secret.ts';
import type { Guard } from '../staff/session.ts';
import { decide } from './decide.ts';
import { reveal } from './reveal.ts';
import { collecting, countStates, isReadable, readOne, readReview, termsOf } from './review.ts';
import { setMark } from './screening.ts';

const filter = object({
  state: optional(picklist(nominationStates)),
  unit: optional(rowText),
  category: optional(pipe(string(), maxLength(64))),
  warned: optional(
    pipe(
      literal('1'),
      transform(() => true),
    ),
  ),
  q: optional(pipe(string(), maxLength(80))),
});
const decision = object({
  ids: pipe(array(rowNumber), minLength(1), maxLength(500)),
  verdict: picklist(verdicts),
  reason: unjudged,
  consentOn: optional(nullable(day), null),
  versions: optional(record(pipe(string(), regex(/^\d{1,9}$/)), rowNumber), {}),
});
/** Papers are handed in by organizers alone, by whichever door. */
const verdictRoles: Record<Verdict, readonly Role[]> = {
  accept: ['organizer', 'reviewer'],
  return: ['organizer', 'reviewer'],
  decline: ['organizer', 'reviewer'],
  undo: ['organizer', 'reviewer'],
  submit: ['organizer'],
};
const asked = object({ field: pipe(string(), minLength(1), maxLength(64)), reason: unjudged });
const mark = object({
  points: nullable(pipe(number(), minValue(0), maxValue(100))),
  remark: optional(words(500), ''),
});

/**
 * Nominations as organizers and reviewers read them and decide on them; a private answer is shown in clear to organizers alone.
 * All under /api/console/contests/:slug/nominations.
 */
export function reviewRoute(parts: { db: Db; secrets: Secrets; clock: () => number; guard: Guard }) {
  const { db, clock, guard } = parts;
  const keys = nominationKeys(parts.secrets);
  const opened = createOpenings(db, clock);
  const stored = async (slug: string) => collecting(await readStored(db, slug));
  const base = '/api/console/contests/:slug/nominations';

  return new Hono()
    .get(base, guard('organizer', 'reviewer'), async (c) => {
      const wanted = readQuery(c.req, filter);
      const contest = await stored(c.req.param('slug'));
      const reader = { staff: c.get('person').staff, now: clock() };
      const lines = await readReview(db, contest, keys, reader);
      const list: ReviewList = {
        terms: termsOf(contest),
        lines: sift(lines, wanted),
        counts: await countStates(db, contest.id),
      };
      return c.json(list);
    })
    .post(`${base}/decide`, guard('organizer', 'reviewer'), async (c) => {
      const { versions, ...body } = await readBody(c.req, decision);
      const seen = new Map(Object.entries(versions).map(([key, version]) => [Number(key), version]));
      if (!c.get('person').roles.some((role) => verdictRoles[body.verdict].includes(role)))
        throw new Refusal('forbidden');
      await stored(c.req.param('slug'));
      return c.json(
        await decide(
          { db, keys },
          c.req.param('slug'),
          c.get('person'),
          { ...body, versions: seen },
          clock(),
        ),
      );
    })
    .get(`${base}/:id`, guard('organizer', 'reviewer'), async (c) => {
      const contest = await stored(c.req.param('slug'));
      const reader = { staff: c.get('person').staff, now: clock() };
      return c.json(await readOne(db, contest, keys, reader, rowId(c.req.param('id'))));
    })
    .get(`${base}/:id/files/:file`, guard('organizer', 'reviewer'), async (c) => {
      const contest = await stored(c.req.param('slug'));
      const row = await readNomination(db, rowId(c.req.param('id')), contest.id);
      if (!isReadable(row)) throw new Refusal('not_found');
      const file = await readAttachment(db, c.req.param('file'), row.id);
      await opened(c.get('person'), row, file);
      return await sendAttachment(db, file, c.req.header('Range'));
    })
    .post(`${base}/:id/reveal`, guard.fresh('organizer'), async (c) => {
      const body = await readBody(c.req, asked);
      const contest = await stored(c.req.param('slug'));
      const wanted = { ...body, id: rowId(c.req.param('id')) };
      return c.json({ value: await reveal(db, keys, contest, c.get('person'), wanted) });
    })
    .post(`${base}/:id/screening`, guard('organizer', 'reviewer'), async (c) => {
      const body = await readBody(c.req, mark);
      const contest = await stored(c.req.param('slug'));
      const nomination = rowId(c.req.param('id'));
      await setMark(db, contest, c.get('person'), nomination, body);
      const reader = { staff: c.get('person').staff, now: clock() };
      return c.json(await readOne(db, contest, keys, reader, nomination));
    });
}
