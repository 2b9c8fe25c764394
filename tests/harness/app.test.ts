import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startApp } from './app.ts';

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

test('an app that cannot start says why', async () => {
  await expect(startApp({ env: { ZUIMEI_SECRET: 'short' } })).rejects.toThrow('at least 32 characters');
});
