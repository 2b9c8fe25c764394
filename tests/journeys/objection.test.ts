import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen } from '../server/chosen.ts';
import { findingOf, objecting, PDF, SECRET_TEXT, WHO } from '../server/objecting.ts';

const PATIENCE_MS = 12_000;
let fresh: MovableDatabase;
let site: TestSite;
let one: Chosen;
let browser: TestBrowser;
let phone: Page;
let officer: Desk;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  one = await chosen(site, fresh);
  await one.notice();
  site.pass(1_001);
  officer = await objecting(site, one.slug).officer(one.organizer);
  browser = await openBrowser();
  phone = await open(await browser.phone({ baseURL: `http://127.0.0.1:${site.port}` }));
}, 60_000);
afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

async function open(context: BrowserContext): Promise<Page> {
  contexts.push(context);
  context.setDefaultTimeout(PATIENCE_MS);
  return await context.newPage();
}

/** Somebody of the office at the desk for objections, on the first one. */
async function sit(staff: number): Promise<Page> {
  const url = `http://127.0.0.1:${site.port}`;
  const context = await browser.desk({ baseURL: url });
  const [name = '', value = ''] = (await signIn(site, { staff })).cookie.split('=');
  await context.addCookies([{ name, value, url }]);
  const page = await open(context);
  await page.goto(`/console/c/${one.slug}/objections`);
  await page.getByRole('button', { name: '第 1 号' }).click();
  return page;
}
const fill = async (page: Page, label: string, text: string) =>
  await page.getByLabel(label).first().fill(text);

describe('an objection, from a phone to the answer', { timeout: 90_000 }, () => {
  let code = '';

  test('what is missing is said, what was typed outlasts a reload, and the code is shown once', async () => {
    await phone.goto(`/c/${one.slug}/objection`);
    await phone.getByRole('button', { name: '提交异议' }).click();
    for (const sentence of ['请选择您反映的是哪一位。', '请选择反映的是什么问题。', '请填写您的姓名。'])
      await phone.getByText(sentence).waitFor();
    await phone.getByLabel('候选1').check();
    await phone.getByLabel('事迹或材料不实').check();
    await fill(phone, '具体情况', SECRET_TEXT);
    await phone.locator('#objection-name').fill(WHO.name);
    await phone.locator('#objection-phone').fill(WHO.phone);
    await phone.reload();
    await expect.poll(() => phone.getByLabel('具体情况').inputValue()).toBe(SECRET_TEXT);
    const file = { name: '考勤台账.pdf', mimeType: 'application/pdf', buffer: Buffer.from(PDF) };
    await phone.locator('#objection-files').setInputFiles(file);
    await phone.getByText('1 KB').waitFor();
    await phone.getByRole('button', { name: '提交异议' }).click();
    code = (await phone.locator('.objection-code').textContent()) ?? '';
    expect(code).toMatch(/^(\w{4}-){3}\w{4}$/);
    await expect.poll(() => phone.evaluate(() => JSON.stringify(localStorage))).not.toMatch(/赵举报|考勤/);
  });

  test('the officer opens it and proposes, an auditor sees what it does and confirms, others see the line alone', async () => {
    const desk = await sit(officer.staff);
    await desk.getByRole('button', { name: '打开内容' }).click();
    await desk.getByText(WHO.name).waitFor();
    await desk.getByRole('link', { name: '考勤台账.pdf' }).waitFor();
    await desk.getByRole('button', { name: '提出处理结论' }).click();
    await desk.getByRole('radio', { name: '不成立' }).check();
    await expect.poll(() => desk.getByRole('radio', { name: /暂缓公布/ }).isDisabled()).toBe(true);
    await desk.getByRole('radio', { name: '成立', exact: true }).check();
    await desk.getByRole('radio', { name: /暂缓公布/ }).check();
    await fill(desk, '核查情况和依据', findingOf().basis);
    await fill(desk, '给异议人的答复', findingOf().answer);
    await desk.getByRole('button', { name: '提出，交审计确认' }).click();
    await desk.getByText('待审计确认。').waitFor();

    const chief = await sit(one.organizer.staff);
    await chief.getByText('内容只有受理人能看。').waitFor();
    await expect.poll(() => chief.getByText(findingOf().basis).count()).toBe(0);

    const auditor = await sit(one.auditor.staff);
    await auditor.getByText(findingOf().basis).waitFor();
    await auditor.getByRole('button', { name: '确认', exact: true }).click();
    await auditor.getByRole('dialog', { name: '确认处理结论' }).getByLabel('原因').fill('与台账一致');
    await auditor
      .getByRole('dialog', { name: '确认处理结论' })
      .getByRole('button', { name: '确认', exact: true })
      .click();
    // Until it is confirmed the dialog stands, and closes with the entry.
    await auditor.getByRole('dialog', { name: '确认处理结论' }).waitFor({ state: 'hidden' });
    expect((await objecting(site, one.slug).list(one.auditor)).lines[0]?.findings).toMatchObject([
      { effect: 'hold', numbers: [1] },
    ]);
  });

  test('the code, typed as people type, tells how far it is and the answer', async () => {
    await fill(phone, '查询码', code.toLowerCase().replaceAll('-', ' '));
    await phone.getByRole('button', { name: '查询', exact: true }).click();
    await phone.getByText('结论：成立').waitFor();
    await phone.getByText(findingOf().answer).waitFor();
    await fill(phone, '查询码', 'AAAA-AAAA-AAAA-AAAA');
    await phone.getByRole('button', { name: '查询', exact: true }).click();
    await phone.getByText('没有找到这个查询码').waitFor();
    expect(site.errors).toEqual([]);
  });
});
