import { readdirSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { consolePage, openConsole } from '@zuimei/server/page/console.ts';

/** The console's page as the server sends it; web/dist must be built. */
const dist = new URL('../../web/dist/console/', import.meta.url);
const route = consolePage(await openConsole(dist));

describe('the console’s page', () => {
  test('is the same at every address below /console, and nowhere else', async () => {
    const pages = await Promise.all(
      ['/console', '/console/sign-in', '/console/c/a/units?x=1'].map(async (path) =>
        (await route.request(path)).text(),
      ),
    );
    expect(pages[0]).toContain('id="app"');
    expect(new Set(pages).size).toBe(1);
    for (const path of [
      '/consoles',
      '/',
      '/api/console/session',
      '/console-assets/none.js',
      '/console-assets/../console.html',
    ])
      expect((await route.request(path)).status, path).toBe(404);
    expect((await route.request('/console', { method: 'POST' })).status).toBe(404);
  });

  test('runs only its own scripts, stands in nobody’s frame and is kept by nobody', async () => {
    const { headers } = await route.request('/console');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('its files are named by their content and kept for good, compressed where that helps', async () => {
    const html = await (await route.request('/console')).text();
    const paths = [...html.matchAll(/"(\/console-assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) {
      const reply = await route.request(path, { headers: { 'accept-encoding': 'br' } });
      expect([path, reply.status]).toEqual([path, 200]);
      expect(reply.headers.get('cache-control')).toContain('immutable');
      const plain = reply.headers.get('content-encoding') === null;
      if (path.endsWith('.js') && plain) expect((await reply.arrayBuffer()).byteLength).toBeLessThan(1024);
    }
  });

  test('one script alone may stand in for the network, a judge’s, and for pages of contests alone', async () => {
    const scripts = readdirSync(new URL('console-assets/', dist)).filter((name) => name.endsWith('.js'));
    const allowed = await Promise.all(
      scripts.map(async (name) => {
        const { headers } = await route.request(`/console-assets/${name}`);
        return [name.replace(/-.*/, ''), headers.get('service-worker-allowed')];
      }),
    );
    expect(allowed.filter(([, scope]) => scope)).toEqual([['worker', '/console/c/']]);
    const page = await route.request('/console/c/a/sheet');
    expect(page.headers.get('content-security-policy')).toContain("worker-src 'self'");
  });

  test('no script of it weighs more than 200 kB before it is compressed', () => {
    const assets = new URL('console-assets/', dist);
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(10);
    expect(scripts.filter((name) => statSync(new URL(name, assets)).size > 200_000)).toEqual([]);
  });
});
