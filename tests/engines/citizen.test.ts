import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openTown, type Town } from '../journeys/town.ts';
import type { Engine } from './engine.ts';
import { openFirefox } from './firefox.ts';
import { openWebkit } from './webkit.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Every ballot is asked for a proof; the work of it takes a moment. */
const asks = { 'device.challenge': 0, 'proof.cost': 100, 'proof.guesses': 200, 'proof.afterMs': 1_000 };

const patience = { timeout: 30_000, interval: 200 };

/** A person at this page: waits for what is asked for, and fails with what the page shows instead. */
function personAt(engine: Engine) {
  async function until(expression: string): Promise<void> {
    await vi
      .waitUntil(async () => (await engine.run(expression)) === true, patience)
      .catch(async () => {
        throw new Error(`${expression}\nnever was true of:\n${await engine.run('document.body.innerText')}`);
      });
  }
  /** Names are read as a screen reader does it, nearly: the label, else the text. */
  const button = (name: RegExp): string =>
    `[...document.querySelectorAll('button, a, [role="button"]')].find((one) =>
      ${name}.test((one.getAttribute('aria-label') ?? one.textContent).trim()) && one.getClientRects().length > 0)`;
  return {
    sees: (words: string) => until(`document.body.innerText.includes(${JSON.stringify(words)})`),
    until,
    async presses(name: RegExp) {
      await until(`!!${button(name)}`);
      const { x, y } = (await engine.run(`(() => {
        const one = ${button(name)};
        one.scrollIntoView({ block: 'center' });
        const { x, y, width, height } = one.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      })()`)) as { x: number; y: number };
      await engine.press(x, y);
    },
  };
}

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

describe.each([
  ['WebKit', openWebkit],
  ['Firefox', openFirefox],
])('a citizen with %s', (name, openEngine) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterAll(() => engine?.close());

  test('picks, looks at the picks, proves, votes, and finds the ballot in the ledger, in the ranking and under 我的选票', async () => {
    const { slug, path } = await town.contest(name.toLowerCase(), { thresholds: asks });
    const { sees, until, presses } = personAt(engine);
    await engine.open(town.url + path);
    await sees('请选 1–3 位');
    await presses(/^选\s*3 号/);
    await presses(/^选\s*6 号/);
    await presses(/^查看已选的 2 位$/);
    await until(`!!document.querySelector('[role="dialog"]')`);
    await engine.run(
      `void document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))`,
    );
    await until(`!document.querySelector('[role="dialog"]')`);
    await presses(/^投票$/);
    await sees('您的选票已入账');
    await sees('与存证点一致');
    await engine.open(`${town.url}${path}/rank`);
    await sees('1 票');
    await engine.open(`${town.url}${path}/mine`);
    await presses(/^在本机核验$/);
    await sees('核验通过');
    for (const page of ['n/3', 'rules', 'verify', 'poster?n=3']) {
      await engine.open(`${town.url}${path}/${page}`);
      // Who leaves before the page's own parts have come is sent back for them by Firefox, which calls them broken off.
      await until(`!!document.querySelector('h1') && '__vue_app__' in document.getElementById('app')`);
    }
    expect(await town.ledger(slug)).toMatchObject([{ picks: [3, 6], state: 'counted' }]);
    await town.verify(slug);
  });
});
