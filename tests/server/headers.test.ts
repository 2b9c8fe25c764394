import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReplyHeaders } from '@zuimei/server/http/headers.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

let fresh: FreshDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

/** Every route there is, with something in place of its parameters, and addresses of none. */
function paths(slug: string): { method: string; path: string }[] {
  const found = site.app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({
      method,
      path: path
        .replace(/:slug\b/g, slug)
        .replace(/:[a-z0-9]+(\{[^}]*\})?/gi, '1')
        .replace(/\*$/, 'x'),
    }));
  const more = [
    '/',
    `/c/${slug}`,
    '/c/none',
    '/none',
    '/api/none',
    '/log/none/checkpoint',
    '/media/none',
  ].map((path) => ({ method: 'GET', path }));
  const seen = new Map([...found, ...more].map((one) => [`${one.method} ${one.path}`, one]));
  return [...seen.values()];
}

test('every reply says how it may be taken: no guessed type, no frame, no other origin but for the log and pictures, nothing kept unasked', async () => {
  const { slug } = await site.contest();
  for (const { method, path } of paths(slug)) {
    const { headers, status } = await site.call(path, { method });
    const of = (name: string) => headers.get(name) ?? '';
    const where = `${method} ${path} ${status}`;
    expect([where, of('x-content-type-options')]).toEqual([where, 'nosniff']);
    expect([where, of('cross-origin-opener-policy')]).toEqual([where, 'same-origin']);
    expect([where, of('cross-origin-resource-policy')]).toEqual([
      where,
      /^\/(log|media)\//.test(path) ? 'cross-origin' : 'same-origin',
    ]);
    expect([where, of('cache-control')]).toEqual([where, expect.stringMatching(/./)]);
    // JSON that a whole town asks for: no document, nothing that refers to another.
    if (status === 200 && /^GET \/api\/contests\/[^/]+(\/tally)?$/.test(`${method} ${path}`)) continue;
    expect([where, of('referrer-policy')]).toEqual([
      where,
      expect.stringMatching(/^(same-origin|no-referrer)$/),
    ]);
    if (!/^\/(media|assets|console-assets)\//.test(path))
      expect([where, of('content-security-policy')]).toEqual([
        where,
        expect.stringContaining("default-src 'none'"),
      ]);
  }
});

test('a ballot, its refusal and a tally say of what type they are and whose, at the least', async () => {
  const { slug } = await site.contest();
  const voter = site.visitor(slug);
  const replies = [(await voter.cast([1])).headers, (await voter.cast([1])).headers];
  for (const path of [`/api/contests/${slug}`, `/api/contests/${slug}/tally`, '/api/contests/none'])
    replies.push((await site.call(path)).headers);
  for (const headers of replies)
    expect([
      headers.get('content-type')?.split(';')[0],
      headers.get('x-content-type-options'),
      headers.get('cross-origin-opener-policy'),
      headers.get('cross-origin-resource-policy'),
    ]).toEqual(['application/json', 'nosniff', 'same-origin', 'same-origin']);
});

test('browsers are told to stay with https where the site has it, and for how long', () => {
  const of = (url: string | null, seconds?: number) =>
    createReplyHeaders(url, seconds).hot['Strict-Transport-Security'];
  expect(of('https://vote.example.gov.cn')).toBe('max-age=31536000; includeSubDomains');
  expect(of('https://vote.example.gov.cn', 0)).toBe('max-age=0; includeSubDomains');
  expect(of('http://10.0.0.1')).toBeUndefined();
  expect(of(null)).toBeUndefined();
});

describe('HEAD', () => {
  test('is answered for pages and files, with the status and the headers of GET and without a body', async () => {
    const { slug } = await site.contest();
    for (const [path, status] of [
      ['/', 200],
      [`/c/${slug}`, 200],
      [`/c/${slug}/rank`, 200],
      [`/c/${slug}/n/999`, 404],
      ['/c/none', 404],
      ['/console', 200],
      ['/verify', 200],
      ['/robots.txt', 200],
      ['/healthz', 200],
    ] as const) {
      const [head, get] = [await site.call(path, { method: 'HEAD' }), await site.call(path)];
      expect([path, head.status, get.status]).toEqual([path, status, status]);
      expect([path, head.headers.get('content-type')]).toEqual([path, get.headers.get('content-type')]);
      expect((await head.arrayBuffer()).byteLength).toBe(0);
    }
  });

  test('does no work anywhere else: nothing is read, exported or written into the log of acts', async () => {
    const { slug } = await site.contest();
    const auditor = await signIn(site, ['auditor']);
    const acts = () => fresh.database.db.selectFrom('action_log').select('id').execute();
    const before = await acts();
    for (const { method, path } of paths(slug)) {
      if (method !== 'GET' || !/^\/(api|log|media|wechat|metrics|readyz)/.test(path)) continue;
      const reply = await auditor.raw('HEAD', path);
      expect([path, reply.status, reply.headers.get('allow')]).toEqual([path, 405, 'GET']);
    }
    expect(await acts()).toEqual(before);
  });
});
