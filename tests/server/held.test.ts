import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';
import { collectionOf, setCollection } from './collected.ts';

let fresh: FreshDatabase;
let site: TestSite;
let desk: Desk;
let began = 0;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  began = site.now();
});
beforeEach(async () => {
  site.at(began);
  desk = await signIn(site, ['organizer']);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const inHours = (hours: number): string => new Date(began + hours * HOUR_MS).toISOString();
const ruleOf = (rule: Partial<Settings['rule']>): Settings['rule'] => ({
  period: 'day',
  ballotsPerPeriod: 1,
  perCategory: null,
  categories: {},
  picks: { min: 1, max: 3 },
  repeatCandidate: true,
  ...rule,
});

const withdraw = async (slug: string, number: number) =>
  await desk.ask<{ code?: string; fault?: string; reason?: string }>(
    'POST',
    `/api/console/contests/${slug}/candidates/${number}/withdraw`,
    { reason: '本人书面申请退出' },
  );
const withdrawn = async (id: number) =>
  (
    await sql<{ number: number }>`
      select number from candidate where contest = ${id} and jsonb_typeof(body -> 'withdrawn') = 'object' order by number`.execute(
      fresh.database.db,
    )
  ).rows.map((row) => row.number);

describe('a withdrawal that would leave a ballot that nobody can fill', () => {
  test.each<[string, Partial<Settings>, number[], number, string, RegExp]>([
    [
      'by its least picks',
      { rule: ruleOf({ picks: { min: 7, max: 8 } }) },
      [1],
      2,
      'picks_more_than_candidates',
      /至少选 7 位，但候选只有 6 位/,
    ],
    [
      'by the least of a category',
      { rule: ruleOf({ categories: { team: { min: 1, max: 2 } } }) },
      [4],
      8,
      'category_more_than_candidates',
      /“团队”至少要选 1 位，但这一组只有 0 位/,
    ],
    [
      'in a round to come',
      {
        rule: ruleOf({ picks: { min: 2, max: 2 } }),
        rounds: [
          { opens: inHoursFrom(-1), closes: inHoursFrom(50), numbers: null },
          { opens: inHoursFrom(60), closes: inHoursFrom(100), numbers: [1, 2, 3] },
        ],
      },
      [1],
      2,
      'picks_more_than_candidates',
      /至少选 2 位，但候选只有 1 位/,
    ],
  ])(
    'is refused %s, with the reason, and changes nothing',
    async (_, changes, before, last, fault, reason) => {
      const { slug, id } = await site.contest(changes);
      for (const number of before) expect((await withdraw(slug, number)).status).toBeLessThan(300);
      const refused = await withdraw(slug, last);
      expect([refused.status, refused.body]).toEqual([
        409,
        { code: 'plan_broken', fault, reason: expect.stringMatching(reason) },
      ]);
      expect(await withdrawn(id)).toEqual(before);
      await site.verify(slug);
    },
  );

  test('is taken once no round is left that it bears on, and where the rule was impossible before it', async () => {
    const rule = ruleOf({ picks: { min: 7, max: 8 } });
    const over = await site.contest({ rule });
    site.at(began + 101 * HOUR_MS);
    desk = await signIn(site, ['organizer']);
    for (const number of [1, 2, 3]) expect((await withdraw(over.slug, number)).status).toBeLessThan(300);
    site.at(began);
    desk = await signIn(site, ['organizer']);
    const broken = await site.contest({ rule: ruleOf({ picks: { min: 20, max: 20 } }) });
    expect((await withdraw(broken.slug, 1)).status).toBeLessThan(300);
  });
});

test('an extension that would leave the notice too short is refused with the days, and moves nothing', async () => {
  const { slug, id, settings } = await site.contest({
    schedule: [
      { phase: 'voting', from: inHours(-1) },
      { phase: 'notice', from: inHours(30) },
      // Far enough for a notice of five working days over the longest holiday.
      { phase: 'result', from: inHours(30 + 17 * 24) },
    ],
    rounds: [{ opens: inHours(-1), closes: inHours(24), numbers: null }],
  });
  await setCollection(site, id, collectionOf(site, 'zuimei-district'));
  const ask = (closes: string) =>
    desk.ask('POST', `/api/console/contests/${slug}/extend`, { round: 0, closes, reason: '连日暴雨' });
  const refused = await ask(inHours(24 + 14 * 24));
  expect([refused.status, refused.body]).toEqual([
    409,
    { code: 'plan_broken', fault: 'notice_short', reason: expect.stringContaining('公示要求 5 个工作日') },
  ]);
  const { rows } = await sql<{ settings: Settings }>`select settings from contest where id = ${id}`.execute(
    fresh.database.db,
  );
  expect(rows[0]?.settings.rounds).toEqual(settings.rounds);
  expect((await ask(inHours(26))).status).toBeLessThan(300);
});

function inHoursFrom(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString();
}
