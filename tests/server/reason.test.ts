import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '@zuimei/shared/staff.ts';
import { reasonFault } from '@zuimei/shared/text/reason.ts';
import { reasonProblem } from '../../web/console/frame/reason.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { collectionOf, setCollection } from './collected.ts';

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  const made = await site.contest();
  slug = made.slug;
  await setCollection(site, made.id, collectionOf(site, 'zuimei-district'));
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

/** No reasons, each of which some door once took for one. */
const none: [what: string, reason: unknown][] = [
  ['letters between blanks', 'a b c'],
  ['blanks', '        '],
  ['wide blanks', '\u3000\u3000补\u3000正'],
  ['two rare characters, four code units', '𠮷𠮷'],
  ['201 characters', '因'.repeat(201)],
  ['a number', 1234],
];

/** Doors of staff that ask for a reason, and what else they are sent. */
const doors: [role: Role, method: string, path: string, body?: object][] = [
  ['organizer', 'POST', 'archive'],
  ['organizer', 'POST', 'erase', { confirm: '活动' }],
  ['administrator', 'POST', 'erase/decide', { granted: true }],
  ['organizer', 'POST', 'pause'],
  ['organizer', 'POST', 'resume'],
  ['organizer', 'POST', 'extend', { round: 0, closes: '2026-12-31T00:00:00.000Z' }],
  ['organizer', 'POST', 'candidates/1/withdraw'],
  ['organizer', 'POST', 'candidates/1/correct', { change: {} }],
  ['organizer', 'POST', 'shortlist/publish'],
  ['organizer', 'POST', 'units/links', { ids: [1] }],
  ['organizer', 'POST', 'nominations/decide', { ids: [1], verdict: 'return' }],
  ['organizer', 'POST', 'nominations/decide', { ids: [1], verdict: 'decline' }],
  ['organizer', 'POST', 'nominations/1/reveal', { field: 'phone' }],
  ['organizer', 'POST', 'out/nominations', { format: 'xlsx', full: true }],
  ['organizer', 'POST', 'advance', { round: 1, most: 1, ties: 'all' }],
  ['organizer', 'POST', 'panels/seats/1/link'],
  ['organizer', 'POST', 'panels/seats/1/state', { state: 'absent' }],
  ['organizer', 'POST', 'panels/seats/1/recusals', { number: 1 }],
  ['organizer', 'POST', 'panels/seats/1/late'],
  ['organizer', 'POST', 'panels/seats/1/reopen'],
  ['organizer', 'POST', 'standing'],
  [
    'organizer',
    'POST',
    'standing/ties',
    { rule: 'meeting', ballots: [{ appointed: 1, present: 1, favour: {} }] },
  ],
  ['organizer', 'POST', 'choice', { unfilled: 0 }],
  ['auditor', 'POST', 'panels/reveal'],
  ['auditor', 'POST', 'panels/seats/1/reopen/decide', { granted: true }],
  ['auditor', 'POST', 'standing/held', { ballots: 1 }],
  [
    'auditor',
    'POST',
    'rulings',
    {
      verb: 'void',
      scope: { by: 'entries', entries: [1] },
      part: { verdict: 'all', without: { gaps: [], nets: [], devices: [], entries: [] } },
    },
  ],
  ['auditor', 'POST', 'rulings/1/confirm', { digest: 'a'.repeat(64) }],
  ['auditor', 'POST', 'rulings/1/decline'],
  ['auditor', 'POST', 'rulings/1/withdraw'],
  ['auditor', 'POST', 'witnesses', { needed: 0, witnesses: [] }],
  ['auditor', 'POST', 'witnesses/decline', { id: 1 }],
  ['administrator', 'PATCH', '/api/console/staff/1/roles', { roles: ['organizer'] }],
  ['administrator', 'PATCH', '/api/console/staff/1/contests', { contests: 'all' }],
  ['administrator', 'POST', '/api/console/staff', { name: '新人', login: 'new', roles: ['administrator'] }],
  ['administrator', 'POST', '/api/console/staff/1/disable'],
  ['administrator', 'POST', '/api/console/staff/1/enable'],
  ['administrator', 'POST', '/api/console/staff/1/link'],
  ['administrator', 'POST', '/api/console/staff/1/sessions/end'],
  ['administrator', 'POST', '/api/console/staff/requests/1/refuse'],
];

describe('every door takes the same for a reason', () => {
  test.each(none)('and %s is none', async (_, reason) => {
    for (const role of ['organizer', 'auditor', 'administrator'] as const) {
      const desk = await signIn(site, [role]);
      for (const [, method, path, body] of doors.filter(([of]) => of === role)) {
        const where = path.startsWith('/') ? path : `/api/console/contests/${slug}/${path}`;
        const blank = typeof reason === 'string' && reason.trim() === '';
        // Where none need be given, blanks are none given.
        if (blank && ['shortlist/publish', 'rulings/1/confirm'].includes(path)) continue;
        const answer = await desk.ask(method, where, { ...body, reason });
        expect(answer, where).toEqual({ status: 422, body: { code: 'reason_missing' } });
      }
    }
  });
});

test('the page says what the server would, before anything is sent', () => {
  expect(none.slice(0, 5).map(([, reason]) => reasonFault(String(reason)))).toEqual([
    'short',
    'short',
    'short',
    'short',
    'long',
  ]);
  expect([reasonFault('按办公会意见'), reasonFault('四 个 字 了'), reasonFault('因'.repeat(200))]).toEqual([
    null,
    null,
    null,
  ]);
  expect(reasonFault(`按办公会${' '.repeat(1_000)}意见`)).toBe('long');
  expect([
    reasonProblem('a b c'),
    reasonProblem('因'.repeat(201), '理由'),
    reasonProblem('四个字了'),
  ]).toEqual(['请写明原因，至少 4 个字。', '理由最多 200 个字。', undefined]);
});
