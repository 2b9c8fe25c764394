import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, end, phone, pressAt, saidBy } from './engine.ts';

interface Said {
  id?: number;
  error?: string;
  message?: string;
  result?: Record<string, unknown>;
}

/** Firefox ESR by WebDriver BiDi, which it speaks itself: no driver stands between. */
export async function openFirefox(): Promise<Engine> {
  const profile = mkdtempSync(join(tmpdir(), 'zuimei-firefox-'));
  const browser = spawn(
    'firefox-esr',
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: profile, TZ: 'Asia/Shanghai' } },
  );
  const address = await saidBy(browser, /WebDriver BiDi listening on (ws:\S+)/);
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  const waiting = new Map<number, (said: Said) => void>();
  socket.addEventListener('message', ({ data }) => {
    const said = JSON.parse(String(data)) as Said;
    waiting.get(said.id ?? -1)?.(said);
  });
  let last = 0;

  async function ask(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++last;
    const answered = new Promise<Said>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { error, message, result } = await answered;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error}: ${message}`);
    return result ?? {};
  }

  await ask('session.new', { capabilities: {} });
  const { contexts } = (await ask('browsingContext.getTree', {})) as { contexts: { context: string }[] };
  const context = contexts[0]?.context;
  await ask('browsingContext.setViewport', { context, viewport: phone });
  return {
    async open(url) {
      await ask('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async run(expression) {
      const { type, result, exceptionDetails } = (await ask('script.evaluate', {
        expression: `(async () => JSON.stringify({ value: (${expression}) }))()`,
        target: { context },
        awaitPromise: true,
      })) as { type: string; result?: { value: string }; exceptionDetails?: { text: string } };
      if (type !== 'success' || !result) throw new Error(exceptionDetails?.text ?? type);
      return (JSON.parse(result.value) as { value?: unknown }).value;
    },
    async press(x, y) {
      await ask('input.performActions', { context, actions: pressAt(x, y) });
    },
    async close() {
      socket.close();
      await end(browser);
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
