import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PASSWORD, totpCode } from '../server/member.ts';
import { portrait } from '../server/paper.ts';
import { openContest, pick, receiptOf, voteButton } from './guest.ts';
import { nominationForm, unitSheet } from './papers.ts';
import { openTown, type Town } from './town.ts';
import { walk } from './walk.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

/*
 * A new organizer's way from the first administrator to a live contest: 20 candidates from 8 units, 2 of them filled in online, 6
 * uploaded by their units, 12 handed in on paper. The steps follow each other.
 */

const HOUR_MS = 3_600_000;
const SHOTS = process.env['SHOTS'];
const units = ['青石镇', '桐江镇', '云门镇', '石板镇', '柳溪镇', '白鹭镇', '龙泉镇', '梅岭镇'].map(
  (town) => `${town}人民政府`,
);
const online = ['林见山', '苏听雨'];
const onPaper = [
  '赵青禾',
  '钱望舒',
  '孙有容',
  '李思远',
  '周清和',
  '吴若水',
  '郑南乔',
  '王知行',
  '冯时雨',
  '陈星野',
  '褚云帆',
  '卫向晚',
];
const uploaded = ['蒋听澜', '沈怀瑾', '韩松年', '杨初一', '朱明远', '秦有光'];

let town: Town;
let office: Page;
const contexts: BrowserContext[] = [];
/** Exceptions, what the content policy stopped, and answers that say the server failed. */
const faults: string[] = [];
let slug = '';

beforeAll(async () => {
  town = await openTown();
});
afterAll(async () => {
  for (const context of contexts) await context.close();
  await town?.close();
});

async function sitDown(kind: 'desk' | 'phone' = 'desk'): Promise<Page> {
  const context = await town.browser[kind]({ baseURL: town.url });
  contexts.push(context);
  context.setDefaultTimeout(20_000);
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (/Content Security Policy|\[Vue/.test(message.text())) faults.push(message.text());
  });
  context.on('response', (reply) => {
    if (reply.status() >= 500) faults.push(`${reply.status()} ${reply.url()}`);
  });
  return await context.newPage();
}

/** What the organizer sees, at both widths: for who works on the page. */
async function look(name: string): Promise<void> {
  if (!SHOTS) return;
  for (const [width, height] of [
    [375, 812],
    [1280, 800],
  ] as const) {
    await office.setViewportSize({ width, height });
    await office.screenshot({ path: `${SHOTS}/${name}-${width}.png` });
  }
}

const button = (at: Page, name: string | RegExp) => at.getByRole('button', { name, exact: true });

async function join(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('新密码').fill(PASSWORD);
  await page.getByLabel('再输入一次').fill(PASSWORD);
  await button(page, '下一步').click();
  const key = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('输入应用里显示的 6 位动态码').fill(totpCode(key, Date.now()));
  await button(page, '完成绑定').click();
  await page.getByLabel('我已经保存好这些恢复码').check();
  await button(page, '进入控制台').click();
  await page.waitForURL('**/console');
}

/** A moment as a date-and-time field takes it. */
function fieldTime(ms: number): string {
  return new Date(ms + 8 * HOUR_MS).toISOString().slice(0, 16);
}

async function openSection(name: string): Promise<void> {
  await walk(office, `/console/c/${slug}/settings`);
  await office.getByRole('button', { name }).or(office.getByRole('link', { name })).first().click();
}

