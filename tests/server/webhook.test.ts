import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '@zuimei/server/config.ts';
import { isOutside, post, targetAt } from '@zuimei/server/webhook/target.ts';
import { newsLines, type WebhookDraft, type WebhookView, webhookEvents } from '@zuimei/shared/webhook.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { openCollection, personValues } from './filed.ts';

const MINUTE_MS = 60_000;

/** A robot of the chat, here: it keeps what it hears and answers as it is told to. */
let robot: Server;
let origin: string;
let heard: string[] = [];
let answer: { status: number; body: string; headers?: Record<string, string>; after?: Promise<void> };
let fresh: FreshDatabase;
let site: TestSite;
beforeAll(async () => {
  robot = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', async () => {
      heard.push(body);
      await answer.after;
      reply.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => robot.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(robot.address() as AddressInfo).port}`;
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { webhookOrigins: [origin] });
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
  robot.closeAllConnections();
  await new Promise((resolve) => robot.close(resolve));
});
beforeEach(() => {
  heard = [];
  answer = { status: 200, body: '{"errcode":0,"errmsg":"ok"}' };
});

const said = (): string[] =>
  heard.map((body) => (JSON.parse(body) as { text: { content: string } }).text.content);
const draftOf = (change: Partial<WebhookDraft> = {}): WebhookDraft => ({
  address: `${origin}/cgi-bin/webhook/send?key=secret-key-9f3a`,
  events: [...webhookEvents],
  on: true,
  ...change,
});

async function contestWithRobot(change: Partial<WebhookDraft> = {}) {
  const contest = await openCollection(site);
  const path = `${contest.base}/webhook`;
  const set = await contest.organizer.ask<WebhookView>('PUT', path, draftOf(change));
  return { ...contest, path, set, view: () => contest.organizer.get<WebhookView>(path) };
}

describe('where a robot may be', () => {
  test.each([
    ['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1', true],
    ['http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1', false],
    ['https://127.0.0.1/send', false],
    ['https://2130706433/send', false],
    ['https://0x7f.1/send', false],
    ['https://[::1]/send', false],
    ['https://[::ffff:10.0.0.1]/send', false],
    ['https://[64:ff9b::a00:1]/send', false],
    ['https://[2002:a00:1::]/send', false],
    ['https://169.254.169.254/latest', false],
    ['https://localhost/send', false],
    ['https://user:word@qyapi.weixin.qq.com/', false],
    ['ftp://qyapi.weixin.qq.com/', false],
    ['http://10.20.0.5:8080/send', true],
    ['http://10.20.0.5:8081/send', false],
  ])('%s: %s', (text, is) => {
    expect(targetAt(text, ['http://10.20.0.5:8080']) !== null).toBe(is);
  });

  test('is said by the operator as a whole origin, and anything else stops the start', () => {
    expect(
      readConfig({ WEBHOOK_ORIGINS: 'http://10.20.0.5:8080, https://hook.example' }).webhookOrigins,
    ).toEqual(['http://10.20.0.5:8080', 'https://hook.example']);
    for (const text of ['10.20.0.5', 'http://10.20.0.5/send', 'file:///etc'])
      expect(() => readConfig({ WEBHOOK_ORIGINS: text })).toThrow(/WEBHOOK_ORIGINS/);
  });

  test('is looked at again when a name is looked up: one that leads inside is not connected to', async () => {
    expect(['10.0.0.1', '192.168.3.4', '::1', 'fe80::1', '8.8.8.8', '2400:3200::1'].map(isOutside)).toEqual([
      ...[false, false, false, false, true, true],
    ]);
    const inside = await post(new URL('https://localhost:1/'), 'x', []);
    expect(inside).toEqual({ ok: false, words: '这个地址在内网，没有发送' });
  });
});

describe('the address', () => {
  test('is sealed where it is kept, shown masked, and stands in no record of what staff did', async () => {
    const { set, view, id } = await contestWithRobot();
    expect(set.status).toBe(200);
    expect(await view()).toMatchObject({ address: `${origin}/…9f3a`, on: true, problem: null });
    const { rows } = await sql<{ text: string }>`
      select encode(address, 'escape') || (select string_agg(subject || reason, '') from action_log where contest = ${id}) as text
      from webhook where contest = ${id}`.execute(site.parts.db);
    expect(rows[0]?.text).not.toContain('secret-key');
  });

  test('must be one that may be sent to; without one nothing can be switched on, and an empty one keeps what there is', async () => {
    const refused = await contestWithRobot({ address: 'https://192.168.1.9/send' });
    expect([refused.set.status, refused.set.body]).toMatchObject([422, { code: 'webhook_address' }]);
    const none = await refused.organizer.ask('PUT', refused.path, draftOf({ address: '' }));
    expect([none.status, none.body]).toMatchObject([409, { code: 'webhook_missing' }]);
    const { organizer, path, view } = await contestWithRobot();
    await organizer.ask('PUT', path, draftOf({ address: '', on: false, events: ['objection'] }));
    expect(await view()).toMatchObject({ address: `${origin}/…9f3a`, on: false, events: ['objection'] });
  });

  test('is for organizers alone', async () => {
    const { path } = await contestWithRobot();
    const reviewer = await signIn(site, ['reviewer'], '李审核');
    expect((await reviewer.ask('GET', path)).status).toBe(403);
  });
});

describe('what is told', () => {
  test('is how many were sent, sent again and objected, and that the deadline nears; no name, no number of votes', () => {
    const lines = newsLines(
      {
        deadline: { closes: '2026-03-20T09:00:00.000Z', silent: 2 },
        ...{ submitted: 3, resubmitted: 1, objections: 1, held: true },
      },
      webhookEvents,
      () => '3月20日 17:00',
    );
    expect(lines).toEqual([
      '报送将于 3月20日 17:00 截止，还有 2 个单位没有报送。',
      '新报送 3 份。',
      '退回后重报 1 份。',
      '收到异议 1 件，请在期限内办理。',
      '有选票被标记待核，请审计人员在控制台查看。',
    ]);
  });

  test('comes once, a minute after at the latest, and only of what was chosen', async () => {
    const { organizer, base, unit, view, plan } = await contestWithRobot({
      events: ['submitted', 'resubmitted'],
    });
    const { desk } = await unit('青石镇人民政府');
    const send = async (): Promise<void> => {
      const { nominations } = await desk.get<{ nominations: { id: number; version: number }[] }>(
        '/api/console/unit',
      );
      const [one] = nominations;
      await sql`insert into nomination_event (nomination, actor, act, at) values (${one?.id}, '单位', 'submit', ${new Date(site.now() + 1_000)})`.execute(
        site.parts.db,
      );
    };
    await desk.post('/api/console/unit/nominations', { kind: 'person', values: personValues('林立夏') });
    await send();
    site.pass(MINUTE_MS);
    await site.parts.webhooks.tell();
    await site.parts.webhooks.tell();
    expect(said()).toEqual([`“${plan.settings.title}”\n新报送 1 份。`]);
    expect(heard[0]).not.toMatch(/林立夏|1380000|青石/);
    expect((await view()).sentAt).not.toBeNull();
    await sql`insert into nomination_event (nomination, actor, act, at)
      select nomination, '主办', 'return', ${new Date(site.now())} from nomination_event order by id desc limit 1`.execute(
      site.parts.db,
    );
    await send();
    site.pass(MINUTE_MS);
    await site.parts.webhooks.tell();
    expect(said().at(-1)).toBe(`“${plan.settings.title}”\n退回后重报 1 份。`);
    expect(await organizer.get(`${base}/webhook`)).toMatchObject({ problem: null });
  });

  test('is tried three times and then given up, and the page says why; what was told since is not told twice', async () => {
    const { path, organizer, id, view } = await contestWithRobot({ events: ['objection'] });
    answer = { status: 200, body: '{"errcode":45009,"errmsg":"api freq out of limit"}' };
    await sql`insert into objection (contest, no, entry, code, received_at)
      values (${id}, 1, 0, decode(repeat('ab', 32), 'hex'), ${new Date(site.now() + 1000)})`.execute(
      site.parts.db,
    );
    for (let minute = 0; minute < 12; minute++) {
      site.pass(MINUTE_MS);
      await site.parts.webhooks.tell();
    }
    expect(heard).toHaveLength(3);
    expect((await view()).problem?.words).toBe('对方没有收下：45009 api freq out of limit，已放弃这一条');
    answer = { status: 200, body: '{"errcode":0,"errmsg":"ok"}' };
    expect(await organizer.post(`${path}/try`)).toEqual({ ok: true, words: '对方已收下（ok）' });
    expect(said().at(-1)).toContain('测试消息');
  });

  test('goes nowhere else: a redirect is not followed, and what cannot be reached is said', async () => {
    const { path, organizer } = await contestWithRobot();
    answer = { status: 302, body: '', headers: { location: `${origin}/elsewhere` } };
    expect(await organizer.post(`${path}/try`)).toEqual({
      ok: false,
      words: '对方要求转到别处（302），没有跟随',
    });
    expect(heard).toHaveLength(1);
    answer = { status: 500, body: 'x'.repeat(100_000) };
    expect(await organizer.post(`${path}/try`)).toEqual({ ok: false, words: '对方回答 HTTP 500' });
  });

  test('is tried once at a time by one account, however slow the robot is', async () => {
    const { path, organizer } = await contestWithRobot();
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = { ...answer, after: promise };
    const first = organizer.post(`${path}/try`);
    await vi.waitUntil(() => heard.length === 1);
    const second = await organizer.ask('POST', `${path}/try`);
    expect([second.status, second.body]).toMatchObject([429, { code: 'under_way' }]);
    resolve();
    expect(await first).toMatchObject({ ok: true });
    expect(await organizer.post(`${path}/try`)).toMatchObject({ ok: true });
    expect(heard).toHaveLength(2);
  });
});
