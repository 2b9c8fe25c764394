import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROOF_MS } from '@zuimei/server/staff/session.ts';
import { type Role, roles } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/** Who may pass each door of the console: a door opened wider, or a new one, has to be written here too. */
const doors: Record<string, readonly Role[] | 'open' | 'signed in'> = {
  'GET /api/console/account': 'signed in',
  'POST /api/console/account/password': 'signed in',
  'GET /api/console/account/news': 'signed in',
  'POST /api/console/account/news/seen': 'signed in',
  'GET /api/console/account/proof': 'signed in',
  'POST /api/console/account/proof': 'signed in',
  'POST /api/console/account/recovery': 'signed in',
  'DELETE /api/console/account/sessions/:id': 'signed in',
  'POST /api/console/account/sessions/end-others': 'signed in',
  'POST /api/console/account/totp': 'signed in',
  'POST /api/console/account/totp/start': 'signed in',
  'GET /api/console/actions': ['administrator', 'auditor', 'organizer'],
  'GET /api/console/actions/filters': ['administrator', 'auditor', 'organizer'],
  'GET /api/console/contests': ['administrator', 'auditor', 'expert', 'organizer', 'reviewer'],
  'POST /api/console/contests': ['organizer'],
  'DELETE /api/console/contests/:slug': ['organizer'],
  'POST /api/console/contests/:slug/announcements': ['organizer'],
  'DELETE /api/console/contests/:slug/announcements/:at': ['organizer'],
  'POST /api/console/contests/:slug/archive': ['organizer'],
  'GET /api/console/contests/:slug/ballots': ['auditor'],
  'GET /api/console/contests/:slug/ballots.csv': ['auditor'],
  'POST /api/console/contests/:slug/banner': ['organizer'],
  'GET /api/console/contests/:slug/candidates': ['auditor', 'organizer'],
  'POST /api/console/contests/:slug/candidates/:number/correct': ['organizer'],
  'POST /api/console/contests/:slug/candidates/:number/photo': ['organizer'],
  'POST /api/console/contests/:slug/candidates/:number/withdraw': ['organizer'],
  'GET /api/console/contests/:slug/clusters': ['auditor'],
  'GET /api/console/contests/:slug/clusters/:id': ['auditor'],
  'POST /api/console/contests/:slug/copy': ['organizer'],
  'POST /api/console/contests/:slug/documents': ['organizer'],
  'POST /api/console/contests/:slug/documents/submit': ['organizer'],
  'POST /api/console/contests/:slug/erase': ['organizer'],
  'POST /api/console/contests/:slug/extend': ['organizer'],
  'GET /api/console/contests/:slug/ledger.ndjson': ['auditor'],
  'GET /api/console/contests/:slug/live': ['auditor', 'organizer'],
  'GET /api/console/contests/:slug/media/:file': ['auditor', 'organizer', 'reviewer'],
  'GET /api/console/contests/:slug/nominations': ['organizer', 'reviewer'],
  'GET /api/console/contests/:slug/nominations/:id': ['organizer', 'reviewer'],
  'PUT /api/console/contests/:slug/nominations/:id': ['organizer'],
  'POST /api/console/contests/:slug/nominations/:id/consent': ['organizer'],
  'GET /api/console/contests/:slug/nominations/:id/files/:file': ['organizer', 'reviewer'],
  'PUT /api/console/contests/:slug/nominations/:id/opinions/:step': ['organizer', 'reviewer'],
  'POST /api/console/contests/:slug/nominations/:id/opinions/:step/file': ['organizer', 'reviewer'],
  'POST /api/console/contests/:slug/nominations/:id/photo': ['organizer'],
  'POST /api/console/contests/:slug/nominations/:id/reveal': ['organizer'],
  'POST /api/console/contests/:slug/nominations/:id/screening': ['organizer', 'reviewer'],
  'POST /api/console/contests/:slug/nominations/decide': ['organizer', 'reviewer'],
  'GET /api/console/contests/:slug/out': ['auditor', 'organizer', 'reviewer'],
  'GET /api/console/contests/:slug/out/:what': ['auditor', 'organizer', 'reviewer'],
  'POST /api/console/contests/:slug/out/:what': ['auditor', 'organizer', 'reviewer'],
  'POST /api/console/contests/:slug/pause': ['organizer'],
  'GET /api/console/contests/:slug/plan': ['auditor', 'organizer', 'reviewer'],
  'PUT /api/console/contests/:slug/plan': ['organizer'],
  'POST /api/console/contests/:slug/plan/discard': ['organizer'],
  'POST /api/console/contests/:slug/plan/publish': ['organizer'],
  'GET /api/console/contests/:slug/preview': ['organizer', 'reviewer'],
  'POST /api/console/contests/:slug/resume': ['organizer'],
  'GET /api/console/contests/:slug/rulings': ['auditor'],
  'POST /api/console/contests/:slug/rulings': ['auditor'],
  'POST /api/console/contests/:slug/rulings/:id/confirm': ['auditor'],
  'POST /api/console/contests/:slug/rulings/:id/decline': ['auditor'],
  'POST /api/console/contests/:slug/rulings/:id/withdraw': ['auditor'],
  'GET /api/console/contests/:slug/report': ['auditor'],
  'GET /api/console/contests/:slug/shortlist': ['organizer', 'reviewer'],
  'POST /api/console/contests/:slug/shortlist/draw': ['organizer'],
  'POST /api/console/contests/:slug/shortlist/numbers': ['organizer'],
  'POST /api/console/contests/:slug/shortlist/order': ['organizer'],
  'POST /api/console/contests/:slug/shortlist/publish': ['organizer'],
  'GET /api/console/contests/:slug/units': ['organizer'],
  'POST /api/console/contests/:slug/units': ['organizer'],
  'DELETE /api/console/contests/:slug/units/:id': ['organizer'],
  'PUT /api/console/contests/:slug/units/:id': ['organizer'],
  'POST /api/console/contests/:slug/units/:id/account': ['organizer'],
  'POST /api/console/contests/:slug/units/:id/link': ['organizer'],
  'POST /api/console/contests/:slug/units/import': ['organizer'],
  'POST /api/console/contests/:slug/units/links': ['organizer'],
  'POST /api/console/contests/:slug/units/sheet': ['organizer'],
  'GET /api/console/contests/:slug/witnesses': ['auditor', 'organizer'],
  'POST /api/console/contests/:slug/witnesses': ['auditor'],
  'DELETE /api/console/contests/:slug/witnesses': ['auditor'],
  'POST /api/console/contests/:slug/whatif': ['auditor'],
  'POST /api/console/invite/join': 'open',
  'POST /api/console/invite/open': 'open',
  'GET /api/console/session': 'signed in',
  'POST /api/console/sign-in': 'open',
  'POST /api/console/sign-in/code': 'open',
  'POST /api/console/sign-out': 'signed in',
  'GET /api/console/upload': 'signed in',
  'GET /api/console/staff': ['administrator'],
  'POST /api/console/staff': ['administrator'],
  'GET /api/console/staff/contests': ['administrator'],
  'PATCH /api/console/staff/:id/contests': ['administrator'],
  'POST /api/console/staff/:id/disable': ['administrator'],
  'POST /api/console/staff/:id/enable': ['administrator'],
  'POST /api/console/staff/:id/link': ['administrator'],
  'PATCH /api/console/staff/:id/roles': ['administrator'],
  'POST /api/console/staff/:id/sessions/end': ['administrator'],
  'GET /api/console/staff/requests': ['administrator', 'auditor'],
  'POST /api/console/staff/requests/:id/grant': ['administrator', 'auditor'],
  'POST /api/console/staff/requests/:id/refuse': ['administrator', 'auditor'],
  'POST /api/console/staff/requests/:id/withdraw': ['administrator'],
  'GET /api/console/unit': ['unit'],
  'POST /api/console/unit/documents': ['unit'],
  'POST /api/console/unit/enter': 'open',
  'GET /api/console/unit/media/:file': ['unit'],
  'POST /api/console/unit/nominations': ['unit'],
  'DELETE /api/console/unit/nominations/:id': ['unit'],
  'GET /api/console/unit/nominations/:id': ['unit'],
  'PUT /api/console/unit/nominations/:id': ['unit'],
  'POST /api/console/unit/nominations/:id/files/:field': ['unit'],
  'DELETE /api/console/unit/nominations/:id/files/:file': ['unit'],
  'GET /api/console/unit/nominations/:id/files/:file': ['unit'],
  'PUT /api/console/unit/nominations/:id/opinion': ['unit'],
  'DELETE /api/console/unit/nominations/:id/photo': ['unit'],
  'POST /api/console/unit/nominations/:id/photo': ['unit'],
  'POST /api/console/unit/nominations/:id/reopen': ['unit'],
  'POST /api/console/unit/nominations/:id/submit': ['unit'],
  'POST /api/console/unit/nominations/:id/withdraw': ['unit'],
};

