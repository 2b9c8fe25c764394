import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Role, roles } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/** Who may pass each door of the console, by hand: a door opened wider, or a new one, has to be written here too. */
const doors: Record<string, readonly Role[] | 'open' | 'signed in'> = {};

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;
const desks = new Map<Role, Desk>();

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
  for (const role of roles) desks.set(role, await signIn(site, role === 'unit' ? { unit: unit.id } : [role]));
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

interface Door {
  method: string;
  path: string;
  roles: readonly Role[] | null;
}

function consoleDoors(): Door[] {
  const found = new Map<string, Door>();
  for (const { method, path, handler } of site.app.routes) {
    if (!path.startsWith('/api/console/')) continue;
    const key = `${method} ${path}`;
    const guarded = (handler as { roles?: readonly Role[] }).roles ?? null;
    const known = found.get(key);
    found.set(key, { method, path, roles: known?.roles ?? guarded });
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

test('nothing is changed without the session’s own token', async () => {
  for (const door of consoleDoors()) {
    if (door.roles === null || door.method === 'GET') continue;
    const role = door.roles[0] ?? 'organizer';
    const desk = desks.get(role);
    const reply = await desk?.raw(door.method, addressOf(door.path), '{}', { 'x-csrf-token': 'wrong' });
    expect([name(door), reply?.status, await reply?.json()]).toEqual([name(door), 403, { code: 'csrf' }]);
  }
});
