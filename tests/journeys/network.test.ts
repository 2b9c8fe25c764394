import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openContest, receiptOf, voteButton } from './guest.ts';
import { aboutToVote, countedOnce, loseAnswer, refuse, refuseOnce } from './lost.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 45_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

// Most of these wait for a second to pass: they may wait together.
describe.concurrent('on a bad network', () => {
  test('a ballot cast while offline waits on the phone and is counted as soon as the network is back', async () => {
    const { slug, page, guest } = await aboutToVote(town, 'offline');
    await guest.context.setOffline(true);
    await voteButton(page).tap();
    const sheet = page.getByRole('dialog', { name: '选票处理中' });
    await sheet.getByText('选票已保存在本机，联网后会自动送达，只会计一次。').waitFor();
    await sheet.getByText('这张选票选了 2 位').waitFor();
    await sheet.getByRole('button', { name: '继续浏览' }).tap();
    await page.getByRole('button', { name: '处理中' }).waitFor();
    expect(await town.ledger(slug)).toEqual([]);
    await guest.context.setOffline(false);
    await receiptOf(page);
    await countedOnce(town, slug, guest);
  });

  test('a ballot whose answer is lost is sent again under the same id, and the page says 已计票', async () => {
    const { slug, page, guest } = await aboutToVote(town, 'answer-lost');
    const answers = await loseAnswer(guest, async () => {});
    await voteButton(page).tap();
    await page.getByRole('dialog', { name: '选票处理中' }).waitFor();
    await receiptOf(page);
    expect(answers.at(-1)).toBe(201);
    expect(guest.sent.length).toBe(answers.length + 1);
    await countedOnce(town, slug, guest);
  });

  test('a refusal after a lost answer is not believed before the voter’s own record was looked at', async () => {
    const { slug, page, guest } = await aboutToVote(town, 'answer-lost-refused');
    await loseAnswer(
      guest,
      async () => {},
      (route) => refuse(route, 409, 'quota_spent'),
    );
    await voteButton(page).tap();
    await receiptOf(page);
    await countedOnce(town, slug, guest);
  });

  test('a busy server is given the time it asks for', async () => {
    const { slug, page, guest } = await aboutToVote(town, 'busy');
    const asked: number[] = [];
    page.on('request', (request) => request.url().endsWith('/ballots') && asked.push(Date.now()));
    await refuseOnce(guest, 503, 'busy', { 'retry-after': '1' });
    await voteButton(page).tap();
    const sheet = page.getByRole('dialog', { name: '选票处理中' });
    await sheet.getByText('现在投票的人较多，正在排队，轮到时会自动送达。').waitFor();
    await receiptOf(page);
    const [first = 0, second = 0] = asked;
    expect(second - first).toBeGreaterThanOrEqual(1000);
    await countedOnce(town, slug, guest);
  });

  test('a page left open too long takes a new ticket and sends the same ballot with it', async () => {
    const { slug, page, guest } = await aboutToVote(town, 'ticket-expired');
    await refuseOnce(guest, 401, 'ticket_expired');
    await voteButton(page).tap();
    await receiptOf(page);
    expect(guest.sent.at(-1)?.ticket).not.toBe(guest.sent[0]?.ticket);
    await countedOnce(town, slug, guest);
  });

  test('a contest paused while the picks were made refuses with the reason and keeps the picks', async ({
    expect,
  }) => {
    const { slug, path, page, change } = await aboutToVote(town, 'paused-meanwhile');
    await change({
      paused: { since: new Date().toISOString(), reason: '核对异常情况，今天 18:00 前恢复。' },
    });
    await voteButton(page).tap();
    const sheet = page.getByRole('dialog', { name: '选票未计入' });
    await sheet.getByText('主办单位已暂停投票：核对异常情况，今天 18:00 前恢复。').waitFor();
    await sheet.getByRole('button', { name: '知道了' }).tap();
    await page.getByText('投票已暂停，恢复后可继续').and(page.locator(':visible')).waitFor();
    await expect.poll(() => page.locator('article.picked').count()).toBe(2);
    expect(await town.ledger(slug)).toEqual([]);
    await change({});
    await openContest(page, path);
    await page.getByText('还可再选 1 位').and(page.locator(':visible')).waitFor();
  });
});
