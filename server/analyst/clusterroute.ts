import { Hono } from 'hono';
import {
  array,
  boolean,
  maxLength,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  union,
} from 'valibot';
import { type Signal, signalBits } from '@zuimei/shared/policy.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody } from '../http/body.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Analyst } from './analyst.ts';
import { filterFields, filterOf, findContest } from './ballotroute.ts';
import { readProposals } from './proposal.ts';

const signals = Object.keys(signalBits) as [Signal, ...Signal[]];
const Asked = object({
  clusters: optional(pipe(array(pipe(string(), maxLength(200))), maxLength(200)), []),
  signals: optional(pipe(array(picklist(signals)), maxLength(signals.length)), []),
  verdicts: optional(pipe(array(picklist(['held'])), maxLength(1)), []),
  flagged: optional(boolean(), false),
  filter: optional(record(string(), union([string(), number()]))),
});
const headers = { 'Cache-Control': 'no-store' };

/**
 * GET /api/console/contests/:slug/clusters, …/clusters/:id, …/report and POST …/whatif {clusters?, signals?, verdicts?: ['held'],
 * flagged?, filter?}: auditor. While counts are hidden none of them says how a candidate fares; whatif then refuses with sealed.
 */
export function clusterRoute(parts: { db: Db; guard: Guard; analyst: Analyst }) {
  const { db, guard, analyst } = parts;
  return new Hono<Guarded>()
    .get('/api/console/contests/:slug/clusters', guard('auditor'), async (c) =>
      c.json(await analyst.clusters(await findContest(db, c.req.param('slug'))), 200, headers),
    )
    .get('/api/console/contests/:slug/clusters/:id', guard('auditor'), async (c) => {
      const id = parseInput(pipe(string(), maxLength(200)), c.req.param('id'));
      return c.json(await analyst.cluster(await findContest(db, c.req.param('slug')), id), 200, headers);
    })
    .post('/api/console/contests/:slug/whatif', guard('auditor'), async (c) => {
      const asked = await readBody(c.req.raw, Asked);
      const contest = await findContest(db, c.req.param('slug'));
      const filter = asked.filter && filterOf(parseInput(strictObject(filterFields), textsOf(asked.filter)));
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
      const proposals = await readProposals(db, contest.id, c.get('person').staff ?? 0);
      return c.json(await analyst.report(contest, proposals), 200, headers);
    });
}

/** A filter in JSON has its numbers as numbers; a query has them as text. */
function textsOf(filter: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).map(([key, value]) => [key, String(value)]));
}
