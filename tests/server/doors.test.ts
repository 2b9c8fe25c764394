import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROOF_MS } from '@zuimei/server/staff/session.ts';
import { doors } from '@zuimei/shared/api/doors.ts';
import { type Role, roles } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn, signInAs } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/** Behind these is what cannot be taken back, or shows what is hidden: who passes has proved lately that it is they. */
const proved = [
  'DELETE /api/console/contests/:slug',
  'GET /api/console/contests/:slug/ballots.csv',
  'PATCH /api/console/staff/:id/contests',
  'PATCH /api/console/staff/:id/roles',
  'POST /api/console/account/recovery',
  'POST /api/console/account/totp/start',
  'POST /api/console/contests/:slug/advance',
  'POST /api/console/contests/:slug/archive',
  'POST /api/console/contests/:slug/choice',
  'POST /api/console/contests/:slug/closing/confirm',
  'POST /api/console/contests/:slug/course/count',
  'POST /api/console/contests/:slug/course/notices',
  'POST /api/console/contests/:slug/course/notices/:no/stop',
  'POST /api/console/contests/:slug/course/officer',
  'POST /api/console/contests/:slug/course/promotions',
  'POST /api/console/contests/:slug/course/recommendations',
  'POST /api/console/contests/:slug/course/result',
  'POST /api/console/contests/:slug/course/revocations/:id/decide',
  'POST /api/console/contests/:slug/erase',
  'POST /api/console/contests/:slug/erase/decide',
  'POST /api/console/contests/:slug/nominations/:id/reveal',
  'POST /api/console/contests/:slug/objections/:no/findings/decide',
  'POST /api/console/contests/:slug/objections/:no/reveal',
  'POST /api/console/contests/:slug/panels/reveal',
  'POST /api/console/contests/:slug/panels/seats/:seat/reopen/decide',
  'POST /api/console/contests/:slug/plan/publish',
  'POST /api/console/contests/:slug/reports/:no/sign',
  'POST /api/console/contests/:slug/rulings/:id/confirm',
  'POST /api/console/contests/:slug/sheet/lock',
  'POST /api/console/contests/:slug/shortlist/publish',
  'POST /api/console/contests/:slug/standing',
  'POST /api/console/contests/:slug/standing/held',
  'POST /api/console/contests/:slug/standing/ties',
  'POST /api/console/contests/:slug/units/:id/phone',
  'POST /api/console/contests/:slug/units/:id/unpin',
  'POST /api/console/contests/:slug/units/links',
  'POST /api/console/contests/:slug/units/links.xlsx',
  'POST /api/console/contests/:slug/witnesses/confirm',
  'POST /api/console/contributors/:id/filers/:filer/phone',
  'POST /api/console/contributors/links',
  'POST /api/console/contributors/links.xlsx',
  'POST /api/console/newsroom/forfeits/:id/decide',
  'POST /api/console/staff',
  'POST /api/console/staff/:id/disable',
  'POST /api/console/staff/:id/enable',
  'POST /api/console/staff/:id/link',
  'POST /api/console/staff/:id/sessions/end',
  'POST /api/console/staff/requests/:id/grant',
  'PUT /api/console/calendar/:year',
  'PUT /api/console/contests/:slug/webhook',
];

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;
const desks = new Map<Role, Desk>();
/** Staff of another contest. */
const others = new Map<Role, Desk>();
let other: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  const contest = await site.contest();
  slug = contest.slug;
  const unit = await site.parts.db
    .insertInto('unit')
    .values({ contest: contest.id, name: '青石镇人民政府', kind: 'town', quota: null, contact: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  other = (await site.contest()).slug;
  for (const role of roles) {
    desks.set(role, await signInAs(site, role, unit.id));
    if (role !== 'unit' && role !== 'contributor')
      others.set(role, await signIn(site, [role], '外人', [other]));
  }
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

interface Door {
  method: string;
  path: string;
  roles: readonly Role[] | null;
  fresh: boolean;
}

function consoleDoors(): Door[] {
  const found = new Map<string, Door>();
  for (const { method, path, handler } of site.app.routes) {
    if (!path.startsWith('/api/console/')) continue;
    const key = `${method} ${path}`;
    const { roles = null, fresh = false } = handler as { roles?: readonly Role[]; fresh?: boolean };
    const known = found.get(key);
    found.set(key, { method, path, roles: known?.roles ?? roles, fresh: fresh || known?.fresh === true });
  }
  return [...found.values()];
}

/** An address of this route that leads somewhere where that is easy, so that a refusal is the guard's. */
function addressOf(path: string): string {
  return (
    path
      .replace(':slug', slug)
      // Whose browser walks here is not ended on the way.
      .replace('contributors/:id', 'contributors/999')
      .replace(/:(id|number|file|filer|unit|nomination)\b(\{[^}]*\})?/g, '1')
      .replace(/:[a-z]+(\{[^}]*\})?/gi, 'x')
  );
}

const name = (door: Door) => `${door.method} ${door.path}`;

