import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '@zuimei/server/db.ts';
import { createSums } from '@zuimei/server/live/arrivals.ts';
import { createRefusalDays } from '@zuimei/server/live/daily.ts';
import { createRefusals } from '@zuimei/server/live/refused.ts';
import { parseAccount } from '@zuimei/server/wechat/account.ts';
import type { PublicAct } from '@zuimei/shared/audit.ts';
import { channels, type LiveView } from '@zuimei/shared/live.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';

const MINUTE_MS = 60_000;
/** In the middle of a minute of an hour, so that a test that takes its time stays in both. */
const NOW = Date.parse('2026-10-20T04:30:20.000Z');
/** Channels by which a page's ballot comes; one by message has no browser. */
const pages = ['unknown', 'wechat', 'phone', 'computer'] as const;
const agents = {
  unknown: '',
  wechat: `Mozilla/5.0 (Linux; Android 12; ${'x'.repeat(260)}) Mobile Safari/537.36 MicroMessenger/8.0.27.2220`,
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1',
  computer: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36',
};
/** Addresses of public services and of nobody, and where the address data has them. */
const places = {
  '61.128.128.68': '重庆市',
  '202.96.128.86': '广东省广州市',
  '8.8.8.8': '境外',
  '10.1.2.3': '未知',
  '2001:db8::7': '未知',
};

let fresh: MovableDatabase;
let site: TestSite;
let desk: Desk;
let auditor: Desk;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { trusted: '127.0.0.1', now: NOW });
});
beforeEach(() => at(NOW));
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

async function at(ms: number): Promise<void> {
  site.at(ms);
  await fresh.at(ms);
  desk = await signIn(site, ['organizer']);
  auditor = await signIn(site, ['auditor']);
}

const live = (slug: string, who = desk, since = '') =>
  who.get<LiveView>(`/api/console/contests/${slug}/live${since && `?since=${since}`}`);
const iso = (hours: number) => new Date(NOW + hours * HOUR_MS).toISOString();
/** Open for days before now and after it; nobody is asked for a proof. */
const wide: Partial<Settings> = {
  thresholds: {
    'score.challenge': 0,
    'score.hold': 0,
    'ip.abroad.challenge': -1,
    'net.abroad.challenge': -1,
    'device.challenge': -1,
  },
  rounds: [{ opens: iso(-200), closes: iso(100), numbers: null }],
  schedule: [
    { phase: 'voting', from: iso(-200) },
    { phase: 'judging', from: iso(100) },
  ],
};

interface From {
  address?: string;
  agent?: string;
  seen?: object;
}

async function cast(slug: string, picks: number[], { address, agent, seen }: From = {}) {
  const voter = site.visitor(slug);
  return await site.post(slug, voter.request(picks, seen ? { seen } : {}), {
    cookie: voter.cookie,
    ...(address ? { 'x-forwarded-for': address } : {}),
    ...(agent === undefined ? {} : { 'user-agent': agent }),
  });
}

/** A choice from a list that is the same in every run. */
function createDice(seed: number) {
  let state = seed;
  return <T>(list: readonly T[]): T => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return list[(state >>> 8) % list.length] as T;
  };
}

