import { Hono } from 'hono';
import {
  hexadecimal,
  integer,
  isoTimestamp,
  length,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  regex,
  strictObject,
  string,
  toLowerCase,
  transform,
  trim,
} from 'valibot';
import type { BallotFilter } from '@zuimei/shared/audit.ts';
import { narrow } from '@zuimei/shared/character.ts';
import { addressClasses, type Signal, signalBits } from '@zuimei/shared/policy.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import { readContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { parseInput } from '../http/body.ts';
import { disposition } from '../out/moment.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Analyst } from './analyst.ts';
import { csvOf } from './csv.ts';
import { parseNet } from './net.ts';

const whole = (least: number, most: number) =>
  pipe(
    string(),
    regex(/^\d{1,16}$/),
    transform(Number),
    number(),
    integer(),
    minValue(least),
    maxValue(most),
  );
/** As it was typed or copied, full-width perhaps. */
const plain = pipe(string(), transform(narrow), trim(), toLowerCase());
const hex = (digits: number) => pipe(plain, hexadecimal(), length(digits));
const signals = Object.keys(signalBits) as [Signal, ...Signal[]];

/** What a filter is in a query. */
export const filterFields = {
  from: optional(pipe(string(), isoTimestamp())),
  to: optional(pipe(string(), isoTimestamp())),
  candidate: optional(whole(1, 32_767)),
  verdict: optional(picklist(['counted', 'held', 'void'])),
  signal: optional(picklist(signals)),
  region: optional(pipe(string(), minLength(1), maxLength(60))),
  class: optional(picklist(addressClasses)),
  net: optional(pipe(plain, maxLength(60))),
  device: optional(hex(16)),
  voter: optional(hex(32)),
  cluster: optional(pipe(string(), minLength(1), maxLength(200))),
};
const Asked = strictObject({
  ...filterFields,
  before: optional(whole(0, Number.MAX_SAFE_INTEGER)),
  limit: optional(whole(1, 200), '50'),
});

/**
 * GET /api/console/contests/:slug/ballots?…filter…&before=&limit= and GET …/ballots.csv?…filter…  auditor. The log of ballots, newest
 * first; taking it as a file is recorded. Addresses stand here and nowhere else.
 */
export function ballotRoute(parts: { db: Db; guard: Guard; analyst: Analyst; clock: () => number }) {
  const { db, guard, analyst, clock } = parts;
  return new Hono<Guarded>()
    .get('/api/console/contests/:slug/ballots', guard('auditor'), async (c) => {
      const contest = await findContest(db, c.req.param('slug'));
      const { before, limit, ...query } = parseInput(Asked, c.req.query());
      const page = await analyst.page(contest, filterOf(query), before ?? null, limit);
      return c.json(page, 200, { 'Cache-Control': 'no-store' });
    })
    .get('/api/console/contests/:slug/ballots.csv', guard.fresh('auditor'), async (c) => {
      const contest = await findContest(db, c.req.param('slug'));
      const filter = filterOf(parseInput(strictObject(filterFields), c.req.query()));
      const portions = await analyst.portions(contest, filter);
      await recordTaken(db, c.get('person'), contest, filter);
      return c.body(csvOf(portions), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': disposition(
          `选票日志-${contest.slug}-${shanghaiDate(clock()).replaceAll('-', '')}.csv`,
        ),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    });
}

/** The published contest of this slug. Refuses with not_found. */
export async function findContest(db: Db, slug: string): Promise<StoredContest> {
  const contest = await readContest(db, slug);
  if (!contest) throw new Refusal('not_found');
  return contest;
}

/** A parsed filter without the parts that were not asked for. Refuses with bad_request a net that is none. */
export function filterOf(
  query: { [Key in keyof BallotFilter]?: BallotFilter[Key] | undefined },
): BallotFilter {
  if (query.net !== undefined && parseNet(query.net) === null)
    throw new Refusal('bad_request', { field: 'net' });
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as BallotFilter;
}

async function recordTaken(
  db: Db,
  person: Actor,
  contest: StoredContest,
  filter: BallotFilter,
): Promise<void> {
  const asked = Object.entries(filter).map(([key, value]) => `${key}=${value}`);
  await recordAction(db, person, {
    act: 'audit.export',
    contest: contest.id,
    subject: `选票日志 .csv ${asked.length > 0 ? asked.join(' ') : '全部'}`,
  });
}