/** Behind these is what cannot be taken back, or shows what is hidden: who passes has proved lately that it is they. */
const proved = [
  'DELETE /api/console/contests/:slug',
  'GET /api/console/contests/:slug/ballots.csv',
  'PATCH /api/console/staff/:id/contests',
  'PATCH /api/console/staff/:id/roles',
  'POST /api/console/account/recovery',
  'POST /api/console/account/totp/start',
  'POST /api/console/contests/:slug/archive',
  'POST /api/console/contests/:slug/erase',
  'POST /api/console/contests/:slug/nominations/:id/reveal',
  'POST /api/console/contests/:slug/plan/publish',
  'POST /api/console/contests/:slug/rulings/:id/confirm',
  'POST /api/console/contests/:slug/shortlist/publish',
  'POST /api/console/contests/:slug/units/links',
  'POST /api/console/staff',
  'POST /api/console/staff/:id/disable',
  'POST /api/console/staff/:id/enable',
  'POST /api/console/staff/:id/link',
  'POST /api/console/staff/:id/sessions/end',
  'POST /api/console/staff/requests/:id/grant',
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
    desks.set(role, await signIn(site, role === 'unit' ? { unit: unit.id } : [role]));
    if (role !== 'unit') others.set(role, await signIn(site, [role], '外人', [other]));
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
  return path
    .replace(':slug', slug)
    .replace(/:(id|number|file|unit|nomination)\b(\{[^}]*\})?/g, '1')
    .replace(/:[a-z]+(\{[^}]*\})?/gi, 'x');
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
      { code: 'proof_stale', by: 'password' },
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