test('every route of the console stands in the list of doors, with who may pass it', () => {
  const found = Object.fromEntries(
    consoleDoors().map((door) => [
      name(door),
      door.roles === null ? 'open' : door.roles.length === 0 ? 'signed in' : [...door.roles].sort(),
    ]),
  );
  const listed = Object.fromEntries(
    Object.entries(doors).map(([door, who]) => [door, Array.isArray(who) ? [...who].sort() : who]),
  );
  expect(found).toEqual(listed);
});

test('every door refuses who is not signed in, and a read without the right role is told so', async () => {
  for (const door of consoleDoors()) {
    if (door.roles === null) continue;
    const reply = await site.app.request(addressOf(door.path), { method: door.method });
    expect([name(door), reply.status, await reply.json()]).toEqual([name(door), 401, { code: 'signed_out' }]);
  }
});

test('every door lets in the roles it names and refuses every other', { timeout: 60_000 }, async () => {
  for (const door of consoleDoors()) {
    if (door.roles === null || / \/api\/console\/(sign-out|account)/.test(name(door))) continue;
    for (const [role, desk] of desks) {
      const body = door.method === 'GET' ? undefined : {};
      const reply = await desk.ask<{ code?: string }>(door.method, addressOf(door.path), body);
      const welcome = door.roles.length === 0 || door.roles.includes(role);
      const refused = reply.status === 403 && reply.body.code === 'forbidden';
      expect([name(door), role, refused]).toEqual([name(door), role, !welcome]);
      // An empty request is a person's mistake, never a fault of ours.
      expect([name(door), role, reply.status >= 500]).toEqual([name(door), role, false]);
    }
  }
});

test('every door to what cannot be taken back asks for a proof of the last minutes, and these are all', async () => {
  expect(
    consoleDoors()
      .filter((door) => door.fresh)
      .map(name)
      .sort(),
  ).toEqual(proved);
  site.pass(PROOF_MS + 1_000);
  for (const door of consoleDoors().filter((one) => one.fresh)) {
    const desk = desks.get(door.roles?.[0] ?? 'organizer');
    const reply = await desk?.ask(door.method, addressOf(door.path), door.method === 'GET' ? undefined : {});
    expect([name(door), reply?.status, reply?.body]).toEqual([
      name(door),
      403,
      { code: 'reauth_needed', by: 'password' },
    ]);
  }
});

test('nothing is changed without the session’s own token', async () => {
  for (const door of consoleDoors()) {
    if (door.roles === null || door.method === 'GET') continue;
    const role = door.roles[0] ?? 'organizer';
    const desk = desks.get(role);
    const reply = await desk?.raw(door.method, addressOf(door.path), '{}', { 'x-csrf-token': 'wrong' });
    expect([name(door), reply?.status, await reply?.json()]).toEqual([name(door), 403, { code: 'csrf' }]);
  }
});

test('who belongs to another contest is told at every door that this one is not there', {
  timeout: 60_000,
}, async () => {
  for (const door of consoleDoors()) {
    if (!door.path.includes(':slug') || !door.roles) continue;
    for (const role of door.roles) {
      const reply = await others
        .get(role)
        ?.ask(door.method, addressOf(door.path), door.method === 'GET' ? undefined : {});
      expect([name(door), role, reply]).toEqual([
        name(door),
        role,
        { status: 404, body: { code: 'not_found' } },
      ]);
    }
  }
});

test('who belongs to a contest passes the doors of that one as who belongs to all', {
  timeout: 60_000,
}, async () => {
  for (const door of consoleDoors()) {
    if (door.method !== 'GET' || !door.path.includes(':slug') || !door.roles) continue;
    for (const role of door.roles) {
      const own = await others.get(role)?.ask('GET', addressOf(door.path).replace(slug, other));
      const all = await desks.get(role)?.ask('GET', addressOf(door.path).replace(slug, other));
      expect([name(door), role, own?.status]).toEqual([name(door), role, all?.status]);
    }
  }
});

test('what names no contest says nothing of those one does not belong to', async () => {
  const title = '外人不知道的活动';
  const chief = await signIn(site, ['organizer'], '主办甲');
  const made = await chief.post<{ slug: string }>('/api/console/contests', {
    preset: 'zuimei-district',
    title,
    organizer: '云岭区应急管理局',
    start: new Date(site.now()).toISOString(),
  });
  // Others than before: what they were refused there stands in their own part of the log.
  const strangers = new Map<Role, Desk>();
  for (const role of others.keys()) strangers.set(role, await signIn(site, [role], '外人', [other]));
  for (const door of consoleDoors()) {
    if (door.method !== 'GET' || door.path.includes(':slug') || !door.roles) continue;
    for (const [role, desk] of strangers) {
      // Administrators name the contests that staff belong to, and read who knocked where.
      if (role === 'administrator' && /staff\/contests|actions/.test(door.path)) continue;
      const text = JSON.stringify((await desk.ask('GET', addressOf(door.path))).body);
      expect([
        name(door),
        role,
        text.includes(title) || text.includes(made.slug) || text.includes(slug),
      ]).toEqual([name(door), role, false]);
    }
  }
  const page = await others
    .get('organizer')
    ?.get<{ actions: unknown[] }>(`/api/console/actions?contest=${made.slug}`);
  expect(page?.actions).toEqual([]);
});
