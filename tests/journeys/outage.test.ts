import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { receiptOf, voteButton } from './guest.ts';
import { aboutToVote, countedOnce, loseAnswer } from './lost.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 45_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

test('a ballot written down while the server is dead is delivered when the page is opened again', async () => {
  const { slug, path, page, guest } = await aboutToVote(town, 'server-killed');
  await town.kill();
  await voteButton(page).tap();
  await page.getByRole('dialog', { name: '选票处理中' }).waitFor();
  await page.close();
  await town.restart();
  const again = await guest.context.newPage();
  await again.goto(path);
  await receiptOf(again);
  await again.goto(`${path}/mine`);
  await again.getByText('已计票').waitFor();
  await expect.poll(() => again.getByRole('article').count()).toBe(1);
  await countedOnce(town, slug, guest);
});

test('a server killed between commit and answer still has the ballot when it is back, once', async () => {
  const { slug, page, guest } = await aboutToVote(town, 'killed-after-commit');
  const killed = Promise.withResolvers<void>();
  await loseAnswer(guest, async () => {
    await town.kill();
    killed.resolve();
  });
  await voteButton(page).tap();
  await killed.promise;
  await page.getByRole('dialog', { name: '选票处理中' }).waitFor();
  await town.restart();
  await receiptOf(page);
  await countedOnce(town, slug, guest);
});
