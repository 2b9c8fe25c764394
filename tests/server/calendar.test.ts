import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCalendar } from '@zuimei/server/calendar/calendar.ts';
import { migrate } from '@zuimei/server/schema.ts';
import type { HolidayYear } from '@zuimei/shared/holiday.ts';
import type { PlanView } from '@zuimei/shared/plan/plan.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { holidaysIn } from '../harness/holidays.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

const NOW = Date.parse('2026-03-02T01:00:00.000Z');
const SOURCE = '国务院办公厅关于2027年部分节假日安排的通知';
const days2027 = [
  { day: '2027-01-01', kind: 'off', name: '元旦' },
  { day: '2027-05-01', kind: 'off', name: '劳动节' },
  { day: '2027-10-01', kind: 'off', name: '国庆节' },
  { day: '2027-10-09', kind: 'work', name: '国庆节' },
] as const;
const asked = { version: 0, source: SOURCE, days: days2027, reason: '按国办通知录入' };

type Answered = HolidayYear & { code?: string; day?: string; by?: string };

describe.each(databaseKinds)('the calendar of working days (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let admin: Desk;
  const read = () => admin.get<HolidayYear[]>('/api/console/calendar');
  const put = (year: number, body: object, by = admin) =>
    by.ask<Answered>('PUT', `/api/console/calendar/${year}`, body);

  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db, { now: NOW });
    admin = await signIn(site, ['administrator'], '顾管理');
  });
  afterAll(async () => {
    await site?.close();
    await fresh?.drop();
  });

  test('begins with the years whose notices are published, day for day as the package has them, and no other', async () => {
    const years = await read();
    expect(years.map(({ year }) => year)).toEqual([2024, 2025, 2026]);
    for (const { year, days, edited, source } of years) {
      expect(days.map(({ day, kind: how }) => `${day} ${how}`)).toEqual(
        holidaysIn(year).map(({ day, kind: how }) => `${day} ${how}`),
      );
      expect([edited, source]).toEqual([null, `国务院办公厅关于${year}年部分节假日安排的通知`]);
    }
    const calendar = await readCalendar(fresh.database.db);
    expect(calendar).toMatchObject({ years: [2024, 2025, 2026] });
    expect(calendar.names['2026-10-10']).toBe('国庆节');
  });

  test('takes a year at once, under the names of who entered it and of its source, and counts by it from then on', async () => {
    const added = await put(2027, asked);
    expect(added.body).toMatchObject({ year: 2027, version: 1, source: SOURCE, edited: { by: '顾管理' } });
    expect(added.body.days).toEqual(days2027);
    expect((await readCalendar(fresh.database.db)).years).toContain(2027);
    const [line] = await fresh.database.db
      .selectFrom('action_log')
      .select(['act', 'subject', 'reason'])
      .where('act', '=', 'calendar.edit')
      .execute();
    expect(line).toEqual({
      act: 'calendar.edit',
      subject: `2027 年：${SOURCE}`,
      reason: '按国办通知录入',
    });
  });

  test('lets nobody overwrite what another has entered since', async () => {
    const stale = await put(2027, { ...asked, days: days2027.slice(0, 3) });
    expect([stale.status, stale.body]).toEqual([409, { code: 'calendar_changed', by: '顾管理' }]);
    const both = await Promise.all([1, 1].map((version) => put(2027, { ...asked, version })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await read()).at(-1)).toMatchObject({ version: 2, days: days2027 });
  });

  test.each([
    ['holiday_stray', { days: [...days2027, { day: '2026-12-31', kind: 'off', name: '元旦' }] }],
    ['holiday_twice', { days: [...days2027, days2027[0]] }],
    ['holiday_weekday', { days: [...days2027, { day: '2027-10-12', kind: 'work', name: '国庆节' }] }],
    ['holiday_missing', { days: days2027.slice(1) }],
    ['reason_missing', { reason: '' }],
    ['bad_request', { source: ' ' }],
    ['bad_request', { days: Array.from({ length: 61 }, () => days2027[0]) }],
    ['bad_request', { days: [...days2027, { day: '2027-02-30', kind: 'off', name: '春节' }] }],
  ])('refuses with %s and keeps what was there', async (code, change) => {
    const refused = await put(2027, { ...asked, version: 2, ...change });
    expect(refused.body.code).toBe(code);
    expect((await read()).at(-1)).toMatchObject({ version: 2, days: days2027 });
  });

  test('is changed by administrators alone, with a proof that is fresh', async () => {
    const organizer = await signIn(site, ['organizer'], '王组织');
    expect((await put(2027, { ...asked, version: 2 }, organizer)).body.code).toBe('forbidden');
    expect(await organizer.get<HolidayYear[]>('/api/console/calendar')).toHaveLength(4);
    site.at(NOW + 11 * 60_000);
    expect((await put(2027, { ...asked, version: 2 })).body.code).toBe('reauth_needed');
    site.at(NOW);
    expect((await put(1999, { ...asked })).status).toBe(404);
  });

  test('of a later version of the program renews the years as they came, and leaves those that somebody has edited', async () => {
    const own = days2027.map((one) => ({ ...one, day: one.day.replace('2027', '2025') }));
    const taken = own.filter(({ kind: how }) => how === 'off');
    expect((await put(2025, { ...asked, version: 1, days: taken })).status).toBe(200);
    const { db } = fresh.owner;
    await db.deleteFrom('holiday').where('year', '=', 2026).execute();
    await db
      .updateTable('function_file')
      .set({ digest: '' })
      .where('name', '=', 'calendar/years.sql')
      .execute();
    expect(await migrate(db)).toEqual(['calendar/years.sql']);
    const years = await read();
    expect(years.find(({ year }) => year === 2026)).toMatchObject({ version: 2, edited: null });
    expect(years.find(({ year }) => year === 2026)?.days).toHaveLength(holidaysIn(2026).length);
    expect(years.find(({ year }) => year === 2025)).toMatchObject({ days: taken, edited: { by: '顾管理' } });
    expect(await migrate(db)).toEqual([]);
  });

  test('is what a new contest is planned by, what its editor has, and what a publication is checked against', async () => {
    const organizer = await signIn(site, ['organizer'], '李组织');
    const made = await organizer.post<{ slug: string }>('/api/console/contests', {
      preset: 'zuimei-district',
      title: '最美应急人',
      organizer: '云岭区应急管理局',
      start: '2026-08-12T01:00:00.000Z',
    });
    const at = `/api/console/contests/${made.slug}/plan`;
    const view = await organizer.get<PlanView>(at);
    const dayOf = (phase: string) =>
      view.plan.settings.schedule.find((step) => step.phase === phase)?.from.slice(0, 10);
    expect([dayOf('notice'), dayOf('result')]).toEqual(['2026-09-29', '2026-10-12']);
    expect(view.calendar).toEqual(await readCalendar(fresh.database.db));
    for (const step of view.plan.settings.schedule)
      if (step.phase === 'result') step.from = '2026-10-09T01:00:00.000Z';
    const saved = await organizer.ask<PlanView>('PUT', at, { plan: view.plan, version: view.version });
    const refused = await organizer.ask<{ code: string; fault: string }>('POST', `${at}/publish`, {
      version: saved.body.version,
      reason: '',
    });
    expect(refused.body).toMatchObject({ code: 'plan_impossible', fault: 'notice_short' });
  });
});

test('what the program brings is what the package chinese-days has', () => {
  const root = new URL('../../', import.meta.url);
  const printed = execFileSync(process.execPath, ['infra/calendar.mjs', '--print'], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
  });
  expect(readFileSync(new URL('server/calendar/years.sql', root), 'utf8')).toBe(printed);
});
