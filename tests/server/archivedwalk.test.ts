import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Role, roles } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signInAs } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/** What changes nothing of an archived contest, or is how it ends: the closing record only adds to its ledger. */
const still = [
  'POST /api/console/contests/:slug/archive',
  'POST /api/console/contests/:slug/certificates',
  'POST /api/console/contests/:slug/closing',
  'POST /api/console/contests/:slug/closing/confirm',
  'POST /api/console/contests/:slug/closing/decline',
  'POST /api/console/contests/:slug/copy',
  'POST /api/console/contests/:slug/erase',
  'POST /api/console/contests/:slug/erase/decide',
  'POST /api/console/contests/:slug/nominations/:id/reveal',
  'POST /api/console/contests/:slug/objections/:no/reveal',
  'POST /api/console/contests/:slug/panels/reveal',
  'POST /api/console/contests/:slug/out/:what',
];

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;
let id: number;
const desks = new Map<Role, Desk>();

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  ({ slug, id } = await site.contest());
  const unit = await site.parts.db
    .insertInto('unit')
    .values({ contest: id, name: '青石镇人民政府', kind: 'town', quota: null, contact: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const role of roles) desks.set(role, await signInAs(site, role, unit.id));
  await sql`update contest set archived_at = now() where id = ${id}`.execute(site.parts.db);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

/** Every door that changes something, with one who may pass it. */
function changing(): { key: string; method: string; path: string; desk: Desk }[] {
  const found = new Map<string, { key: string; method: string; path: string; desk: Desk }>();
  for (const { method, path, handler } of site.app.routes) {
    const { roles: may } = handler as { roles?: readonly Role[] };
    const desk = may?.[0] && desks.get(may[0]);
    const within = path.startsWith('/api/console/unit/') || path.includes('/:slug');
    if (desk && within && method !== 'GET')
      found.set(`${method} ${path}`, { key: `${method} ${path}`, method, path, desk });
  }
  return [...found.values()];
}

const stateOf = async (): Promise<unknown> =>
  (
    await sql`select (select row_to_json(c) from contest c where id = ${id}) as contest,
      (select count(*) from action_log) as actions, (select count(*) from unit) as units,
      (select count(*) from nomination) as nominations, (select count(*) from ledger_entry) as entries`.execute(
      fresh.owner.db,
    )
  ).rows;

test('no door changes an archived contest', async () => {
  const before = await stateOf();
  const doors = changing();
  expect(doors.length).toBeGreaterThan(40);
  const open: unknown[] = [];
  for (const { key, method, path, desk } of doors) {
    if (still.includes(key)) continue;
    const address = path
      .replace(':slug', slug)
      .replace(/:(id|number)/u, '1')
      .replace(/:\w+/gu, 'x');
    const { status, body } = await desk.ask<{ code?: string }>(method, address, {});
    // A unit's session has ended with its contest, or its door says why.
    const shut =
      body?.code === 'archived' || (path.startsWith('/api/console/unit/') && status >= 400 && status < 500);
    if (!shut) open.push([key, status, body]);
  }
  expect(open).toEqual([]);
  expect(await stateOf()).toEqual(before);
});

test('the doors that stay open are there', () => {
  const all = changing().map(({ key }) => key);
  for (const key of still) expect(all).toContain(key);
});
