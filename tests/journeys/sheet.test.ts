import { sql } from 'kysely';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSecrets } from '@zuimei/server/secret.ts';
import { addStaff } from '@zuimei/server/staff/account.ts';
import { createSeals } from '@zuimei/server/staff/seal.ts';
import { createSessions } from '@zuimei/server/staff/session.ts';
import type { PanelsView, SeatLink } from '@zuimei/shared/panel.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { HOUR_MS } from '../harness/site.ts';
import { outcomeOf } from '../server/panelled.ts';
import { openTown, type Town } from './town.ts';

const PIN = '271828';
const NUMBERS = [1, 2, 3, 4];
let town: Town;
let slug: string;
let phone: BrowserContext;
let page: Page;
let link: string;
let organizer: Record<string, string>;

beforeAll(async () => {
  town = await openTown();
  const at = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();
  const schedule = [
    { phase: 'shortlisted' as const, from: at(-48) },
    { phase: 'voting' as const, from: at(-1) },
    { phase: 'judging' as const, from: at(48) },
    { phase: 'notice' as const, from: at(96) },
  ];
  ({ slug } = await town.contest(
    'judged',
    { outcome: outcomeOf(), schedule, reveal: { kind: 'sealed', from: at(96) } },
    NUMBERS.length,
  ));
  const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
  const seals = createSeals({ secrets });
  const sessions = createSessions({ db: town.db, secrets, seals, clock: Date.now, secure: false });
  const staff = await town.db
    .transaction()
    .execute((tx) =>
      addStaff(tx, seals, { login: 'organizer', name: '测试主办', roles: ['organizer'] }, Date.now()),
    );
  const cookie = (await sessions.open({ staff }, { address: '', agent: '' })).split(';')[0] ?? '';
  const csrf = (await sessions.find(cookie))?.csrf ?? '';
  organizer = { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' };
  const { links } = await asked<{ links: SeatLink[] }>('/seats', {
    seats: [{ panel: 'expert', name: '陈专家', unit: '单位2', kind: 'full' }],
  });
  link = links[0]?.link ?? '';
  phone = await town.browser.phone({ baseURL: town.url });
  phone.setDefaultTimeout(15_000);
  page = await phone.newPage();
}, 120_000);
afterAll(() => town.close());

/** As the organizer's page asks of the panels; without a body it reads. */
async function asked<Reply>(path: string, body?: unknown): Promise<Reply> {
  const reply = await fetch(`${town.url}/api/console/contests/${slug}/panels${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: organizer,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(reply.ok, `${path} ${reply.status}`).toBe(true);
  return (await reply.json()) as Reply;
}

const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
const give = (name: string) => page.getByRole('radio', { name }).click();

test('a judge joins by the link, steps back from their own unit, scores without a network, locks, and gets the sheet back', {
  timeout: 120_000,
}, async () => {
  await page.goto(link);
  await page.getByLabel('PIN 码').fill(PIN);
  await page.getByLabel('再输入一次').fill(PIN);
  await press('下一步');
  await press('暂不绑定');
  await page.waitForURL(`**/console/c/${slug}/sheet`);

  await page.getByText('以下候选与您同单位：须回避').waitFor();
  await page.getByText('02 号 候选2').waitFor();
  await press('确认回避 1 位，开始评审');
  await page.getByText('0 / 3').waitFor();
  await page.waitForFunction(async () => {
    const [worker] = await navigator.serviceWorker.getRegistrations();
    const kept = await (await caches.open('zuimei-sheet')).keys();
    return worker?.active && kept.some(({ url }) => url.includes('SheetPage-'));
  });
  await press('开始评分');
  await give('事迹，8 分，良好');
  await press('事迹，加半分');
  await page.getByText(/^已保存/).waitFor();

  // The network goes, and the page is opened again without it.
  await town.kill();
  await give('精神，9 分，突出');
  await page.getByText(/^离线/).waitFor();
  await page.reload();
  await page.getByRole('radio', { name: '事迹，8.5 分，良好' }).and(page.locator(':checked')).waitFor();
  await page.getByRole('radio', { name: '精神，9 分，突出' }).and(page.locator(':checked')).waitFor();
  await page.getByText('87.00').last().waitFor();
  await page.goto(`/console/c/${slug}/sheet`);
  await page.getByText('1 / 3').waitFor();
  await press('评下一位');
  await give('事迹，7 分，良好');
  await give('精神，7 分，良好');
  await page.getByText(/^离线/).waitFor();
  await town.restart();
  await page.getByText(/^已保存/).waitFor({ timeout: 60_000 });

  await page.goto(`/console/c/${slug}/sheet`);
  await press('评下一位');
  await give('事迹，6 分，一般');
  await give('精神，6 分，一般');
  await page.getByText(/^已保存/).waitFor();
  const seen = await asked<PanelsView>('');
  expect(seen.panels[0]?.seats[0]).toMatchObject({ code: 'E1', done: 3, of: 3, locked: null });
  expect(JSON.stringify(seen)).not.toMatch(/8\.5|850|"lines"/);

  await page.goto(`/console/c/${slug}/sheet?at=end`);
  await page.getByText('我的分数分布').waitFor();
  await press('锁定评分表');
  await page.getByRole('dialog').getByRole('button', { name: '锁定', exact: true }).click();
  await page.getByRole('heading', { name: '评分表已锁定' }).waitFor();
  const digest = await page.getByLabel('存证全文').inputValue();
  const { rows } = await sql<{ index: string; digest: string }>`
    select index, act ->> 'digest' as digest from ledger_entry
    where kind = 'sheet' and contest = (select id from contest where slug = ${slug})`.execute(town.db);
  expect(rows.map((row) => row.digest)).toEqual([digest]);
  await page.getByText(`第 ${Number(rows[0]?.index) + 1} 号`).waitFor();
  await page.getByText('87.00').waitFor();

  await press('有差错，申请重开');
  await page.getByRole('dialog').getByRole('textbox').fill('第二位漏看了附件');
  await press('提交申请');
  await page.getByText('等待主办单位处理').waitFor();
  const { id } = (await asked<PanelsView>('')).panels[0]?.seats[0] ?? { id: 0 };
  await asked(`/seats/${id}/reopen`, { reason: '评委漏看附件' });
  await page.reload();
  await page.getByText('评分表已重开').waitFor();
  await page.goto(`/console/c/${slug}/sheet?at=end`);
  await press('锁定评分表');
  await page.getByRole('dialog').getByRole('button', { name: '锁定', exact: true }).click();
  await page.getByText('E1 · 第 2 版').waitFor();
  expect((await asked<PanelsView>('')).panels[0]?.seats[0]).toMatchObject({ revisions: 2 });
  await town.verify(slug);
});
