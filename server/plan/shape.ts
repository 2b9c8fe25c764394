import {
  array,
  boolean,
  type GenericSchema,
  literal,
  maxLength,
  minLength,
  nullable,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  string,
  transform,
  variant,
} from 'valibot';
import { phases } from '@zuimei/shared/contest.ts';
import { type ContestPlan, presetNames } from '@zuimei/shared/plan/plan.ts';
import { repairText } from '@zuimei/shared/text/character.ts';
import { kind, slug, unjudged, whole, words } from '../http/shape.ts';

/*
 * The shape of what the editor sends, with limits so wide that a half-written plan is kept and nothing endless is. What is unwise or
 * impossible is shared/plan/check.ts's to say, at publication.
 */

const text = (most: number) => pipe(string(), maxLength(most), transform(repairText));
const anyNumber = whole(-1_000_000, 1_000_000);
const list = <S extends GenericSchema>(item: S, most: number) => pipe(array(item), maxLength(most));
/** An instant as JavaScript writes it, or '' while the field is empty. */
const moment = pipe(string(), regex(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$/));
const range = object({ min: anyNumber, max: anyNumber });
const numbersByName = record(text(64), anyNumber);
const photo = object({
  id: pipe(string(), regex(/^[0-9a-f]{24}$/)),
  width: whole(1, 20_000),
  height: whole(1, 20_000),
});

const settings = object({
  title: text(300),
  slogan: text(300),
  organizers: list(text(200), 20),
  noun: object({ measure: text(20), name: text(40) }),
  intro: list(text(4000), 30),
  notes: list(text(2000), 60),
  schedule: list(object({ phase: picklist(phases), from: moment }), 20),
  rounds: list(
    object({ opens: moment, closes: moment, numbers: nullable(list(whole(1, 32_767), 5000)) }),
    10,
  ),
  paused: nullable(object({ since: moment, reason: text(500) })),
  rule: object({
    period: picklist(['day', 'round']),
    ballotsPerPeriod: anyNumber,
    picks: range,
    perCategory: optional(range),
    categories: optional(record(text(64), range)),
    repeatCandidate: boolean(),
  }),
  formula: nullable(object({ vote: anyNumber, expert: anyNumber, media: anyNumber, merit: anyNumber })),
  chosen: nullable(anyNumber),
  reveal: variant('kind', [
    object({ kind: literal('live') }),
    object({ kind: literal('daily'), at: anyNumber }),
    object({ kind: literal('sealed'), from: moment }),
  ]),
  hideOrder: boolean(),
  order: picklist(['number', 'shuffled']),
  policy: picklist(['loose', 'standard', 'strict']),
  wechat: optional(
    nullable(
      object({
        outside: picklist(['refused', 'weighed']),
        early: boolean(),
        follow: boolean(),
        keyword: text(20),
      }),
    ),
  ),
  thresholds: optional(record(text(64), whole(-1, 10_000_000))),
  area: optional(list(text(40), 60)),
  networks: optional(
    list(object({ cidr: text(60), kind: picklist(['office', 'campus', 'carrier']), name: text(60) }), 100),
  ),
  population: optional(nullable(whole(0, 2_000_000_000))),
  categories: list(object({ id: text(64), name: text(100) }), 60),
  footer: object({
    icp: text(100),
    police: text(100),
    partyGovernment: boolean(),
    siteCode: text(40),
    contact: text(600),
  }),
  banner: optional(nullable(photo)),
  announcements: optional(list(object({ at: moment, text: text(2000), until: nullable(moment) }), 100)),
  extended: optional(list(object({ at: moment, round: whole(0, 10), from: moment, reason: text(500) }), 100)),
});

const named = { id: text(64), name: text(200) };

const collection = object({
  preset: picklist(presetNames),
  formTitle: text(300),
  listTitle: text(300),
  kinds: list(kind, 4),
  form: list(
    object({
      key: text(64),
      title: text(300),
      type: picklist([
        'line',
        'text',
        'choice',
        'number',
        'month',
        'phone',
        'identity',
        'photo',
        'files',
        'video',
      ]),
      required: boolean(),
      audience: picklist(['public', 'private']),
      limit: anyNumber,
      hint: text(1000),
      choices: list(text(200), 60),
      kinds: list(kind, 4),
    }),
    80,
  ),
  consent: text(4000),
  unitKinds: list(object({ ...named, least: anyNumber, most: nullable(anyNumber) }), 60),
  unitCategoryMost: numbersByName,
  categoryPlaces: numbersByName,
  places: nullable(anyNumber),
  opinions: list(
    object({ ...named, kind: picklist(['level', 'consult']), required: boolean(), attachment: boolean() }),
    30,
  ),
  opens: moment,
  closes: moment,
  photo: object({ width: anyNumber, height: anyNumber, hint: text(600) }),
  screening: picklist(['none', 'score', 'vote']),
  leastYears: anyNumber,
  noLeaders: boolean(),
  leastProofs: anyNumber,
  noticeDays: anyNumber,
  upward: list(object({ name: text(200), most: anyNumber }), 30),
});

/** ContestPlan exactly: nothing that it does not name comes through. */
export const planShape = object({ settings, collection }) satisfies GenericSchema<unknown, ContestPlan>;

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