test('the first administrator joins by the printed link and invites an organizer, who joins', async () => {
  const admin = await sitDown();
  await join(admin, /http\S+\/console\/join#[\w-]{43}/.exec(town.log())?.[0] ?? '');
  await admin.goto('/console/staff');
  await button(admin, '邀请人员').click();
  const dialog = admin.getByRole('dialog', { name: '邀请人员' });
  await dialog.getByLabel('姓名').fill('王组织');
  await dialog.getByRole('textbox', { name: '账号' }).fill('wang');
  await dialog.getByLabel('主办单位').check();
  await button(admin, '生成账号链接').click();
  const link = await admin.getByLabel('账号链接').inputValue();
  office = await sitDown();
  await join(office, link);
});

test('makes a contest from a preset in three fields, opens it for nominations and publishes it', async () => {
  await office
    .getByRole('link', { name: /新建|建立/ })
    .first()
    .click();
  await office.getByText('最美应急人·区县').click();
  await office.getByLabel(/活动名称/).fill('2026 年度云岭区“最美应急人”推选');
  await office.getByLabel(/主办单位/).fill('云岭区应急管理局');
  await button(office, '建立活动').click();
  await office.waitForURL('**/settings');
  slug = /\/c\/([^/]+)\//.exec(office.url())?.[1] ?? '';
  await openSection('日程');
  const yesterday = fieldTime(Date.now() - 24 * HOUR_MS);
  await office.getByLabel('征集开始').fill(yesterday);
  await office.getByLabel('报送开始').fill(yesterday);
  await office
    .getByText(/已保存/)
    .first()
    .waitFor();
  await office
    .frameLocator('iframe')
    .getByRole('heading', { name: /最美应急人/ })
    .waitFor();
  await button(office, '发布活动').click();
  await look('publish');
  await office.getByRole('dialog').getByRole('button', { name: '发布活动' }).click();
  await office.getByText(/没有未发布的改动/).waitFor();
  const visitor = await town.phone();
  await visitor.page.goto(`/c/${slug}`);
  await visitor.page
    .getByText(/候选名单将于/)
    .first()
    .waitFor();
});

/** As the sheet of links showed them when the units were made. */
const links = new Map<string, string>();

test('adds eight units from a sheet, each with a link that is shown until the sheet of links is closed', async () => {
  await walk(office, `/console/c/${slug}/units`);
  await button(office, '从表格导入').first().click();
  await office.getByRole('dialog').locator('input[type=file]').setInputFiles(unitSheet(units));
  await button(office, '添加 8 个单位').click();
  const slips = office.locator('.slip');
  await expect.poll(() => slips.count()).toBe(units.length);
  for (const unit of units)
    links.set(unit, (await slips.filter({ hasText: unit }).locator('.slip-link').textContent()) ?? '');
  await button(office, '关闭').click();
  for (const unit of units) await office.getByRole('row', { name: unit }).waitFor();
  await expect.poll(() => office.content()).not.toContain('/console/unit#');
});

test('changes units that are there from a sheet, and puts right in the preview what is wrong with it', async () => {
  const lines = ['单位名称,名额,联系人', `${units[0]},4,新联系人`, `${units[1]},三份半,`, `${units[2]},3,`];
  const file = { name: '名额.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) };
  await button(office, '从表格导入').first().click();
  const dialog = office.getByRole('dialog', { name: '从表格导入单位' });
  await dialog.locator('input[type=file]').setInputFiles(file);
  await dialog.getByRole('button', { name: '更新 1 个' }).waitFor();
  await dialog.getByText('名额“三份半”应为整数。').waitFor();
  await look('units-sheet');
  await dialog.getByLabel('名额合计').fill('5');
  await dialog.getByRole('button', { name: '更新 2 个' }).click();
  await office.getByText('已更新 2 个单位').waitFor();
  await office.getByRole('row', { name: units[0] }).getByText('新联系人').waitFor();
  await look('units');
});

test('hands in twelve forms that came on paper, with their consents', async () => {
  const papers = await Promise.all(
    onPaper.map((name, at) => nominationForm(name, units[2 + Math.floor(at / 3)] ?? '', at)),
  );
  await button(office, '导入报送材料').click();
  const panel = office.getByRole('dialog', { name: '导入报送材料' });
  await panel.locator('input[type=file]').setInputFiles(papers);
  await panel.getByText('读到 12 份，将导入 12 份').waitFor({ timeout: 60_000 });
  await panel.getByRole('button', { name: '导入 12 份' }).click();
  await panel.getByText('已导入 12 份').waitFor({ timeout: 20_000 });
  await panel.getByText('还缺：本人同意').first().waitFor();
  await panel.getByLabel(/签字的公示同意书/).check();
  await panel.getByRole('button', { name: '提交 12 份' }).click();
  await expect.poll(() => panel.getByText('已提交').count(), { timeout: 20_000 }).toBe(12);
});

/** A unit cannot find its link: the organizer looks at it again and says why. */
async function lookAgain(unit: string): Promise<string> {
  await walk(office, `/console/c/${slug}/units`);
  await office.getByRole('row', { name: unit }).click();
  const panel = office.getByRole('dialog', { name: unit });
  await panel.getByRole('button', { name: '查看链接' }).click();
  const why = office.getByRole('dialog', { name: '查看链接' });
  await why.getByLabel(/^原因/).fill('单位说找不到链接');
  await why.getByRole('button', { name: '查看', exact: true }).click();
  return await panel.getByRole('textbox', { name: '链接' }).inputValue();
}

/** 同意, own opinion, and what is asked before a draft is sent; from the step 意见与同意 on. */
async function agreeAndSend(page: Page, name: string, opinion: boolean): Promise<void> {
  await page.getByLabel(/^同意人/).fill(name);
  await page.getByLabel(/^同意日期/).fill('2026-03-20');
  if (opinion) {
    await page.getByLabel(/^签署人/).fill('示例负责人');
    await page.getByLabel(/^签署日期/).fill('2026-03-20');
  }
  await button(page, '下一步').click();
  await button(page, '提交').click();
}

async function fillIn(page: Page, name: string, unit: string): Promise<void> {
  await button(page, '在线填写（个人）').click();
  await page.getByLabel(/^组别/).selectOption({ label: '个人' });
  await page.getByLabel(/^姓名/).fill(name);
  await page.getByLabel(/^性别/).selectOption({ label: '女' });
  await page.getByLabel(/^出生年月/).fill('1990-05');
  await page.getByLabel(/^民族/).fill('汉');
  await page.getByLabel(/^政治面貌/).fill('群众');
  await page.getByLabel(/^现工作单位/).fill(unit);
  await page.getByLabel(/^职务/).fill('应急办科员');
  await page.getByLabel(/^从事应急工作年限/).fill('6年');
  await page.getByLabel(/^联系电话/).fill('13800000041');
  await button(page, '下一步').click();
  await page.getByLabel(/^推荐理由/).fill('三年走遍辖区每一处隐患点，群众叫得出名字。');
  await page.getByLabel(/^主要事迹/).fill('2025年汛期连续值守二十天，提前转移群众一百余人。');
  await button(page, '下一步').click();
  const face = await portrait(900, 1200);
  const file = { name: '照片.jpg', mimeType: 'image/jpeg', buffer: face };
  await page.locator('#f-photo input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: '使用这张' }).and(page.locator(':enabled')).click();
  await page.getByAltText('已上传的照片').waitFor();
  await button(page, '下一步').click();
  await agreeAndSend(page, name, true);
}

test('two units fill in their form on a phone, with a photo they crop', async () => {
  for (const [at, name] of online.entries()) {
    const unit = units[at] ?? '';
    const link = links.get(unit) ?? '';
    const phone = await sitDown('phone');
    await phone.goto(link);
    await fillIn(phone, name, unit);
    await phone.getByText('待审核').first().waitFor();
  }
});

test('two units upload what they filled in as documents, check each and send it', async () => {
  for (const part of [0, 1]) {
    const unit = units[6 + part] ?? '';
    const names = uploaded.slice(part * 3, part * 3 + 3);
    const link = await lookAgain(unit);
    expect(link).toBe(links.get(unit));
    const desk = await sitDown();
    await desk.goto(link);
    const papers = await Promise.all(names.map((name, at) => nominationForm(name, unit, 12 + part * 3 + at)));
    await desk.locator('input[type=file]').first().setInputFiles(papers);
    await desk.getByText('已生成 3 份草稿').waitFor({ timeout: 60_000 });
    for (const name of names) {
      await walk(desk, '/console/unit');
      await desk
        .getByRole('link', { name: new RegExp(name) })
        .or(desk.getByRole('button', { name: new RegExp(name) }))
        .first()
        .click();
      await desk.getByText('意见与同意').first().click();
      await agreeAndSend(desk, name, false);
      await desk.getByText('待审核').first().waitFor();
    }
  }
});

test('accepts all twenty at once, draws their numbers by lot and publishes the list', async () => {
  await walk(office, `/console/c/${slug}/nominations`);
  await office.getByRole('tab', { name: /待审核\s*20/ }).waitFor();
  await office.getByRole('checkbox', { name: '全选' }).check();
  await office.getByRole('region', { name: '批量处理' }).getByRole('button', { name: '通过' }).click();
  await office.getByText('通过：20 份办成').waitFor({ timeout: 30_000 });
  await look('bulk-accepted');
  await button(office, '撤销').click();
  await office.getByText('撤销决定：20 份办成').waitFor({ timeout: 30_000 });
  await button(office, '知道了').click();
  await office.getByRole('tab', { name: /待审核\s*20/ }).waitFor();
  await office.getByRole('checkbox', { name: '全选' }).check();
  await office.getByRole('region', { name: '批量处理' }).getByRole('button', { name: '通过' }).click();
  await office.getByText('通过：20 份办成').waitFor({ timeout: 30_000 });
  await button(office, '知道了').click();
  await walk(office, `/console/c/${slug}/shortlist`);
  await button(office, /抽签/).first().click();
  await office.getByRole('dialog', { name: '抽签编号' }).getByRole('button', { name: '抽签' }).click();
  await office.getByText('已抽签编号').waitFor();
  await button(office, '公布名单').click();
  await office.getByRole('dialog').getByRole('button', { name: /公布/ }).last().click();
  await button(office, '看下一步').click();
  await office.waitForURL('**/next');
  await office.getByRole('heading', { name: '下一步' }).waitFor();
  const visitor = await town.phone();
  await visitor.page.goto(`/c/${slug}`);
  for (const name of [...online, ...onPaper, ...uploaded])
    await visitor.page.getByText(name, { exact: true }).first().waitFor();
  expect(await visitor.page.content()).not.toMatch(/1380000\d{4}/);
});

test('opens the vote at once, with a reason; a citizen votes and the dashboard counts it', async () => {
  await openSection('日程');
  // As if nominations had been closed and the list published some minutes ago: fields know whole minutes only.
  await office.getByLabel('报送截止', { exact: true }).fill(fieldTime(Date.now() - 240_000));
  await office.getByLabel('候选公布开始').fill(fieldTime(Date.now() - 180_000));
  await office
    .getByLabel('投票开始')
    .first()
    .fill(fieldTime(Date.now() - 60_000));
  await office
    .getByText(/已保存/)
    .first()
    .waitFor();
  await button(office, '发布改动').click();
  const dialog = office.getByRole('dialog', { name: '发布改动' });
  await dialog.getByLabel(/原因/).fill('按工作安排提前开始投票');
  await button(office, '发布改动').last().click();
  await dialog.waitFor({ state: 'hidden' });
  const visitor = await town.phone();
  await openContest(visitor.page, `/c/${slug}`);
  await pick(visitor.page, 1, 20);
  await voteButton(visitor.page).tap();
  await receiptOf(visitor.page);
  expect((await town.ledger(slug)).map((ballot) => ballot.picks)).toEqual([[1, 20]]);
  await walk(office, `/console/c/${slug}/live`);
  const last = office.getByRole('row').filter({ has: office.getByRole('cell', { name: '20', exact: true }) });
  await last.getByRole('cell', { name: '1', exact: true }).first().waitFor();
  await town.verify(slug);
  expect(faults).toEqual([]);
});
