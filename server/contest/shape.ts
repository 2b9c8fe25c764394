import {
  array,
  boolean,
  exactOptional,
  type GenericSchema,
  literal,
  maxLength,
  nullable,
  object,
  picklist,
  pipe,
  record,
  regex,
  string,
  transform,
  union,
  variant,
} from 'valibot';
import { type Candidate, phases } from '@zuimei/shared/contest.ts';
import { type Collection, type ContestSettings, presetNames } from '@zuimei/shared/plan/plan.ts';
import { repairText } from '@zuimei/shared/text/character.ts';
import { kind, whole } from '../http/shape.ts';
import { anyNumber, type Measure, outcomeShapeBy } from './outcome.ts';

/*
 * The shape of a contest's documents. How long a text may be and how many there may be of a thing is for the door to say through which it
 * comes: what was let in once is read, whatever door it was.
 */

/** An instant as JavaScript writes it, or '' while the field is empty. */
export const moment = pipe(string(), regex(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$/));
const range = object({ min: anyNumber, max: anyNumber });
const photo = object({
  id: pipe(string(), regex(/^[0-9a-f]{24}$/)),
  width: whole(1, 20_000),
  height: whole(1, 20_000),
});
const shown = object({ ...photo.entries, film: exactOptional(literal(true)) });

function shapesBy({ text, list }: Measure) {
  const numbersByName = record(text(64), anyNumber);

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
      perCategory: nullable(range),
      categories: record(text(64), range),
      repeatCandidate: boolean(),
    }),
    outcome: nullable(outcomeShapeBy({ text, list })),
    reveal: variant('kind', [
      object({ kind: literal('live') }),
      object({ kind: literal('daily'), at: anyNumber }),
      object({ kind: literal('sealed'), from: moment }),
    ]),
    hideOrder: boolean(),
    order: picklist(['number', 'shuffled']),
    policy: picklist(['loose', 'standard', 'strict']),
    wechat: nullable(
      object({
        outside: picklist(['refused', 'weighed']),
        early: boolean(),
        follow: boolean(),
        keyword: text(20),
      }),
    ),
    thresholds: record(text(64), whole(-1, 10_000_000)),
    area: list(text(40), 60),
    networks: list(
      object({ cidr: text(60), kind: picklist(['office', 'campus', 'carrier']), name: text(60) }),
      100,
    ),
    population: nullable(whole(0, 2_000_000_000)),
    categories: list(object({ id: text(64), name: text(100) }), 60),
    footer: object({
      icp: text(100),
      police: text(100),
      partyGovernment: boolean(),
      siteCode: text(40),
      contact: text(600),
    }),
    banner: nullable(photo),
    announcements: list(object({ at: moment, text: text(2000), until: nullable(moment) }), 100),
    extended: list(object({ at: moment, round: whole(0, 10), from: moment, reason: text(500) }), 100),
  });

  const named = { id: text(64), name: text(200) };

  const collection = object({
    preset: picklist(presetNames),
    formTitle: text(300),
    listTitle: text(300),
    circular: object({ text: list(text(4000), 60), link: text(1000), contact: text(200), phone: text(200) }),
    kinds: list(kind, 5),
    categoryTitle: text(60),
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
          'media',
          'video',
        ]),
        required: boolean(),
        audience: picklist(['public', 'private']),
        limit: anyNumber,
        hint: text(1000),
        choices: list(text(200), 60),
        kinds: list(kind, 5),
        floors: numbersByName,
      }),
      80,
    ),
    consent: text(4000),
    unitKinds: list(object({ ...named, least: anyNumber, most: nullable(anyNumber) }), 60),
    unitCategoryMost: numbersByName,
    categoryPlaces: numbersByName,
    places: nullable(anyNumber),
    opinions: list(
      object({
        ...named,
        kind: picklist(['level', 'consult']),
        owner: union([picklist(['unit', 'organizer']), object({ above: text(64) })]),
        required: boolean(),
        attachment: boolean(),
      }),
      30,
    ),
    opens: moment,
    closes: moment,
    photo: object({ width: anyNumber, height: anyNumber, hint: text(600) }),
    screening: picklist(['none', 'score', 'vote']),
    leastYears: anyNumber,
    noLeaders: boolean(),
    leastProofs: anyNumber,
    upward: list(object({ name: text(200), most: anyNumber }), 30),
  });

  settings satisfies GenericSchema<unknown, ContestSettings>;
  collection satisfies GenericSchema<unknown, Collection>;
  return { settings, collection };
}

/**
 * What the editor sends: so wide that a half-written plan is kept, and nothing endless is. What is unwise or impossible is
 * shared/plan/check.ts's to say, at publication.
 */
export const sentShapes = shapesBy({
  text: (most) => pipe(string(), maxLength(most), transform(repairText)),
  list: (item, most) => pipe(array(item), maxLength(most)),
});

/** What stands in the database. A candidate is nowhere sent whole. */
export const keptShapes = {
  ...shapesBy({ text: () => string(), list: (item) => array(item) }),
  candidate: object({
    kind,
    name: string(),
    category: string(),
    unit: string(),
    post: nullable(string()),
    years: nullable(string()),
    reason: string(),
    deeds: array(object({ title: string(), paragraphs: array(string()) })),
    honours: array(string()),
    photos: array(shown),
    video: nullable(object({ id: string() })),
    withdrawn: nullable(object({ at: moment, reason: string() })),
  }) satisfies GenericSchema<unknown, Omit<Candidate, 'number'>>,
};