describe('the dashboard', () => {
  test('agrees with the ledger, whoever voted when, from where and by what', async () => {
    const { slug, id } = await site.contest({ ...wide, policy: 'strict' });
    const dice = createDice(7);
    const device = randomUUID();
    const [byPlace, byChannel] = [new Map<string, number>(), new Map<string, number>()];
    const grow = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
    // Long ago, yesterday, within the hour, and this minute; in between the dashboard is looked at.
    for (const minutes of [-4000, -1000, -1000, -45, -20, 0]) {
      await at(NOW + minutes * MINUTE_MS);
      for (let i = 0; i < 12; i++) {
        const address = dice(Object.keys(places)) as keyof typeof places;
        const channel = dice(pages);
        const robot = dice([true, false]);
        const answer = await cast(slug, dice([[1], [2, 3], [1, 5, 8], [2]]), {
          address,
          agent: agents[channel],
          ...(robot ? { seen: { device, dwellMs: 5, touches: 0 } } : {}),
        });
        expect(answer.status).toBe(201);
        grow(byPlace, places[address]);
        grow(byChannel, channel);
      }
      if (dice([true, false])) await live(slug);
    }
    const view = await live(slug);
    const { rows } = await sql<{ at: Date; state: 'counted' | 'held'; picks: number[] }>`
      select at, state, picks from ledger_entry where contest = ${id} and kind = 'ballot' order by index`.execute(
      fresh.database.db,
    );
    const held = rows.filter((row) => row.state === 'held').length;
    expect(held).toBeGreaterThan(5);
    expect(rows).toHaveLength(72);
    const since = (minutes: number) => rows.filter((row) => row.at.getTime() > NOW - minutes * MINUTE_MS);
    expect(view.ballots).toEqual({
      counted: 72 - held,
      held,
      lastMinute: 12,
      lastHour: 36,
      unscreened: 0,
    });
    expect(view.progress).toBe(1);
    expect(
      view.candidates?.map(({ number, votes, held: waiting, lastHour }) => [
        number,
        votes,
        waiting,
        lastHour,
      ]),
    ).toEqual(
      Array.from({ length: 8 }, (_, i) => {
        const of = (list: typeof rows) => list.filter((row) => row.picks.includes(i + 1));
        const mine = of(rows);
        const waiting = mine.filter((row) => row.state === 'held').length;
        return [i + 1, mine.length - waiting, waiting, of(since(60)).length];
      }),
    );
    expect(new Map(view.regions.map((one) => [one.name, one.ballots]))).toEqual(byPlace);
    expect(view.channels).toEqual(
      channels.map((channel) => ({ channel, ballots: byChannel.get(channel) ?? 0 })),
    );
    expect(pointsOf(view.minutes, MINUTE_MS)).toEqual({
      [NOW - 1000 * MINUTE_MS - 20_000]: 24,
      [NOW - 45 * MINUTE_MS - 20_000]: 12,
      [NOW - 20 * MINUTE_MS - 20_000]: 12,
      [NOW - 20_000]: 12,
    });
    expect(view.minutes.counts).toHaveLength(1440);
    expect(Object.values(pointsOf(view.hours, HOUR_MS)).reduce((sum, n) => sum + n, 0)).toBe(72);
    expect(view.attention).toContainEqual({ kind: 'held', ballots: held });
    await site.verify(slug);
  });

  test('gives only the minutes that are new to who has the others', async () => {
    const { slug } = await site.contest(wide);
    await cast(slug, [1]);
    const first = await live(slug);
    await at(NOW + 2 * MINUTE_MS);
    await cast(slug, [1]);
    const next = await live(slug, desk, iso(0));
    expect(first.minutes.counts.at(-1)).toBe(1);
    expect(next.minutes).toEqual({ from: new Date(NOW - 20_000).toISOString(), counts: [1, 0, 1] });
    expect((await desk.ask('GET', `/api/console/contests/${slug}/live?since=yesterday`)).status).toBe(400);
  });

  test('reads a long ledger piece by piece, each entry once, also while ballots come in', async () => {
    const { slug, id } = await site.contest(wide);
    for (let i = 0; i < 30; i++) await cast(slug, [1 + (i % 3)], { address: '61.128.128.68' });
    const pieces = createSums(fresh.database.db, site.parts.addresses, site.now, () => false, {
      chunk: 7,
      patienceMs: 0,
    });
    const first = await pieces.read(id);
    expect([first.upto, first.size]).toEqual([7, 31]);
    await cast(slug, [3]);
    await expect.poll(async () => (await pieces.read(id)).upto).toBe(32);
    const whole = await createSums(fresh.database.db, site.parts.addresses, site.now, () => false).read(id);
    expect(await pieces.read(id)).toEqual(whole);
    expect(Object.fromEntries(whole.regions)).toEqual({ 重庆市: 30, 未知: 1 });
    expect([...whole.picks.values()][0]).toEqual(
      new Map([
        [1, 10],
        [2, 10],
        [3, 11],
      ]),
    );
  });

  test('says what was refused and why, also after a restart, and the day’s total is an entry of the ledger, once', async () => {
    const { slug } = await site.contest(wide);
    const voter = site.visitor(slug);
    await voter.cast([1]);
    await voter.cast([2]);
    await voter.cast([2, 3]);
    await site.visitor(slug).cast([99]);
    const other = await site.contest(wide);
    const by = [
      { code: 'quota_spent', count: 2 },
      { code: 'unknown_candidate', count: 1 },
    ];
    await site.parts.refusals.keep();
    await site.parts.refusals.keep();
    // Nothing of what is told is in the memory of this process: another one, or this one after a restart, says the same.
    expect((await live(slug)).refused).toMatchObject({
      total: 3,
      by,
      since: expect.stringMatching(/:00\.000Z$/),
    });
    expect((await live(other.slug)).refused).toEqual({ since: null, total: 0, by: [] });

    const sealing = (hours = 24) =>
      createRefusalDays(fresh.database.db, site.parts.ledger).seal(NOW + hours * HOUR_MS);
    await sealing(0);
    await Promise.all([sealing(), sealing()]);
    await sealing();
    const acts = (await (await site.call(`/api/contests/${slug}/acts`)).json()) as PublicAct[];
    expect(acts.filter((act) => act.kind === 'refusals').map((act) => act.reason)).toEqual([
      '2026-10-20 共 3 次',
    ]);
    const { rows } = await sql<{ act: unknown }>`
      select e.act from ledger_entry e join contest c on c.id = e.contest where e.kind = 'refusals' and c.slug = ${slug}`.execute(
      fresh.database.db,
    );
    expect(rows).toMatchObject([
      { act: { day: '2026-10-20', total: 3, reasons: { quota_spent: 2, unknown_candidate: 1 } } },
    ]);
    await site.verify(slug);
  });

  test('refusals that could not be written down wait for the next time', async () => {
    const { slug } = await site.contest(wide);
    let broken = true;
    const { db } = fresh.database;
    const refusals = createRefusals({
      getExecutor() {
        if (broken) throw new Error('the database is away');
        return db.getExecutor();
      },
    } as unknown as Db);
    refusals.note(slug, 'paused', 4);
    await expect(refusals.keep()).rejects.toThrow('away');
    refusals.note(slug, 'paused', 1);
    broken = false;
    await refusals.keep();
    expect((await live(slug)).refused).toMatchObject({ total: 5, by: [{ code: 'paused', count: 5 }] });
  });

  test('names a candidate whose part of an hour is many times that of the day', async () => {
    const { slug, id } = await site.contest({ ...wide, policy: 'strict' });
    await at(NOW - 5 * HOUR_MS);
    await cast(slug, [1]);
    // Ballots of a day before this hour by the hundred: written as the ledger would have them, for this reader alone.
    const copy = (ago: number, from: number, count: number, picks: string) =>
      sql
        .raw(`insert into ledger_entry (contest, index, at, kind, round, state, commitment, picks, tag)
        select ${id}, ${from} + i, to_timestamp(${(NOW - ago) / 1000}), 'ballot', 0, 'counted', sha256(''), '${picks}', substr(sha256(int4send(i)), 1, 16)
        from generate_series(0, ${count - 1}) i`)
        .execute(fresh.database.db);
    await copy(4 * HOUR_MS, 2, 180, '{1,2}');
    await copy(4 * HOUR_MS, 182, 20, '{3}');
    await copy(10 * MINUTE_MS, 202, 110, '{3}');
    await copy(10 * MINUTE_MS, 312, 90, '{1,2}');
    await sql`update ledger_head set size = 402 where contest = ${id}`.execute(fresh.database.db);
    await at(NOW);
    const { attention } = await live(slug);
    expect(attention).toContainEqual({ kind: 'surge', number: 3, name: '候选3', lastHour: 110, tenths: 55 });
    expect(attention.filter((one) => one.kind === 'surge')).toHaveLength(1);
  });

  test('says that it is paused, that the sealer is late, and how the rest is', async () => {
    const { slug } = await site.contest(wide);
    await cast(slug, [1]);
    await site.seal();
    expect(await live(slug)).toMatchObject({
      stage: 'open',
      checkpoint: { size: 2, entries: 2 },
      health: { counters: 'ok', sealer: 'ok', server: 'ok' },
      attention: [],
    });
    await cast(slug, [1]);
    await desk.post(`/api/console/contests/${slug}/pause`, { reason: '核对候选名单' });
    await at(NOW + MINUTE_MS);
    expect(await live(slug)).toMatchObject({
      health: { sealer: 'late' },
      attention: [
        { kind: 'paused', reason: '核对候选名单' },
        { kind: 'sealer', pending: 2 },
      ],
    });
  });

  test('before voting lists what is missing, also of a contest that is not published', async () => {
    const { slug, id } = await site.contest(
      { rounds: [{ opens: iso(5), closes: iso(9), numbers: null }] },
      0,
    );
    await sql`update contest set published_at = null where id = ${id}`.execute(fresh.database.db);
    const view = await live(slug);
    expect(view).toMatchObject({ stage: 'before', published: false });
    expect(view.checks.filter((one) => one.must && !one.ok).map((one) => one.code)).toEqual([
      'published',
      'candidates',
      'categories',
    ]);
    expect((await desk.ask('GET', '/api/console/contests/no-such/live')).status).toBe(404);
  });

  test('before voting asks for an account in WeChat where, and only where, WeChat is to say who voters are', async () => {
    const early = { rounds: [{ opens: iso(5), closes: iso(9), numbers: null }] };
    const wechat = { outside: 'refused', early: false, follow: false, keyword: '' } as const;
    const asking = await site.contest({ ...early, wechat });
    const plain = await site.contest({ ...early, wechat: null });
    const of = async (slug: string, who = desk) =>
      (await live(slug, who)).checks.filter((one) => one.code === 'wechat');
    expect(await of(plain.slug)).toEqual([]);
    expect(await of(asking.slug)).toEqual([{ code: 'wechat', ok: false, must: true, count: 0 }]);
    const account = parseAccount({ WX_APPID: `wx${'0'.repeat(16)}`, WX_SECRET: '0'.repeat(32) });
    const connected = await createSite(fresh.database.db, { now: NOW, ...(account && { account }) });
    const there = await signIn(connected, ['organizer']);
    expect(await of(asking.slug, there)).toEqual([{ code: 'wechat', ok: true, must: true, count: 0 }]);
    await connected.close();
  });
});

