import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { citizenEngines } from '../../web/engines.ts';
import { age } from '../harness/aged.ts';
import { openContest, pick, receiptOf, voteButton } from './guest.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 60_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

/** Every ballot is asked for a proof; the work of it takes a moment. */
const asks = { 'device.challenge': 0, 'proof.cost': 100, 'proof.guesses': 200, 'proof.afterMs': 1_000 };

describe('a phone as old as any that is let in', () => {
  test('shows people without photos, asks before it sends, proves, votes, finds its ballot and shows the ranking', async () => {
    const { slug, path } = await town.contest('old-phone', { thresholds: asks });
    const guest = await town.phone();
    await age(guest.context, citizenEngines);
    // Locators look from a world of their own, which is not aged; `evaluate` and `allInnerTexts` would look from the page's.
    const { page } = guest;
    await openContest(page, path);
    expect(await page.evaluate(() => 'timeout' in AbortSignal || 'structuredClone' in window)).toBe(false);
    await page.getByRole('article').filter({ hasText: '候选3' }).getByRole('heading').tap();
    await page.getByRole('heading', { level: 1, name: '候选3' }).waitFor();
    await page.goBack();
    await pick(page, 3, 6);
    await page.getByRole('button', { name: '查看已选的 2 位' }).tap();
    const picks = page.getByRole('dialog');
    await picks.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await picks.waitFor({ state: 'detached' });
    await voteButton(page).tap();
    await receiptOf(page);
    expect(guest.sent.at(-1)?.proof).toMatch(/^altcha:/);
    await page.goto(`${path}/rank`);
    await page.getByRole('main').getByRole('listitem').first().getByText('1 票').waitFor();
    for (const place of ['/rules', '/poster?n=3', '/mine', '/verify']) {
      await page.goto(`${path}${place}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    expect(guest.faults).toEqual([]);
    expect(guest.falseWords).toEqual([]);
    expect(await town.ledger(slug)).toMatchObject([{ picks: [3, 6], state: 'counted' }]);
    await town.verify(slug);
  });
});
