import { Hono } from 'hono';
import {
  array,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nullish,
  object,
  optional,
  picklist,
  pipe,
  regex,
  string,
  transform,
  union,
} from 'valibot';
import { accountRoles, HISTORY_LINES, keeps } from '@zuimei/shared/staff.ts';
import type { Db } from '../db.ts';
import { readBody, readQuery } from '../http/body.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { day, login, named, rowId, slug, unjudged } from '../http/shape.ts';
import type { Secrets } from '../secret.ts';
import type { Attempts } from '../staff/attempt.ts';
import { readFilters, readHistory } from '../staff/history.ts';
import { createPasses } from '../staff/pass.ts';
import { createRequests } from '../staff/request.ts';
import { readContestNames } from '../staff/scope.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard } from '../staff/session.ts';
import { createRoster, readStaff } from './roster.ts';

const name = named(40);
const newLogin = pipe(login, minLength(2), maxLength(32));
const held = pipe(array(picklist(accountRoles)), minLength(1), maxLength(accountRoles.length));
const contests = union([literal('all'), pipe(array(slug), maxLength(500))]);
const reasoned = object({ reason: unjudged });
const reasonOf = (given: { reason?: unknown }) => checkReason(given.reason);
/** Of the log, which grows beyond what a row number holds. */
const number = pipe(string(), regex(/^\d{1,15}$/), transform(Number));
const word = nullish(pipe(string(), maxLength(100)), null);
const historyQuery = object({
  ...{ before: nullish(number, null), contest: word, actor: word, act: word, q: word },
  ...{ from: nullish(day, null), to: nullish(day, null) },
  limit: nullish(pipe(number, minValue(1), maxValue(HISTORY_LINES)), null),
});

/**
 * GET   /api/console/staff                                     administrator: all accounts
 * POST  /api/console/staff                                     administrator: invites; answers, as what follows, with a StaffOutcome
 * GET   /api/console/staff/contests                            administrator: names of all contests
 * PATCH /api/console/staff/:id/roles, /:id/contests            administrator
 * GET   /api/console/staff/requests                            administrator, auditor: what two persons do together (shared/staff.ts)
 * POST  /api/console/staff/requests/:id/{grant,refuse}          administrator, auditor; …/withdraw: administrator
 * POST  /api/console/staff/:id/{disable,enable,link,sessions/end}   administrator
 * GET   /api/console/actions, /actions/filters                 administrator, organizer, auditor: each their part of the log
 */
export function rosterRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  attempts: Attempts;
  guard: Guard;
  clock: () => number;
}) {
  const { db, guard, clock } = parts;
  const requests = createRequests({ ...parts, passes: createPasses(parts.secrets) });
  const roster = createRoster({ ...parts, requests });
  return new Hono()
    .get('/api/console/staff', guard('administrator'), async (c) => c.json(await readStaff(parts, clock())))
    .post('/api/console/staff', guard.fresh('administrator'), async (c) => {
      const given = await readBody(
        c.req,
        object({
          name,
          login: newLogin,
          roles: held,
          contests: optional(contests, 'all'),
          ...reasoned.entries,
        }),
      );
      const reason = keeps(given.roles) ? checkReason(given.reason) : optionalReason(given.reason);
      return c.json(await roster.invite(c.get('person'), { ...given, reason }), 201);
    })
    .get('/api/console/staff/contests', guard('administrator'), async (c) =>
      c.json(await readContestNames(db)),
    )
    .patch('/api/console/staff/:id/contests', guard.fresh('administrator'), async (c) => {
      const given = await readBody(c.req, object({ contests, ...reasoned.entries }));
      const reason = reasonOf(given);
      await roster.changeContests(c.get('person'), rowId(c.req.param('id')), {
        contests: given.contests,
        reason,
      });
      return c.json({});
    })
    .patch('/api/console/staff/:id/roles', guard.fresh('administrator'), async (c) => {
      const given = await readBody(c.req, object({ roles: held, ...reasoned.entries }));
      const reason = reasonOf(given);
      const asked = { roles: given.roles, reason };
      return c.json(await roster.changeRoles(c.get('person'), rowId(c.req.param('id')), asked));
    })
    .post('/api/console/staff/:id/disable', guard.fresh('administrator'), async (c) => {
      const reason = reasonOf(await readBody(c.req, reasoned));
      await roster.disable(c.get('person'), rowId(c.req.param('id')), reason);
      return c.json({});
    })
    .post('/api/console/staff/:id/enable', guard.fresh('administrator'), async (c) => {
      const reason = reasonOf(await readBody(c.req, reasoned));
      return c.json(await roster.enable(c.get('person'), rowId(c.req.param('id')), reason));
    })
    .post('/api/console/staff/:id/link', guard.fresh('administrator'), async (c) => {
      const reason = reasonOf(await readBody(c.req, reasoned));
      return c.json(await roster.newLink(c.get('person'), rowId(c.req.param('id')), reason));
    })
    .post('/api/console/staff/:id/sessions/end', guard.fresh('administrator'), async (c) => {
      const reason = reasonOf(await readBody(c.req, reasoned));
      await roster.endSessions(c.get('person'), rowId(c.req.param('id')), reason);
      return c.json({});
    })
    .get('/api/console/staff/requests', guard('administrator', 'auditor'), async (c) =>
      c.json(await requests.list(c.get('person'))),
    )
    .post('/api/console/staff/requests/:id/grant', guard.fresh('administrator', 'auditor'), async (c) =>
      c.json({ link: await requests.grant(c.get('person'), rowId(c.req.param('id'))) }),
    )
    .post('/api/console/staff/requests/:id/refuse', guard('administrator', 'auditor'), async (c) => {
      const reason = reasonOf(await readBody(c.req, reasoned));
      await requests.refuse(c.get('person'), rowId(c.req.param('id')), reason);
      return c.json({});
    })
    .post('/api/console/staff/requests/:id/withdraw', guard('administrator'), async (c) => {
      await requests.withdraw(c.get('person'), rowId(c.req.param('id')));
      return c.json({});
    })
    .get('/api/console/actions', guard('administrator', 'organizer', 'auditor'), async (c) => {
      const query = readQuery(c.req, historyQuery);
      return c.json(await readHistory(db, c.get('person'), query));
    })
    .get('/api/console/actions/filters', guard('administrator', 'organizer', 'auditor'), async (c) =>
      c.json(await readFilters(db, c.get('person'))),
    );
}
