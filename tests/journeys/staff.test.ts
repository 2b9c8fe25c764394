import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../harness/app.ts';
import { MOVING, openBrowser, type TestBrowser } from '../harness/browser.ts';
import { PASSWORD, totpCode } from '../server/member.ts';
import { settled } from './walk.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const STEP_MS = 30_000;
let app: TestApp;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;
/** Exceptions, and what the content policy stopped. */
const faults: string[] = [];
let admin = { key: '', recovery: [''] };
let inviteLink = '';

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  [context, page] = await visitor();
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

async function visitor(phone = false): Promise<[BrowserContext, Page]> {
  const made = await (phone
    ? browser.phone({ ...MOVING, baseURL: app.url })
    : browser.desk({ ...MOVING, baseURL: app.url }));
  made.setDefaultTimeout(15_000);
  made.on('weberror', (error) => faults.push(error.error().message));
  made.on('console', (message) => {
    if (/Content Security Policy|\[Vue/.test(message.text())) faults.push(message.text());
  });
  return [made, await made.newPage()];
}

const button = (at: Page, name: string) => at.getByRole('button', { name, exact: true });

/** Through the whole page behind a one-time link; gives the authenticator's key and the recovery codes. */
async function join(at: Page, link: string) {
  await at.goto(link);
  await at.getByLabel('新密码').fill('password2026');
  await at.getByText('太容易被猜到').waitFor();
  await at.getByLabel('新密码').fill(PASSWORD);
  await at.getByLabel('再输入一次').fill(PASSWORD);
  await button(at, '下一步').click();
  const key = ((await at.locator('code').textContent()) ?? '').replaceAll(' ', '');
  await at.getByLabel('输入应用里显示的 6 位动态码').fill(totpCode(key, Date.now()));
  await button(at, '完成绑定').click();
  await at.getByRole('heading', { name: '保存恢复码' }).waitFor();
  const codes = at.getByRole('list', { name: '恢复码' }).getByRole('listitem');
  await expect.poll(() => codes.count()).toBe(10);
  const recovery = await codes.allInnerTexts();
  await expect.poll(() => button(at, '进入控制台').isDisabled()).toBe(true);
  expect(at.url()).not.toContain('#');
  const [file] = await Promise.all([
    at.waitForEvent('download'),
    at.getByRole('link', { name: '下载' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^恢复码-.+\.txt$/);
  await at.getByLabel('我已经保存好这些恢复码').check();
  await button(at, '进入控制台').click();
  await at.waitForURL('**/console');
  return { key, recovery };
}

test('the first administrator joins by the link that the program printed, with a second factor', async () => {
  await expect.poll(() => app.log()).toContain('/console/join#');
  const link = /http\S+\/console\/join#[\w-]{43}/.exec(app.log())?.[0] ?? '';
  admin = await join(page, link);
  // Once only.
  const [other, tab] = await visitor();
  await tab.goto(link);
  await tab.getByRole('heading', { name: '链接不能使用' }).waitFor();
  await other.close();
});

test('invites an organizer, and is told why an auditor holds nothing else', async () => {
  await page.getByRole('link', { name: '人员与权限' }).click();
  await button(page, '邀请人员').click();
  const dialog = page.getByRole('dialog', { name: '邀请人员' });
  await dialog.getByLabel('姓名').fill('李明');
  await dialog.getByRole('textbox', { name: '账号' }).fill('liming');
  await dialog.getByLabel('审计').check();
  await expect.poll(() => dialog.getByLabel('主办单位').isDisabled()).toBe(true);
  await dialog.getByText('三员分立').waitFor();
  await dialog.getByLabel('审计').uncheck();
  await dialog.getByLabel('主办单位').check();
  await button(page, '生成账号链接').click();
  inviteLink = await page.getByLabel('账号链接').inputValue();
  expect(inviteLink).toContain(`${app.url}/console/join#`);
  await button(page, '完成').click();
  await page.getByRole('row', { name: /李明.*主办单位.*待启用/ }).waitFor();
});

test('the organizer joins on a phone and sees no accounts', async () => {
  const [other, phone] = await visitor(true);
  await join(phone, inviteLink);
  await button(phone, '菜单').waitFor();
  await settled(phone);
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  await button(phone, '菜单').click();
  await phone.getByRole('link', { name: '我的账号' }).waitFor();
  await expect.poll(() => phone.getByRole('link', { name: '人员与权限' }).count()).toBe(0);
  await phone.goto('/console/staff');
  await phone.getByText('系统管理员').first().waitFor();
  await expect.poll(() => phone.getByRole('table').count()).toBe(0);
  await other.close();
});

test('signs out and in again, and comes back to where they wanted to go', async () => {
  await page.getByRole('navigation', { name: '主要栏目' }).getByRole('button', { name: '退出登录' }).click();
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await page.goto('/console/log');
  await page.getByLabel('账号').fill('admin');
  await page.getByLabel('密码', { exact: true }).fill('not the password');
  await button(page, '下一步').click();
  await page.getByText('再错 4 次将暂时锁定').waitFor();
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  // The step that joining took does not serve again; the next one is within what is allowed.
  await page.getByLabel('动态码').fill(totpCode(admin.key, Date.now() + STEP_MS));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '操作日志' }).waitFor();
  for (const words of ['邀请人员', '启用账号', '退出登录', '登录'])
    await page.getByRole('cell', { name: words, exact: true }).first().waitFor();
  await page.getByRole('cell', { name: '李明（liming）：主办单位' }).waitFor();
});

test('disables an account with a reason, and sees who is signed in as oneself', async () => {
  await page.goto('/console/staff');
  await page.getByRole('cell', { name: /李明/ }).click();
  const panel = page.getByRole('dialog', { name: '李明' });
  await panel.getByRole('button', { name: '停用账号' }).click();
  const dialog = page.getByRole('dialog', { name: '停用账号' });
  await dialog.getByText('立即退出所有设备').waitFor();
  await dialog.getByLabel('原因').fill('岗位调整，不再承担');
  await dialog.getByRole('button', { name: '停用账号' }).click();
  await panel.getByText('已停用').waitFor();
  await page.goto('/console/account');
  await page.getByRole('row', { name: /Chrome.*这一台/ }).waitFor();
});

test('after a time at rest is warned, then signed out, and finds the page as it was after signing in', async () => {
  await page.goto('/console/staff');
  await page.clock.install();
  await page.reload();
  await page.getByRole('searchbox', { name: '搜索' }).fill('李');
  // Thirty minutes, less the minute that the server may count from earlier, less the minute of the warning.
  await page.clock.fastForward(28 * 60_000 + 5_000);
  await page.clock.runFor(2_000);
  await page.getByRole('dialog', { name: '还在使用吗' }).waitFor();
  await button(page, '继续使用').click();
  await page.clock.runFor(2_000);
  await page.getByRole('dialog', { name: '还在使用吗' }).waitFor({ state: 'hidden' });
  await page.clock.fastForward(29 * 60_000 + 5_000);
  await page.clock.runFor(3_000);
  await page.getByText('登录已过期').waitFor();
  const session = await page.evaluate(async () => (await fetch('/api/console/session')).status);
  expect(session).toBe(401);
  await page.clock.resume();
  await page.getByLabel('账号').fill('admin');
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await button(page, '手机不在身边，用恢复码').click();
  await page.getByLabel('恢复码').fill(admin.recovery[3] ?? '');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '人员与权限' }).waitFor();
  await expect.poll(() => page.getByRole('searchbox', { name: '搜索' }).inputValue()).toBe('李');
  expect(faults).toEqual([]);
  await context.close();
});
