import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKept } from '@zuimei/server/http/kept.ts';
import { originOf } from '@zuimei/server/http/origin.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { collectionOf, setCollection } from './collected.ts';

let fresh: FreshDatabase;
let site: TestSite;
/** How often a page was rendered. */
let rendered = 0;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  const pages = site.parts.site;
  if (!pages) throw new Error('no pages');
  const { render } = pages;
  pages.render = (first) => {
    rendered += 1;
    return render(first);
  };
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

async function renderedBy(paths: string[], headers: Record<string, string> = {}): Promise<number> {
  const before = rendered;
  await Promise.all(paths.map((path) => site.call(path, { headers })));
  return rendered - before;
}
const many = (make: (n: number) => string): string[] => Array.from({ length: 40 }, (_, n) => make(n));

test('a page is rendered once, however it is asked for: unknown numbers, queries and addresses of nothing cost no rendering', async () => {
  const { slug } = await site.contest();
  expect(await renderedBy(many(() => `/c/${slug}`))).toBe(1);
  expect(await renderedBy(many((n) => `/c/${slug}?n=${n + 100}`))).toBe(0);
  expect(await renderedBy(many((n) => `/c/${slug}?utm=${n}`))).toBe(0);
  expect(await renderedBy(many((n) => `/c/${slug}${'/'.repeat(n % 5)}`))).toBe(0);
  expect(await renderedBy(many(() => `/c/${slug}/rank`))).toBe(1);
  expect(await renderedBy(many((n) => `/c/${slug}/rank?n=${n}`))).toBe(0);
  // Of a candidate that there is: a card of their own, however the number is written.
  expect(await renderedBy([`/c/${slug}?n=3`, `/c/${slug}?n=03`, `/c/${slug}?n=00003`])).toBe(1);
  expect(await renderedBy([`/c/${slug}/n/3`, `/c/${slug}/n/003`])).toBe(1);
  await renderedBy(['/c/nothing-here']);
  expect(await renderedBy(many((n) => `/c/nothing-${n}`))).toBe(0);
  expect(await renderedBy(many((n) => `/c/${slug}/n/${n + 100}`))).toBe(0);
  expect(await renderedBy(many((n) => `/c/${slug}/none/${n}`))).toBe(0);
});

test('what a request says of its host is in no link, and makes no page anew', async () => {
  const { slug } = await site.contest();
  await site.call('/');
  const own = `http://127.0.0.1:${site.port}`;
  const text = await (await site.call(`/c/${slug}?n=3`, { headers: { host: 'evil.example' } })).text();
  expect(text).not.toContain('evil.example');
  expect(text).toContain(`<meta property="og:url" content="${own}/c/${slug}?n=3">`);
  const before = rendered;
  for (const host of many((n) => `evil${n}.example`)) {
    await site.call(`/c/${slug}?n=3`, { headers: { host } });
    expect(await (await site.call('/c/none', { headers: { host } })).text()).not.toContain('evil');
    await site.call('/', { headers: { host } });
  }
  expect(rendered - before).toBeLessThanOrEqual(1);
});

test('a shortlist gives the address at which the console was reached', async () => {
  const { slug, id } = await site.contest();
  await setCollection(site, id, collectionOf(site, 'zuimei-district'));
  const { cookie } = await signIn(site, ['organizer']);
  const headers = { cookie, host: 'evil.example' };
  const reply = await site.call(`/api/console/contests/${slug}/shortlist`, { headers });
  const view = (await reply.json()) as { base: string };
  expect(view.base).toBe(`http://127.0.0.1:${site.port}`);
});

test('an unknown number gives the contest’s page in a query and 404 in a path; both are whole pages', async () => {
  const { slug } = await site.contest();
  const list = await site.call(`/c/${slug}?n=99`);
  expect([list.status, await list.text()]).toEqual([200, await (await site.call(`/c/${slug}`)).text()]);
  const missing = await site.call(`/c/${slug}/n/99`);
  expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'no-store']);
  expect(await missing.text()).toContain('没有找到');
  expect(missing.headers.get('set-cookie')).toBeNull();
});

test('a page that many ask for at once while it is made is made once; a new version is made anew', async () => {
  const { slug, id, settings } = await site.contest();
  expect(await renderedBy(many(() => `/c/${slug}`))).toBe(1);
  await site.update(id, { ...settings, title: '改了名字' });
  site.pass(5_000);
  expect(await renderedBy([`/c/${slug}`])).toBe(1);
  expect(await (await site.call(`/c/${slug}`)).text()).toContain('改了名字');
});

