import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { draftDocument } from '@zuimei/server/contest/document.ts';
import { readStored } from '@zuimei/server/contest/plan.ts';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { extendRound } from '@zuimei/shared/live.ts';
import { collectionFor } from '@zuimei/shared/plan/preset.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type Settings, settingsOf, type TestSite } from '../harness/site.ts';

let fresh: MovableDatabase;
let site: TestSite;
let desk: Desk;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
});
beforeEach(async () => {
  desk = await signIn(site, ['organizer'], '柳青禾');
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

/** Moves both clocks, the server's and the database's; who rested that long signs in again. */
async function at(ms: number): Promise<void> {
  site.at(ms);
  await fresh.at(ms);
  desk = await signIn(site, ['organizer'], '柳青禾');
}

const room = (slug: string, act: string) => `/api/console/contests/${slug}/${act}`;
const inHours = (hours: number) => new Date(site.now() + hours * HOUR_MS).toISOString();
const contestAt = async (where: TestSite, slug: string): Promise<ContestView> =>
  (await where.call(`/api/contests/${slug}`)).json() as Promise<ContestView>;

/** What staff did that stands in the ledger. */
async function actsOf(id: number): Promise<{ kind: string; act: Act }[]> {
  const { rows } = await sql<{ kind: string; act: Act }>`
    select kind, act from ledger_entry where contest = ${id} and kind not in ('ballot', 'rules') order by index`.execute(
    fresh.database.db,
  );
  return rows;
}

async function logOf(id: number): Promise<{ act: string; subject: string; reason: string }[]> {
  return await fresh.database.db
    .selectFrom('action_log')
    .select(['act', 'subject', 'reason'])
    .where('contest', '=', id)
    .orderBy('id')
    .execute();
}

describe('a pause', () => {
  test('stops ballots on every server at once with its reason, and citizens read it within two seconds', async () => {
    const other = await createSite(fresh.database.db, { now: site.now() });
    const reader = await createSite(fresh.database.db, { now: site.now() });
    const { slug, id } = await site.contest();
    expect((await other.visitor(slug).cast([1])).status).toBe(201);
    expect((await contestAt(reader, slug)).paused).toBeNull();
    const { version } = await reader.tally(slug);

    await desk.post(room(slug, 'pause'), { reason: '核对候选名单' });
    // The other server still has the contest as it was a moment ago.
    for (const one of [other, site])
      expect(await one.visitor(slug).cast([2])).toMatchObject({
        status: 403,
        body: { code: 'paused', reason: '核对候选名单' },
      });
    reader.pass(1001);
    await expect.poll(async () => (await contestAt(reader, slug)).paused?.reason).toBe('核对候选名单');
    // By this a page that shows the older one notices.
    expect((await reader.tally(slug)).version).toBeGreaterThan(version);

    await desk.post(room(slug, 'resume'), { reason: '名单已核对无误' });
    expect((await site.visitor(slug).cast([2])).status).toBe(201);
    other.pass(1001);
    await expect.poll(async () => (await contestAt(other, slug)).paused).toBeNull();
    expect((await other.visitor(slug).cast([2])).status).toBe(201);

    expect(await actsOf(id)).toMatchObject([
      { kind: 'pause', act: { actor: '柳青禾', reason: '核对候选名单', rules: { paused: '核对候选名单' } } },
      { kind: 'resume', act: { actor: '柳青禾', reason: '名单已核对无误', rules: { paused: null } } },
    ]);
    expect(await logOf(id)).toMatchObject([
      { act: 'contest.pause', reason: '核对候选名单' },
      { act: 'contest.resume', reason: '名单已核对无误' },
    ]);
    expect(await site.verify(slug)).toMatchObject({ ballots: 3 });
    await Promise.all([other.close(), reader.close()]);
  });

  test('before voting opens keeps it shut when it does', async () => {
    const { slug } = await site.contest({
      rounds: [{ opens: inHours(1), closes: inHours(9), numbers: null }],
    });
    await desk.post(room(slug, 'pause'), { reason: '等待名单复核' });
    const now = site.now();
    await at(now + 2 * HOUR_MS);
    expect((await site.visitor(slug).cast([1])).body.code).toBe('paused');
    await desk.post(room(slug, 'resume'), { reason: '复核完成' });
    expect((await site.visitor(slug).cast([1])).status).toBe(201);
    await site.verify(slug);
  });

  test('is not made twice, not lifted twice, and not when voting is over', async () => {
    const { slug, id } = await site.contest();
    expect((await desk.ask('POST', room(slug, 'resume'), { reason: '没有暂停过' })).body).toEqual({
      code: 'not_paused',
    });
    await desk.post(room(slug, 'pause'), { reason: '核对候选名单' });
    expect((await desk.ask('POST', room(slug, 'pause'), { reason: '再次暂停' })).body).toEqual({
      code: 'already_paused',
    });
    expect(await actsOf(id)).toHaveLength(1);
    const over = await site.contest({
      rounds: [{ opens: inHours(-2), closes: inHours(-1), numbers: null }],
    });
    expect((await desk.ask('POST', room(over.slug, 'pause'), { reason: '为时已晚' })).body).toMatchObject({
      code: 'round_over',
    });
    expect(await logOf(over.id)).toEqual([]);
  });

  test.each([
    ['none', undefined],
    ['blanks', '   '],
    ['too short', '太 短'],
    ['too long', '长'.repeat(201)],
    ['a number', 7],
  ])('without a reason of 4 to 200 characters (%s) is refused', async (_, reason) => {
    const { slug, id } = await site.contest();
    expect(await desk.ask('POST', room(slug, 'pause'), { reason })).toEqual({
      status: 422,
      body: { code: 'reason_missing' },
    });
    expect(await actsOf(id)).toEqual([]);
  });
});

describe('an extension', () => {
  test('moves the closing: a ballot after the old one is taken, and the page says why', async () => {
    const closes = inHours(2);
    const { slug, id } = await site.contest({
      rounds: [{ opens: inHours(-1), closes, numbers: null }],
      schedule: [
        { phase: 'voting', from: inHours(-1) },
        { phase: 'judging', from: closes },
        { phase: 'notice', from: inHours(100) },
      ],
      reveal: { kind: 'sealed', from: closes },
    });
    await site.visitor(slug).cast([1]);
    const later = inHours(10);
    await desk.post(room(slug, 'extend'), { round: 0, closes: later, reason: '连日暴雨，部分村居断网' });
    const now = site.now();
    await at(now + 3 * HOUR_MS);
    expect((await site.visitor(slug).cast([2])).status).toBe(201);
    await contestAt(site, slug);
    expect(await contestAt(site, slug)).toMatchObject({
      phase: 'voting',
      rounds: [{ closes: later }],
      schedule: [{}, { phase: 'judging', from: later }, { phase: 'notice' }],
      reveal: { from: later },
      extended: [{ round: 0, from: closes, reason: '连日暴雨，部分村居断网' }],
    });
    await at(now + 11 * HOUR_MS);
    expect((await site.visitor(slug).cast([3])).body.code).toBe('already_closed');
    expect(await actsOf(id)).toMatchObject([
      {
        kind: 'extension',
        act: { actor: '柳青禾', reason: '连日暴雨，部分村居断网', round: 0, from: closes, closes: later },
      },
    ]);
    expect(await site.verify(slug)).toMatchObject({ ballots: 2 });
  });

  test('is never earlier, never the same, never into the next round, and never of a round that is over', async () => {
    const [first, opens, last] = [inHours(2), inHours(4), inHours(8)];
    const { slug, id } = await site.contest({
      rounds: [
        { opens: inHours(-1), closes: first, numbers: null },
        { opens, closes: last, numbers: [1, 2] },
      ],
    });
    const reason = '应各方请求';
    const ask = async (round: number, closes: string) =>
      (await desk.ask<{ code: string }>('POST', room(slug, 'extend'), { round, closes, reason })).body;
    expect(await ask(0, inHours(1))).toEqual({ code: 'not_later', closes: first });
    expect(await ask(0, first)).toEqual({ code: 'not_later', closes: first });
    expect(await ask(0, inHours(5))).toEqual({ code: 'not_so_late', latest: opens });
    expect(await ask(2, inHours(9))).toEqual({ code: 'bad_request', field: 'round' });
    expect(await ask(0, '2026-13-45')).toEqual({ code: 'bad_request', field: 'closes' });
    const now = site.now();
    await at(now + 3 * HOUR_MS);
    expect(await ask(0, opens)).toEqual({ code: 'round_over', closes: first });
    expect(await actsOf(id)).toEqual([]);
    expect(await contestAt(site, slug)).toMatchObject({ rounds: [{ closes: first }, { closes: last }] });
  });

  test('moves along what organizers are preparing, so that publishing it does not undo it', async () => {
    const { slug, id, settings } = await site.contest();
    await sql`update contest set draft = ${draftDocument.text({ settings: { ...settings, slogan: '新口号' }, collection: collectionFor(settings) })}::jsonb where id = ${id}`.execute(
      fresh.database.db,
    );
    const closes = inHours(150);
    await desk.post(room(slug, 'extend'), { round: 0, closes, reason: '应各方请求' });
    await desk.post(room(slug, 'pause'), { reason: '核对候选名单' });
    const row = await readStored(fresh.database.db, slug);
    expect(row.draft?.settings).toMatchObject({
      slogan: '新口号',
      rounds: [{ closes }],
      paused: { reason: '核对候选名单' },
    });
    expect(row.draftVersion).toBe(2);
    await site.verify(slug);
  });

  test('moves what stands at the closing or would come before the new one, keeps the order, and nothing else', () => {
    const now = Date.parse('2026-10-20T00:00:00.000Z');
    const iso = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();
    const settings: Settings = settingsOf(now, {
      rounds: [{ opens: iso(-1), closes: iso(10), numbers: null }],
      schedule: [
        { phase: 'voting', from: iso(-1) },
        { phase: 'judging', from: iso(10) },
        { phase: 'notice', from: iso(12) },
        { phase: 'result', from: iso(40) },
      ],
      reveal: { kind: 'sealed', from: iso(30) },
    });
    const moved = extendRound(settings, 0, iso(15));
    expect(moved.schedule.map((step) => step.from)).toEqual([iso(-1), iso(15), iso(17), iso(40)]);
    expect(moved.reveal).toEqual(settings.reveal);
    const far = extendRound(settings, 0, iso(45));
    expect(far.schedule.map((step) => step.from)).toEqual([iso(-1), iso(45), iso(47), iso(75)]);
    expect(far.reveal).toEqual({ kind: 'sealed', from: iso(65) });
  });
});

describe('an announcement', () => {
  test('is read by citizens and taken down again, without an act in the ledger', async () => {
    const { slug, id } = await site.contest();
    await desk.post(room(slug, 'announcements'), { text: '投票期间请勿轻信代投。', until: inHours(5) });
    await desk.post(room(slug, 'announcements'), { text: '今晚 22 点起维护半小时。' });
    const shown = (await contestAt(site, slug)).announcements ?? [];
    expect(shown.map(({ text, until }) => ({ text, until }))).toEqual([
      { text: '今晚 22 点起维护半小时。', until: null },
      { text: '投票期间请勿轻信代投。', until: inHours(5) },
    ]);
    const gone = await desk.ask('DELETE', room(slug, `announcements/${shown[0]?.at}`));
    expect(gone.status).toBe(200);
    expect((await contestAt(site, slug)).announcements).toMatchObject([{ text: '投票期间请勿轻信代投。' }]);
    expect((await desk.ask('DELETE', room(slug, `announcements/${shown[0]?.at}`))).status).toBe(404);
    expect((await site.visitor(slug).cast([1])).status).toBe(201);
    expect(await actsOf(id)).toEqual([]);
    expect((await logOf(id)).map(({ act }) => act)).toEqual([
      'announcement.add',
      'announcement.add',
      'announcement.remove',
    ]);
    await site.verify(slug);
  });

  test('during the vote moves the contest on without freezing the same rules once more', async () => {
    const { slug, id } = await site.contest();
    const frozen = async () =>
      (await site.parts.db.selectFrom('contest').select('version').where('id', '=', id).executeTakeFirst())
        ?.version;
    expect((await site.visitor(slug).cast([1])).status).toBe(201);
    const before = { version: await frozen(), entries: (await site.verify(slug)).entries };
    await desk.post(room(slug, 'announcements'), { text: '今晚 22 点起维护半小时。' });
    expect((await site.visitor(slug).cast([2])).status).toBe(201);
    expect(await frozen()).toBe((before.version ?? 0) + 1);
    expect((await site.verify(slug)).entries).toBe(before.entries + 1);
  });

  test('has 1 to 200 characters and an end that is still to come, and there are at most twenty', async () => {
    const { slug } = await site.contest();
    const add = (body: object) => desk.ask('POST', room(slug, 'announcements'), body);
    expect((await add({ text: '  ' })).status).toBe(400);
    expect((await add({ text: '字'.repeat(201) })).status).toBe(400);
    expect((await add({ text: '已过期', until: inHours(-1) })).body).toMatchObject({ code: 'not_later' });
    for (let i = 0; i < 20; i++) expect((await add({ text: `第 ${i + 1} 条` })).status).toBe(200);
    expect((await add({ text: '第 21 条' })).body).toEqual({ code: 'too_many_announcements', most: 20 });
  });
});

test('a contest that is not published, archived, or not there is not steered; nor by anybody but an organizer', async () => {
  const { slug, id } = await site.contest();
  const set = (text: string) =>
    sql.raw(`update contest set ${text} where id = ${id}`).execute(fresh.database.db);
  const pause = (who: Desk, at = slug) => who.ask('POST', room(at, 'pause'), { reason: '核对候选名单' });
  await set('published_at = null');
  expect((await pause(desk)).body).toEqual({ code: 'not_now' });
  await set('published_at = now(), archived_at = now()');
  expect((await pause(desk)).body).toMatchObject({ code: 'archived' });
  await set('archived_at = null');
  expect((await pause(desk, 'no-such')).status).toBe(404);
  for (const role of ['administrator', 'reviewer', 'auditor'] as const)
    expect((await pause(await signIn(site, [role]))).status).toBe(403);
});
