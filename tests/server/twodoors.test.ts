import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/** Four routes stand twice: by hand on node:http (direct.ts), and in the router. One corpus goes through both. */
let fresh: FreshDatabase;
let site: TestSite;
let routed: { port: number; close(): void };

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true, publicUrl: 'http://vote.example.cn' });
  const listener = getRequestListener(site.app.fetch);
  const server = createServer((incoming, outgoing) => {
    site.parts.headers.dress(outgoing, incoming.url ?? '');
    void listener(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  routed = { port: (server.address() as AddressInfo).port, close: () => server.close() };
});
afterAll(async () => {
  routed.close();
  await site.close();
  await fresh.drop();
});

/** What the connection adds. */
const carriage = ['date', 'connection', 'keep-alive'];
/** What binds only what a browser shows: those JSON can do without are left out by hand (http/headers.ts). */
const dressing = ['content-security-policy', 'referrer-policy'];

interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Got {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function send(port: number, { method = 'GET', path, headers = {}, body }: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', () => {
        const kept = { ...incoming.headers };
        for (const name of path.startsWith('/c/') ? carriage : [...carriage, ...dressing]) delete kept[name];
        // Nobody keeps what came of a POST, with or without being told.
        if (method === 'POST') delete kept['cache-control'];
        resolve({
          status: incoming.statusCode,
          headers: kept,
          body: Buffer.concat(pieces).toString('base64'),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test.each<[string, (slug: string) => Sent]>([
  ['a contest', (slug) => ({ path: `/api/contests/${slug}` })],
  ['a contest, packed', (slug) => ({ path: `/api/contests/${slug}`, headers: { 'accept-encoding': 'br' } })],
  ['a contest, gzip', (slug) => ({ path: `/api/contests/${slug}`, headers: { 'accept-encoding': 'gzip' } })],
  ['a contest that is not there', () => ({ path: '/api/contests/nowhere' })],
  ['its counts', (slug) => ({ path: `/api/contests/${slug}/tally` })],
  [
    'its counts, packed',
    (slug) => ({ path: `/api/contests/${slug}/tally`, headers: { 'accept-encoding': 'br, gzip' } }),
  ],
  ['counts of what is not there', () => ({ path: '/api/contests/nowhere/tally' })],
  ['a page that lies ready', (slug) => ({ path: `/c/${slug}` })],
  ['a page, packed', (slug) => ({ path: `/c/${slug}`, headers: { 'accept-encoding': 'br' } })],
  ['a page of 长辈版', (slug) => ({ path: `/c/${slug}`, headers: { cookie: 'elder=1' } })],
  ['a page for a shared number', (slug) => ({ path: `/c/${slug}?n=1` })],
  ['a page that is not there', () => ({ path: '/c/nowhere' })],
  ['what is no slug', () => ({ path: '/api/contests/Nowhere..' })],
  ['a slug with a query', (slug) => ({ path: `/api/contests/${slug}?x=1` })],
])('%s is the same through both', async (_, asked) => {
  const { slug } = await site.contest();
  // A page is made by the first who asks, and lies ready for the next.
  await send(site.port, asked(slug));
  const [first, second] = [await send(site.port, asked(slug)), await send(routed.port, asked(slug))];
  expect(alike(first)).toEqual(alike(second));
});

/** Whoever is new gets a cookie of their own. */
function alike({ headers, ...rest }: Got): Got {
  const cookies = [headers['set-cookie'] ?? []].flat();
  return {
    ...rest,
    headers: { ...headers, 'set-cookie': cookies.map((one) => one.replace(/=[^;]+/, '=<own>')) },
  };
}

test('a page that lies ready shows what changed from the next second on, and gives no cookie to who has one', async () => {
  const { slug, id, settings } = await site.contest();
  const path = `/c/${slug}`;
  await send(site.port, { path });
  const { cookie } = site.visitor(slug);
  const known = await send(site.port, { path, headers: { cookie } });
  expect([known.status, known.headers['set-cookie']]).toEqual([200, undefined]);
  expect(
    (await send(site.port, { path, headers: { 'if-none-match': String(known.headers['etag']) } })).status,
  ).toBe(304);
  await site.update(id, { ...settings, title: '改名之后' });
  await site.parts.contests.reload(slug);
  const { body } = await send(site.port, { path });
  expect(Buffer.from(body, 'base64').toString()).toContain('<title>改名之后');
});

test('what has not changed is not sent again, by either', async () => {
  const { slug } = await site.contest();
  for (const path of [`/api/contests/${slug}`, `/api/contests/${slug}/tally`]) {
    const { etag } = (await send(site.port, { path })).headers;
    const headers = { 'if-none-match': String(etag) };
    const first = await send(site.port, { path, headers });
    expect(first.status).toBe(304);
    expect(await send(routed.port, { path, headers })).toEqual(first);
  }
});

const wrong: [string, (good: object) => string][] = [
  ['no JSON', () => '{'],
  ['nothing', () => ''],
  ['null', () => 'null'],
  ['a list', () => '[]'],
  ['no ballotId', (good) => JSON.stringify({ ...good, ballotId: undefined })],
  ['a ballotId that is none', (good) => JSON.stringify({ ...good, ballotId: '7' })],
  ['picks that are none', (good) => JSON.stringify({ ...good, picks: '1' })],
  ['no picks', (good) => JSON.stringify({ ...good, picks: [] })],
  ['a pick of nobody', (good) => JSON.stringify({ ...good, picks: [99] })],
  ['too many picks', (good) => JSON.stringify({ ...good, picks: [1, 2, 3, 5] })],
  ['one pick twice', (good) => JSON.stringify({ ...good, picks: [1, 1] })],
  ['a ticket that is none', (good) => JSON.stringify({ ...good, ticket: 'x' })],
  ['more than a ballot has', () => 'x'.repeat(20_000)],
];

test.each(wrong)('a ballot with %s is refused alike', async (_, textOf) => {
  const { slug } = await site.contest();
  const { cookie, request: ballot } = site.visitor(slug);
  const body = textOf(ballot([1]));
  const asked: Sent = {
    method: 'POST',
    path: `/api/contests/${slug}/ballots`,
    headers: {
      cookie,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  };
  const [first, second] = [await send(site.port, asked), await send(routed.port, asked)];
  expect(first.status).toBeGreaterThanOrEqual(400);
  expect(first).toEqual(second);
});

test('a ballot gets the same receipt through whichever it is sent, and is one', async () => {
  const { slug } = await site.contest();
  const { cookie, request: ballot } = site.visitor(slug);
  const body = JSON.stringify(ballot([1, 2]));
  const asked: Sent = {
    method: 'POST',
    path: `/api/contests/${slug}/ballots`,
    headers: { cookie, 'content-type': 'application/json' },
    body,
  };
  const first = await send(site.port, asked);
  expect(first.status).toBe(201);
  expect(await send(routed.port, asked)).toEqual(first);
  const stranger = { ...asked, headers: { 'content-type': 'application/json' } };
  expect(await send(routed.port, stranger)).toEqual(await send(site.port, stranger));
  site.pass(1_100);
  expect((await site.tally(slug)).ballots).toBe(1);
  await site.verify(slug);
});
