import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../harness/port.ts';
import { type Engine, end, phone, pressAt, saidBy } from './engine.ts';

/** WebKitGTK by its WebDriver, on a screen that is only in memory. */
export async function openWebkit(): Promise<Engine> {
  const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '480x960x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const display = await saidBy(screen, /^(\d+)\n/m);
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${display}`, LANG: 'C.UTF-8', TZ: 'Asia/Shanghai' },
  });
  const base = `http://127.0.0.1:${port}`;

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await fetch(base + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const { value } = (await reply.json()) as { value: T & { message?: string } };
    if (!reply.ok) throw new Error(`${method} ${path}: ${value.message}`);
    return value;
  }

  for (let tries = 0; tries < 50 && !(await fetch(`${base}/status`).then(Boolean, () => false)); tries++)
    await pause(100);
  const { sessionId } = await ask<{ sessionId: string }>('POST', '/session', {
    capabilities: { alwaysMatch: { timeouts: { script: 60_000, pageLoad: 60_000 } } },
  });
  const session = `/session/${sessionId}`;
  await ask('POST', `${session}/window/rect`, { x: 0, y: 0, ...phone });
  return {
    open: (url) => ask('POST', `${session}/url`, { url }),
    async run(expression) {
      const script = `const done = arguments[0];
        (async () => (${expression}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const said = await ask<{ value?: unknown; error?: string }>('POST', `${session}/execute/async`, {
        script,
        args: [],
      });
      if (said.error !== undefined) throw new Error(said.error);
      return said.value;
    },
    press: (x, y) => ask('POST', `${session}/actions`, { actions: pressAt(x, y) }),
    async close() {
      await ask('DELETE', session).catch(() => {});
      await end(driver);
      await end(screen);
    },
  };
}
