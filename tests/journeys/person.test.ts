import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addStaff, makeLink } from '@zuimei/server/staff/account.ts';
import { PROOF_MS } from '@zuimei/server/staff/session.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from '../server/member.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/* An administrator and an auditor at their desks: links that stay, a proof asked for in place, and an account made by two. */

let fresh: FreshDatabase;
let site: TestSite;
let chromium: TestBrowser;
let boss: Awaited<ReturnType<typeof sitDown>>;
let auditor: Awaited<ReturnType<typeof sitDown>>;
const faults: string[] = [];

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  chromium = await openBrowser();
  boss = await sitDown('管理甲', 'guanli', ['administrator']);
  auditor = await sitDown('审计甲', 'shenji', ['auditor']);
});
afterAll(async () => {
  await chromium?.close();
  await site?.close();
  await fresh?.drop();
});

async function visitor(cookie = '', phone = false): Promise<Page> {
  const url = `http://127.0.0.1:${site.port}`;
  const context = await (phone ? chromium.phone({ baseURL: url }) : chromium.desk({ baseURL: url }));
  context.setDefaultTimeout(15_000);
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (/Content Security Policy|\[Vue/.test(message.text())) faults.push(message.text());
  });
  const [name = '', value = ''] = cookie.split('=');
  if (name) await context.addCookies([{ name, value, url }]);
  return await context.newPage();
}

async function sitDown(name: string, login: string, roles: Role[]) {
  const { db, seals } = site.parts;
  const { path } = await db
    .transaction()
    .execute(async (tx) =>
      makeLink(tx, seals, await addStaff(tx, seals, { login, name, roles }, site.now()), site.now()),
    );
  const desk = browser(site);
  const { secret } = await desk.join(path);
  return { secret, page: await visitor(desk.cookie()) };
}

const button = (at: Page, name: string) => at.getByRole('button', { name, exact: true });

/** As many seconds later as make every code before it useless. */
async function prove(page: Page, secret: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: '确认是您本人' });
  await dialog.getByLabel('动态码').fill(totpCode(secret, site.now()));
  await dialog.getByRole('button', { name: '确认并继续' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

test('an old proof is asked for in place, and what was under way goes on by itself; the link stays until it is closed', async () => {
  const { page, secret } = boss;
  await page.goto('/console/staff');
  await button(page, '邀请人员').click();
  const dialog = page.getByRole('dialog', { name: '邀请人员' });
  await dialog.getByLabel('姓名').fill('李明');
  await dialog.getByRole('textbox', { name: '账号' }).fill('liming');
  await dialog.getByLabel('主办单位').check();
  site.pass(PROOF_MS + 1_000);
  await button(page, '生成账号链接').click();
  await prove(page, secret);
  const first = await page.getByLabel('账号链接').inputValue();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByLabel('账号链接').inputValue()).toBe(first);
  await button(page, '完成').click();

  await page.getByRole('cell', { name: /李明/ }).click();
  const panel = page.getByRole('dialog', { name: '李明' });
  await panel.getByRole('button', { name: '生成新的链接' }).click();
  const asked = page.getByRole('dialog', { name: '生成新的链接' });
  await asked.getByLabel('原因').fill('手机丢失，已当面核实');
  await Promise.all([
    // The list behind is read again; that must not take the link away.
    page.waitForResponse((reply) => reply.url().endsWith('/api/console/staff')),
    asked.getByRole('button', { name: '生成链接' }).click(),
  ]);
  const link = await panel.getByLabel('账号链接').inputValue();
  expect(link).toMatch(/\/console\/join#[\w-]{43}$/);
  expect(link).not.toBe(first);
  await page.keyboard.press('Escape');
  await page.getByRole('cell', { name: /李明/ }).waitFor();
  await expect.poll(() => panel.getByLabel('账号链接').inputValue()).toBe(link);
  await panel.getByRole('button', { name: '关闭' }).click();
  await panel.waitFor({ state: 'hidden' });
});

test('an auditor is made by two persons and joins with what both hand over, told when somebody else opened the link', async () => {
  const { page } = boss;
  await button(page, '邀请人员').click();
  const dialog = page.getByRole('dialog', { name: '邀请人员' });
  await dialog.getByLabel('姓名').fill('周明川');
  await dialog.getByRole('textbox', { name: '账号' }).fill('zhoumc');
  await dialog.getByLabel('审计').check();
  await dialog.getByText('由两人共同办理').waitFor();
  await dialog.getByLabel('原因').fill('按办公会意见增补审计');
  await button(page, '提出，请另一位确认').click();
  const pass = await page.getByLabel('启用码').inputValue();
  await button(page, '完成').click();
  await page.getByText('等待另一位系统管理员或审计确认').waitFor();

  const other = auditor.page;
  await other.goto('/console');
  await other.getByText('新建账号 周明川（zhoumc）：审计').waitFor();
  await button(other, '确认').click();
  const confirming = other.getByRole('dialog', { name: '确认账号事项' });
  await confirming.getByRole('button', { name: '确认' }).click();
  await prove(other, auditor.secret);
  const link = await other.getByLabel('账号链接').inputValue();
  await button(other, '完成').click();

  const phone = await visitor('', true);
  await phone.goto(link);
  await phone.getByLabel('启用码').fill('aaaa-aaaa');
  await button(phone, '下一步').click();
  await phone.getByText('再错 4 次链接将作废').waitFor();
  await phone.getByLabel('启用码').fill(pass);
  await button(phone, '下一步').click();
  await phone.getByLabel('新密码').fill(PASSWORD);
  await phone.getByLabel('再输入一次').fill(PASSWORD);
  await button(phone, '下一步').click();
  const keyOf = async () => ((await phone.locator('code').textContent()) ?? '').replaceAll(' ', '');
  const key = await keyOf();
  // Somebody who has both opens it meanwhile: the picture on the phone is void, and says so.
  const token = link.split('#')[1];
  await browser(site, '198.51.100.9').ask('POST', 'invite/open', { token, pass });
  await phone.getByLabel('输入应用里显示的 6 位动态码').fill(totpCode(key, site.now()));
  await button(phone, '完成绑定').click();
  await phone.getByText('又在别处打开过').waitFor();
  await expect.poll(keyOf).not.toBe(key);
  await phone.getByLabel('输入应用里显示的 6 位动态码').fill(totpCode(await keyOf(), site.now()));
  await button(phone, '完成绑定').click();
  await phone.getByRole('heading', { name: '保存恢复码' }).waitFor();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  expect(faults).toEqual([]);
});
