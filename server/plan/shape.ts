import { boolean, type GenericSchema, minLength, object, optional, picklist, pipe, regex } from 'valibot';
import { type ContestPlan, presetNames } from '@zuimei/shared/plan/plan.ts';
import { moment, sentShapes } from '../contest/shape.ts';
import { slug, unjudged, whole, words } from '../http/shape.ts';

/** ContestPlan exactly: nothing that it does not name comes through. */
export const planShape = object({
  settings: sentShapes.settings,
  collection: sentShapes.collection,
}) satisfies GenericSchema<unknown, ContestPlan>;

/** As it can be given to a contest: easy to read out. */
const newSlug = pipe(slug, minLength(3), regex(/[a-z0-9]$/));
const title = pipe(words(120), minLength(1));
const version = whole(0, 0x7fffffff);

/** What the plan's routes are sent. */
export const bodies = {
  create: object({
    preset: picklist(presetNames),
    title,
    organizer: pipe(words(300), minLength(1)),
    start: pipe(moment, minLength(1)),
    slug: optional(newSlug),
  }),
  save: object({ plan: planShape, version }),
  publish: object({ version, reason: unjudged }),
  copy: object({ title, units: boolean(), slug: optional(newSlug) }),
  discard: object({ version }),
};
