import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createLedger } from '@zuimei/server/vote/ledger.ts';
import type { BallotRequest } from '@zuimei/shared/ballot.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { parseNumeral } from '@zuimei/shared/text/numeral.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { type Guest, openContest, patience, pick, receiptOf, textOf, voteButton } from './guest.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 60_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

/** Every ballot is asked for a proof; the work of it takes a moment, also where it is done in JavaScript, and so does a question. */
const asks = { 'device.challenge': 0, 'proof.cost': 100, 'proof.guesses': 200, 'proof.afterMs': 1_000 };
/** The same with more work than any test waits for. */
const asksMuch = { ...asks, 'proof.cost': 20_000, 'proof.guesses': 20_000 };

async function aboutToVote(slug: string, thresholds: Record<string, number>, guest: Promise<Guest>) {
  const contest = await town.contest(slug, { thresholds });
  const { page } = await guest;
  await openContest(page, contest.path);
  await pick(page, 3, 6);
  return { ...contest, guest: await guest, page };
}

/** The contest asks for little work from now on, and the server knows it. */
async function ease({ page, slug, change }: Awaited<ReturnType<typeof aboutToVote>>): Promise<void> {
  const version = async () =>
    ((await (await page.request.get(`/api/contests/${slug}`)).json()) as ContestView).version;
  const before = await version();
  await change({ thresholds: asks });
  await vi.waitUntil(async () => (await version()) > before, patience);
}

const proofOf = (ballot: BallotRequest | undefined): string => ballot?.proof?.split(':')[0] ?? 'none';
const sheetOf = (page: Page) => page.getByRole('dialog', { name: '安全验证' });

async function countedOnce(slug: string, guest: Guest): Promise<void> {
  const [ballotId, ...more] = guest.ballotIds();
  expect(more).toEqual([]);
  expect(await town.ledger(slug)).toEqual([{ ballotId, picks: [3, 6], state: 'counted' }]);
  expect(guest.falseWords).toEqual([]);
  expect(guest.faults).toEqual([]);
  expect((await town.verify(slug))?.ballots).toBe(1);
}

/** What a person would answer. */
function solved(question: string): number {
  const numbers = [...question.matchAll(/“(.+?)”/g)].map(([, word = '']) => parseNumeral(word) ?? Number.NaN);
  const [first = 0, second = 0] = numbers;
  if (question.includes('相加')) return first + second;
  if (question.includes('减去')) return first - second;
  if (question.includes('最大')) return Math.max(...numbers);
  if (question.includes('最小')) return Math.min(...numbers);
  const place = parseNumeral(/第(.+?)个/.exec(question)?.[1] ?? '') ?? 0;
  return numbers[place - 1] ?? Number.NaN;
}

