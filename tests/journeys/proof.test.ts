import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createLedger } from '@zuimei/server/vote/ledger.ts';
import type { RulingVerb } from '@zuimei/shared/act.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { type Guest, openContest, patience, pick, receiptOf, textOf, voteButton } from './guest.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 60_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

async function aboutToVote(slug: string, thresholds: Record<string, number>, guest: Promise<Guest>) {
  const contest = await town.contest(slug, { thresholds });
  const { page } = await guest;
  await openContest(page, contest.path);
  await pick(page, 3, 6);
  return { ...contest, guest: await guest, page };
}

describe.concurrent('a ballot that is held', () => {
  /** As two auditors decide. */
  async function rule(slug: string, verb: RulingVerb, entries: number[], reason: string): Promise<void> {
    const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
    const ledger = createLedger(town.db, secrets, (of) => `auditors/${of}`);
    await ledger.rule(slug, { verb, entries, actor: '甲', confirmedBy: '乙', reason, reference: '' });
  }

  async function held(slug: string) {
    const at = await aboutToVote(slug, { 'device.hold': 0 }, town.phone());
    const { page, path } = at;
    await voteButton(page).tap();
    const receipt = page.getByRole('dialog', { name: '选票回执' });
    await receipt.getByRole('heading', { name: '已收到·待核' }).waitFor();
    await receipt.getByText('您不用做什么').waitFor();
    await receipt.getByText('与存证点一致').waitFor({ timeout: 2 * patience.timeout });
    await page.goto(`${path}/mine`);
    const own = page.getByRole('article');
    await own.getByText('待核', { exact: true }).waitFor();
    expect(await own.getByText('已计票').count()).toBe(0);
    return { ...at, own, index: Number(/第 (\d+) 号选票/.exec(await textOf(own))?.[1]) - 1 };
  }

  test('is shown as 待核, and as 核实后已计票 once it is released; this phone’s check still agrees', async ({ expect }) => {
    const { slug, path, page, guest, own, index } = await held('released');
    await page.goto(`${path}/rank`);
    const note = page.getByRole('button', { name: /^部分选票待核.*3 号/ });
    await note.focus();
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('dialog', { name: '部分选票待核' });
    await sheet.getByText('不代表候选或投票人有过错').waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /^部分选票待核/ }).count()).toBe(2);

    await rule(slug, 'release', [index], '经核对属正常投票');
    await page.goto(`${path}/mine`);
    await own.getByText('核实后已计票').waitFor();
    await own.getByText('理由：经核对属正常投票').waitFor();
    await own.getByRole('button', { name: '在本机核验' }).tap();
    await own.getByText(/核验通过：这张选票在公开账本里/).waitFor();
    await page.goto(`${path}/rank`);
    await expect.poll(() => textOf(page.getByRole('main')), patience).toContain('1 票');
    await expect.poll(() => page.getByRole('button', { name: /^部分选票待核/ }).count(), patience).toBe(0);
    expect(guest.faults).toEqual([]);
    await town.verify(slug);
  });

  test('is shown as 经裁定未计入 with reason and ledger number once it is void, and the ruling is on public record', async () => {
    const { slug, path, page, guest, own, index } = await held('voided');
    await rule(slug, 'void', [index], '同一设备成批投票');
    await page.goto(`${path}/mine`);
    await own.getByText('经裁定未计入').waitFor();
    await own.getByText('理由：同一设备成批投票').waitFor();
    await own.getByText(/裁定在账本\s*第 \d+ 号/).waitFor();
    await own.getByRole('link', { name: '如何核验' }).waitFor();
    await page.goto(`${path}/rules`);
    await page.getByRole('heading', { name: '怎样防止刷票' }).waitFor();
    const record = page.getByRole('listitem').filter({ hasText: '裁定不计入：1 张选票' });
    await record.getByText('同一设备成批投票').waitFor();
    expect(guest.faults).toEqual([]);
    await town.verify(slug);
  });

  test('leaves no trace on candidates while counts are hidden', async () => {
    const { path } = await town.contest('hidden', {
      thresholds: { 'device.hold': 0 },
      reveal: { kind: 'sealed', from: new Date(Date.now() + 3_600_000).toISOString() },
    });
    const { page, faults } = await town.phone();
    await openContest(page, path);
    await pick(page, 3);
    await voteButton(page).tap();
    await page.getByRole('heading', { name: '已收到·待核' }).waitFor();
    for (const place of ['', '/rank', '/n/3']) {
      await page.goto(path + place, { waitUntil: 'networkidle' });
      expect(await page.getByText('部分选票待核').count()).toBe(0);
    }
    expect(faults).toEqual([]);
    await town.verify('hidden');
  });
});

describe('a receipt', () => {
  test('has a code and a picture that lead to this very entry, and copies', async () => {
    const { path, page, guest, slug } = await aboutToVote('receipt-code', {}, town.phone());
    await guest.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: town.url });
    await voteButton(page).tap();
    const receipt = await receiptOf(page);
    await receipt.getByRole('button', { name: '查看回执码' }).tap();
    const code = receipt.getByText(new RegExp(`^ZM1-${slug}-\\d+-[\\w-]{43}-[0-9a-f]{6}$`));
    await code.waitFor();
    await receipt.getByRole('img', { name: '核验这张回执的二维码' }).waitFor();
    await receipt.getByText('看不到您投给了谁').waitFor();
    await receipt.getByRole('button', { name: '复制回执码' }).tap();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied, patience).toBe(await textOf(code));
    await page.goto(`${path}/mine`);
    await page.getByRole('button', { name: '回执码' }).tap();
    expect(await textOf(page.getByText(/^ZM1-/))).toBe(await copied());
    expect(guest.faults).toEqual([]);
    await town.verify(slug);
  });
});