describe('while counts are sealed', () => {
  const sealed: Partial<Settings> = { ...wide, reveal: { kind: 'sealed', from: iso(100) } };

  /** What differs between any two contests, put out of the way. */
  const plain = (view: LiveView) => ({ ...view, slug: '', health: { ...view.health, databaseMs: 0 } });

  test('two contests whose ballots differ only in whom they pick look the same to organizers and auditors', async () => {
    const [one, other] = [await site.contest(sealed), await site.contest(sealed)];
    for (let i = 0; i < 12; i++)
      for (const [slug, pick] of [
        [one.slug, 3],
        [other.slug, 1 + (i % 8)],
      ] as const) {
        await at(NOW + i * 1000);
        await cast(slug, [pick], i % 2 ? { seen: { device: `same ${slug}`, dwellMs: 5, touches: 0 } } : {});
      }
    await at(NOW + 15_000);
    for (const who of [desk, auditor]) {
      const view = await live(one.slug, who);
      expect(view.candidates).toBeNull();
      expect(view.countsAsOf).toBeNull();
      expect(view.nextRevealAt).toBe(iso(100));
      expect(view.ballots).toMatchObject({ counted: 12, lastMinute: 12 });
      expect(plain(view)).toEqual(plain(await live(other.slug, who)));
    }
    await at(NOW + 101 * HOUR_MS);
    expect((await live(one.slug)).candidates?.[2]).toMatchObject({ number: 3, votes: 12 });
  });

  test('daily counts are shown as the public last saw them, and no last hour', async () => {
    // 18:00 in Shanghai is 10:00 UTC.
    const { slug } = await site.contest({ ...wide, reveal: { kind: 'daily', at: 18 * 60 } });
    await at(Date.parse('2026-10-19T09:00:00.000Z'));
    await cast(slug, [2]);
    await at(NOW);
    await cast(slug, [2]);
    const view = await live(slug);
    expect(view.countsAsOf).toBe('2026-10-19T10:00:00.000Z');
    expect(view.candidates?.[1]).toMatchObject({ number: 2, votes: 1, lastHour: null });
    expect(view.ballots.counted).toBe(2);
    expect(view.attention.some((one) => one.kind === 'surge')).toBe(false);
  });
});