describe.concurrent('a ballot that is asked for a proof', () => {
  test('is proven by the phone itself and counted, and nobody else ever loads what that takes', async () => {
    const plain = await aboutToVote('never-asked', {}, town.phone());
    const loaded: string[] = [];
    plain.guest.context.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await voteButton(plain.page).tap();
    await receiptOf(plain.page);
    expect(loaded.filter((path) => /\/assets\/(proof|worker)-/.test(path))).toEqual([]);

    const { slug, guest, page } = await aboutToVote('silently', asks, town.phone());
    await voteButton(page).tap();
    const receipt = await receiptOf(page);
    await receipt.getByRole('heading', { name: '您的选票已入账' }).waitFor();
    expect(guest.sent.map(proofOf).filter((kind, i, all) => kind !== all[i - 1])).toEqual(['none', 'altcha']);
    const [first, last] = [guest.sent[0], guest.sent.at(-1)];
    expect(last?.seen).toEqual(first?.seen);
    expect(first?.seen?.touches).toBe(3);
    expect(first?.seen?.dwellMs).toBeGreaterThan(0);
    await countedOnce(slug, guest);
    await town.verify('never-asked');
  });

  test('shows how far the work is, goes on while the visitor reads, and is asked anew after a reload', async ({
    expect,
  }) => {
    const heavy = await aboutToVote('reloaded', asksMuch, town.phone());
    const { slug, path, guest, page } = heavy;
    await voteButton(page).tap();
    const sheet = sheetOf(page);
    await sheet.getByText('正在做安全验证，约需几秒，完成后自动提交').waitFor();
    const share = () =>
      sheet
        .getByRole('progressbar')
        .evaluate((bar: HTMLProgressElement) => (bar.position > 0 ? 'some' : 'none'));
    await expect.poll(share, patience).toBe('some');
    await sheet.getByRole('button', { name: '改为回答问题' }).waitFor();
    await sheet.getByRole('button', { name: '继续浏览' }).tap();
    await page
      .getByRole('region', { name: '我的选票' })
      .getByText('正在做安全验证，完成后自动提交')
      .waitFor();
    await page.goto(`${path}/mine`);
    await page.getByText('选票已保存在本机，验证完成后自动提交，只会计一次。').waitFor();
    expect(await town.ledger(slug)).toEqual([]);
    await ease(heavy);
    await page.reload();
    await (await receiptOf(page)).getByRole('button', { name: '完成' }).tap();
    await page.getByRole('article').getByText('已计票').waitFor();
    await countedOnce(slug, guest);
  });

  test('is proven in JavaScript where plain http leaves the page without WebCrypto', async () => {
    const guest = await town.phone({ baseURL: 'http://bureau.test' });
    // A name on an inner network, answered by the town's own server.
    await guest.context.route('http://bureau.test/**', async (route) => {
      const url = route.request().url().replace('http://bureau.test', town.url);
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    const { slug, page } = await aboutToVote('plain-http', asks, Promise.resolve(guest));
    expect(await page.evaluate(() => 'subtle' in crypto)).toBe(false);
    await voteButton(page).tap();
    await page.getByRole('dialog', { name: '选票回执' }).getByText('已计票').waitFor();
    expect(proofOf(guest.sent.at(-1))).toBe('altcha');
    expect(await town.ledger(slug)).toMatchObject([{ picks: [3, 6], state: 'counted' }]);
    await town.verify(slug);
  });

  test('can be proven by a question instead, by keyboard alone, where no worker runs; a wrong answer brings another one', async ({
    expect,
  }) => {
    const guest = await town.desk();
    await guest.page.route('**/assets/worker-*', (route) => route.abort());
    const { slug, page } = await aboutToVote('question', asks, Promise.resolve(guest));
    await voteButton(page).focus();
    await page.keyboard.press('Enter');
    const sheet = sheetOf(page);
    await sheet.getByRole('heading', { name: '请回答一道题' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await expect.poll(focused).toBe('请回答一道题');
    const question = sheet.locator('form > p').first();
    const answer = async (words: string) => {
      await page.keyboard.press('Tab');
      if ((await focused()) === '朗读题目') await page.keyboard.press('Tab');
      await page.keyboard.type(words);
      await sheet.getByText('现在可以提交。').waitFor({ state: 'attached' });
      await page.keyboard.press('Enter');
    };
    await question.waitFor();
    const first = await textOf(question);
    await answer('1000');
    await sheet.getByRole('heading', { name: '换了一道题' }).waitFor();
    expect(await town.ledger(slug)).toEqual([]);
    await expect.poll(focused).toBe('换了一道题');
    await question.waitFor();
    await expect.poll(() => textOf(question)).not.toBe(first);
    await answer(String(solved(await textOf(question))));
    await receiptOf(page);
    expect(proofOf(guest.sent.at(-1))).toBe('question');
    // The worker that the test kept from loading.
    guest.faults.splice(
      0,
      guest.faults.length,
      ...guest.faults.filter((fault) => !fault.includes('/assets/worker-')),
    );
    await countedOnce(slug, guest);
  });

  test('the question takes 长辈版 sizes and can be read aloud, and the visitor may let the phone work after all', async ({
    expect,
  }) => {
    const guest = await town.phone();
    await guest.context.addCookies([{ name: 'elder', value: '1', url: town.url }]);
    await guest.context.addInitScript(() => {
      const page = window as unknown as { said: string[] };
      page.said = [];
      speechSynthesis.speak = (words) => page.said.push(words.text);
    });
    const heavy = await aboutToVote('elder', asksMuch, Promise.resolve(guest));
    const { slug, page } = heavy;
    await voteButton(page).tap();
    const sheet = sheetOf(page);
    await sheet.getByRole('button', { name: '改为回答问题' }).tap();
    const read = sheet.getByRole('button', { name: '朗读题目' });
    await read.tap();
    const question = await textOf(sheet.locator('form > p').first());
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { said: string[] }).said))
      .toEqual([question]);
    const heights = await sheet
      .locator('button, input')
      .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().height)));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(60);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    await ease(heavy);
    await sheet.getByRole('button', { name: '改为自动验证' }).tap();
    await receiptOf(page);
    expect(proofOf(guest.sent.at(-1))).toBe('altcha');
    await countedOnce(slug, guest);
  });
});

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
    await own.getByText('已计票').waitFor({ state: 'detached' });
    return { ...at, own, index: Number(/第 (\d+) 号选票/.exec(await textOf(own))?.[1]) - 1 };
  }

  test('is shown as 待核, and as 核实后已计票 once it is released; this phone’s check still agrees', async ({
    expect,
  }) => {
    const { slug, path, page, guest, own, index } = await held('released');
    await page.goto(`${path}/rank`);
    const note = page.getByRole('button', { name: /^部分选票待核.*3 号/ });
    await note.focus();
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('dialog', { name: '部分选票待核' });
    await sheet.getByText('不代表候选或投票人有过错').waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('button', { name: /^部分选票待核/ }).count()).toBe(2);

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

  test('leaves no trace on candidates while counts are hidden', async ({ expect }) => {
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
      await expect.poll(() => page.getByText('部分选票待核').count()).toBe(0);
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
    const kept = await copied();
    await expect.poll(() => textOf(page.getByText(/^ZM1-/))).toBe(kept);
    expect(guest.faults).toEqual([]);
    await town.verify(slug);
  });
});
