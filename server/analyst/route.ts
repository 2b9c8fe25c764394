import { Hono } from 'hono';
import {
  array,
  boolean,
  maxLength,
  minLength,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  trim,
  union,
} from 'valibot';
import type { BallotFilter } from '@zuimei/shared/audit.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import { findContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody, readQuery } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Analyst } from './analyst.ts';
import { csvOf } from './csv.ts';
import { filterFields, filterOf, parseFilter, signals, wholeText } from './filter.ts';
import { readProposals } from './proposal.ts';

const PageAsked = strictObject({
  ...filterFields,
  before: optional(wholeText(0, Number.MAX_SAFE_INTEGER)),
  limit: optional(wholeText(1, 200), '50'),
});

/** A receipt's code may come within the address that its picture holds. */
const Sought = strictObject({ text: pipe(string(), trim(), minLength(1), maxLength(400)) });

const WhatIf = object({
  clusters: optional(pipe(array(pipe(string(), maxLength(200))), maxLength(200)), []),
  signals: optional(pipe(array(picklist(signals)), maxLength(signals.length)), []),
  verdicts: optional(pipe(array(picklist(['held'])), maxLength(1)), []),
  flagged: optional(boolean(), false),
  filter: optional(record(string(), union([string(), number()]))),
});
const headers = { 'Cache-Control': 'no-store' };

/**
 * GET /api/console/contests/:slug/ballots?…filter…&before=&limit=, GET …/ballots.csv?…filter… and GET …/ballots/find?text=  auditor. The log
 * of ballots, newest first, and what a text means in it; taking it as a file is recorded. Addresses stand here and nowhere else.
 */
export function ballotRoute(parts: { db: Db; guard: Guard; analyst: Analyst; clock: () => number }) {
  const { db, guard, analyst, clock } = parts;
  return new Hono<Guarded>()
    .get('/api/console/contests/:slug/ballots', guard('auditor'), async (c) => {
      const contest = await findContest(db, c.req.param('slug'));
      const { before, limit, ...query } = readQuery(c.req, PageAsked);
      const page = await analyst.page(contest, filterOf(query), before ?? null, limit);
      return c.json(page, 200, headers);
    })
    .get('/api/console/contests/:slug/ballots/find', guard('auditor'), async (c) => {
      const contest = await findContest(db, c.req.param('slug'));
      const { text } = readQuery(c.req, Sought);
      return c.json(await analyst.find(contest, text), 200, headers);
    })
    .get('/api/console/contests/:slug/ballots.csv', guard.fresh('auditor'), async (c) => {
      const contest = await findContest(db, c.req.param('slug'));
      const filter = filterOf(readQuery(c.req, strictObject(filterFields)));
      const portions = await analyst.portions(contest, filter);
      await recordTaken(db, c.get('person'), contest, filter);
      return c.body(csvOf(portions, contest.candidates), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': disposition(
          `选票日志-${contest.slug}-${shanghaiDate(clock()).replaceAll('-', '')}.csv`,
        ),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    });
}

/**
 * GET /api/console/contests/:slug/clusters, …/clusters/:id, …/report and POST …/whatif {clusters?, signals?, verdicts?: ['held'],
 * flagged?, filter?}: auditor. While counts are hidden none of them says how a candidate fares; whatif then refuses with sealed.
 */
export function clusterRoute(parts: { db: Db; guard: Guard; analyst: Analyst; clock: () => number }) {
  const { db, guard, analyst, clock } = parts;
  return new Hono<Guarded>()
    .get('/api/console/contests/:slug/clusters', guard('auditor'), async (c) =>
      c.json(await analyst.clusters(await findContest(db, c.req.param('slug'))), 200, headers),
    )
    .get('/api/console/contests/:slug/clusters/:id', guard('auditor'), async (c) => {
      const id = parseInput(pipe(string(), maxLength(200)), c.req.param('id'));
      return c.json(await analyst.cluster(await findContest(db, c.req.param('slug')), id), 200, headers);
    })
    .post('/api/console/contests/:slug/whatif', guard('auditor'), async (c) => {
      const asked = await readBody(c.req, WhatIf);
      const contest = await findContest(db, c.req.param('slug'));
      const filter = asked.filter && parseFilter(asked.filter);
      const { clusters, verdicts } = asked;
      const without = {
        clusters,
        signals: asked.signals,
        held: verdicts.includes('held'),
        flagged: asked.flagged,
        filter: filter ?? null,
      };
      return c.json(await analyst.whatIf(contest, without), 200, headers);
    })
    .get('/api/console/contests/:slug/report', guard('auditor'), async (c) => {
      const contest = await findContest(db, c.req.param('slug'));
      const proposals = await readProposals(db, contest.id, c.get('person').staff ?? 0, clock());
      return c.json(await analyst.report(contest, proposals), 200, headers);
    });
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