test('the embedded database gives the same sums', async () => {
  const embedded = await freshDatabase('embedded');
  const small = await createSite(embedded.database.db, { trusted: '127.0.0.1' });
  const { slug } = await small.contest();
  const voter = small.visitor(slug);
  const headers = { cookie: voter.cookie, 'x-forwarded-for': '61.128.128.68', 'user-agent': agents.wechat };
  await small.post(slug, voter.request([2, 3]), headers);
  const view = await (await signIn(small, ['organizer'])).get<LiveView>(`/api/console/contests/${slug}/live`);
  expect(view).toMatchObject({
    ballots: { counted: 1, lastHour: 1, lastMinute: 1 },
    regions: [{ name: '重庆市', ballots: 1 }],
    health: { counters: 'ok', server: 'ok' },
    progress: 1,
  });
  expect(view.channels[1]).toEqual({ channel: 'wechat', ballots: 1 });
  expect(view.candidates?.map((one) => one.lastHour)).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
  await small.close();
  await embedded.drop();
});

test('only organizers and auditors see it', async () => {
  const { slug } = await site.contest(wide);
  for (const role of ['administrator', 'reviewer', 'expert'] as const)
    expect((await (await signIn(site, [role])).ask('GET', `/api/console/contests/${slug}/live`)).status).toBe(
      403,
    );
  expect((await live(slug, auditor)).slug).toBe(slug);
});

/** The points of a curve that are not zero, by their instant in ms. */
function pointsOf({ from, counts }: LiveView['minutes'], spanMs: number): Record<number, number> {
  return Object.fromEntries(
    counts.flatMap((count, i) => (count > 0 ? [[Date.parse(from) + i * spanMs, count]] : [])),
  );
}
