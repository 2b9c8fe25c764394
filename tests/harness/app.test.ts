import { existsSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { startApp } from './app.ts';
import { freshDatabase } from './database.ts';

test('an app with the embedded database serves, stops cleanly by SIGTERM and leaves no folder', {
  timeout: 60_000,
}, async () => {
  const app = await startApp();
  try {
    expect(app.log()).toMatch(/^ready http/m);
    expect(await (await fetch(`${app.url}/healthz`)).text()).toBe('ok');
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  } finally {
    expect(await app.stop()).toBe(0);
  }
  expect(existsSync(app.dataDir)).toBe(false);
  expect(() => process.kill(app.pid, 0)).toThrow('ESRCH');
});

test('two apps share a Postgres and a Redis; after kill -9 of one, the other and a new one serve', {
  timeout: 60_000,
}, async () => {
  const fresh = await freshDatabase('server');
  const shared = { databaseUrl: fresh.url ?? '', redisUrl: inject('redisUrl') };
  const [one, other] = await Promise.all([startApp(shared), startApp(shared)]);
  await one.kill9();
  await expect(fetch(`${one.url}/healthz`)).rejects.toThrow();
  const again = await startApp({ ...shared, port: one.port });
  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  expect(await Promise.all([again.stop(), other.stop()])).toEqual([0, 0]);
  await one.stop();
  await fresh.drop();
});

test('an app that cannot start says why', async () => {
  await expect(startApp({ env: { ZUIMEI_SECRET: 'short' } })).rejects.toThrow('at least 32 characters');
});