test('HEAD renders nothing', async () => {
  const { slug } = await site.contest();
  const before = rendered;
  for (const path of [`/c/${slug}`, `/c/${slug}/n/1`, '/c/none-such', '/'])
    await site.call(path, { method: 'HEAD' });
  expect(rendered).toBe(before);
});

test('where no address is set, links have the one at which the connection came in', () => {
  const at = (localAddress: string, localPort: number) =>
    originOf(null, { socket: { localAddress, localPort } } as Parameters<typeof originOf>[1]);
  expect(at('192.168.1.5', 8080)).toBe('http://192.168.1.5:8080');
  expect(at('::ffff:192.168.1.5', 8080)).toBe('http://192.168.1.5:8080');
  expect(at('::1', 8080)).toBe('http://[::1]:8080');
  expect(at('fe80::1%eth0', 80)).toBe('http://[fe80::1]:80');
  expect(originOf('https://vote.example.gov.cn', undefined)).toBe('https://vote.example.gov.cn');
});

test('what is kept stays within its bytes; what was not asked for longest goes first', () => {
  const kept = createKept<string>(30);
  for (const name of ['a', 'b', 'c']) kept.put(name, name, 10);
  kept.get('a');
  kept.put('d', 'd', 10);
  expect(['a', 'b', 'c', 'd'].map((name) => kept.get(name) ?? null)).toEqual(['a', null, 'c', 'd']);
  kept.put('a', 'A', 20);
  expect(['a', 'c', 'd'].map((name) => kept.get(name) ?? null)).toEqual(['A', null, 'd']);
  kept.put('huge', 'x', 31);
  expect([kept.get('huge') ?? null, kept.get('d')]).toEqual([null, 'd']);
});

test('a bundle of the log is the same in parts and whole, also after the log has grown', async () => {
  const { slug } = await site.contest();
  const fill = async (count: number) => {
    for (let i = 0; i < count; i++) expect((await site.visitor(slug).cast([1 + (i % 8)])).status).toBe(201);
    await site.seal();
    site.pass(1_001);
  };
  await fill(4);
  const bytesOf = async (width: number) =>
    Buffer.from(await (await site.call(`/log/${slug}/tile/entries/000.p/${width}`)).arrayBuffer());
  const whole = await bytesOf(4);
  for (const width of [1, 2, 3, 4])
    expect(whole.subarray(0, (await bytesOf(width)).length)).toEqual(await bytesOf(width));
  await fill(3);
  const grown = await bytesOf(7);
  expect(grown.subarray(0, whole.length)).toEqual(whole);
  expect((await site.call(`/log/${slug}/tile/entries/000.p/9`)).status).toBe(404);
  await site.verify(slug);
});

test.each([
  ['，请投票', ''],
  ['。', ''],
  ['）', ''],
  [')', ''],
  ['/,', ''],
  ['/请大家支持', ''],
  ['/rank。', '/rank'],
  ['/n/3，谢谢', '/n/3'],
  ['/n/3.', '/n/3'],
  ['?n=3。', '?n=3'],
  ['?n=3)', '?n=3'],
])('a link with “%s” glued to it by a chat program leads to its page', async (glued, page) => {
  const { slug } = await site.contest();
  const reply = await site.call(encodeURI(`/c/${slug}${glued}`));
  expect([reply.status, reply.headers.get('location')]).toEqual([302, `/c/${slug}${page}`]);
  expect((await site.call(`/c/${slug}${page}`)).status).toBe(200);
});

test('a link in capitals leads to its page; what leads nowhere leads nowhere, and nothing leads away or in a circle', async () => {
  const { slug } = await site.contest();
  const capitals = await site.call(`/C/${slug.toUpperCase()}/N/3`);
  expect([capitals.status, capitals.headers.get('location')]).toEqual([302, `/c/${slug}/n/3`]);
  for (const nowhere of [
    `/c/${slug}/none。`,
    '/c/no-such-one。',
    `/c/${slug}/n/999，`,
    '/C/',
    '/c//evil.example',
  ]) {
    const reply = await site.call(encodeURI(nowhere));
    expect([nowhere, reply.status]).toEqual([nowhere, 404]);
  }
  for (const whole of ['', '/', '/rank', '/rank/', '?n=3&from=timeline', '?n=3', '/n/3'])
    expect([whole, (await site.call(`/c/${slug}${whole}`)).status]).toEqual([whole, 200]);
});
