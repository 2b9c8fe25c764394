import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContributorLinks } from '@zuimei/server/publicity/link.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { addStaff } from '@zuimei/server/staff/account.ts';
import { createSeals } from '@zuimei/server/staff/seal.ts';
import { createSessions } from '@zuimei/server/staff/session.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { docxFile, portrait } from '../server/paper.ts';
import { openTown, type Town } from './town.ts';

const SHOTS = process.env['SHOTS'];
let town: Town;
let link: string;
let editor: { staff: number; cookie: string };
beforeAll(async () => {
  town = await openTown();
  const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
  const row = await town.db
    .insertInto('contributor')
    .values({ kind: 'area', name: '青石镇', line: '青石镇', place: 1, opened_at: null, ended_at: null })
    .returning(['id', 'link_version'])
    .executeTakeFirstOrThrow();
  link = createContributorLinks(secrets).of(row);
  const seals = createSeals({ secrets });
  const given = { login: 'editor', name: '宣传编辑', roles: ['editor' as const] };
  const staff = await town.db.transaction().execute((tx) => addStaff(tx, seals, given, Date.now()));
  const sessions = createSessions({ db: town.db, secrets, seals, clock: Date.now, secure: false });
  const set = await sessions.open({ staff }, { address: '', agent: '' });
  editor = { staff, cookie: set.split(';')[0] ?? '' };
}, 120_000);
afterAll(() => town.close());

async function shoot(page: Page, name: string): Promise<void> {
  if (!SHOTS) return;
  for (const [width, height] of [
    [1280, 800],
    [375, 812],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
  }
}

/** As the editor's page does. */
async function sendBack(reason: string): Promise<void> {
  await town.db
    .updateTable('filing')
    .set((eb) => ({
      ...{ state: 'returned' as const, reason, decided_at: new Date(), decided_by: editor.staff },
      version: eb('version', '+', 1),
    }))
    .where('state', '=', 'filed')
    .execute();
}

test('a clerk comes by the link on a phone, files one with a picture in six taps, late ones are said to be late, and sends it again after it came back', {
  timeout: 60_000,
}, async () => {
  const { page, context, faults } = await town.phone();
  let taps = 0;
  const tap = async (what: ReturnType<Page['locator']>): Promise<void> => {
    taps += 1;
    await what.tap();
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await page.goto(link);
  await page.getByText('还没有报送过').waitFor();
  expect(page.url()).toBe(`${town.url}/console/filings`);
  await shoot(page, 'filings-empty');

  await tap(button('工作动态'));
  await tap(page.getByLabel('标题'));
  await page.keyboard.insertText('青石镇开展汛前检查');
  await tap(page.getByLabel('正文'));
  await page.keyboard.insertText('检查堤防六处，发现隐患两处，已经整改。');
  taps += 2; // The button, and the picture in the phone's own chooser.
  const picture = { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: await portrait(900, 1200) };
  await page.locator('input[type=file]').setInputFiles(picture);
  await page.getByRole('link', { name: 'IMG_0001.jpg' }).waitFor();
  // Only the first time: from then on they are remembered.
  await page.getByLabel('部门负责人').fill('张三');
  await page.getByText('还差：分管领导').waitFor();
  await page.getByLabel('分管领导').fill('李四');
  await page.getByText('共 19 字').waitFor();
  await tap(button('报送'));
  await page.getByText('已报送。宣传编辑办理前可以撤回').waitFor();
  await page.getByRole('link', { name: '青石镇开展汛前检查' }).waitFor();
  expect(taps).toBe(6);

  // Typed without a network, closed and opened again: it is there. What is late is said before it is sent.
  await button('工作动态').click();
  await page.getByLabel('标题').fill('三月的旧闻');
  await page.getByText(/^已保存/).waitFor();
  await expect.poll(() => page.getByLabel('部门负责人').inputValue()).toBe('张三');
  const old = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10);
  await context.setOffline(true);
  await page.getByLabel('事件日期').fill(old);
  await page.getByLabel('正文').fill('没有网络时写的。');
  await page.getByText('网络没有连上').waitFor();
  await context.setOffline(false);
  await page.reload();
  await page.getByText('报送已超过 2 天，可以报送但不计分。').waitFor();
  await expect.poll(() => page.getByLabel('正文').inputValue()).toBe('没有网络时写的。');
  await page.getByText(/^已保存/).waitFor();
  await shoot(page, 'filing-late');
  await button('报送').click();
  await page.getByText('已报送，超期不计分').waitFor();

  // An article that is too short is not sent, and says by how much.
  await button('综合性原创文章').click();
  await page.getByLabel('标题').fill('堤上的一年');
  await page.getByLabel('正文').fill('字'.repeat(780));
  await page.getByText('共 780 字，还差 20 字').waitFor();
  await button('报送').click();
  await page.getByText('综合性原创文章不少于 800 字，还差 20 字').waitFor();
  await shoot(page, 'filing-short');
  await page.getByRole('link', { name: '我的稿件' }).click();

  await sendBack('请写明检查了哪几处堤防');
  await page.reload();
  await page.getByText('退回修改 2 件').waitFor();
  await shoot(page, 'filings-home');
  await page.getByRole('link', { name: '青石镇开展汛前检查' }).click();
  await page.getByText('请写明检查了哪几处堤防').waitFor();
  await page.getByLabel('正文').fill('检查北堤、南堤六处，发现隐患两处，已经整改。');
  await shoot(page, 'filing-returned');
  await button('重新报送').click();
  await page.getByRole('link', { name: '青石镇开展汛前检查' }).waitFor();
  await page.getByRole('link', { name: '青石镇开展汛前检查' }).click();
  await button('撤回修改').waitFor();
  await shoot(page, 'filing-sent');

  await page.getByRole('link', { name: '我的稿件' }).click();
  await page.getByRole('link', { name: '宣传员（未填写）' }).click();
  await button('添加宣传员').click();
  await page.getByLabel('姓名').fill('林立夏');
  await page.getByLabel('联系电话').fill('13800000101');
  await button('保存').click();
  await page.getByText('138****0101').waitFor();
  await shoot(page, 'filers');
  expect(faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
});

test('the editor fills the roster from a 名单, chooses for a unit that is not there, and hands over a 宣传员', {
  timeout: 60_000,
}, async () => {
  const { page, context, faults } = await town.desk();
  const [name = '', value = ''] = editor.cookie.split('=');
  await context.addCookies([{ name, value, url: town.url }]);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await page.goto('/console/contributors');
  await page.getByRole('cell', { name: '青石镇' }).first().waitFor();
  await button('从表格导入').click();
  const head = ['姓  名', '职  务', '联系电话', '备  注'];
  const paper = await docxFile('名单.docx', [
    '应急管理宣传员名单',
    '填报单位：青石镇',
    [head, ['林立夏', '科员', '13800000101', ''], ['周明川', '办事员', '13800000102', '兼职']],
    '填报单位：危化科',
    [head, ['何晓舟', '副科长', '13800000103', ''], ['白一', '', '1380000', '']],
  ]);
  await page.locator('dialog input[type=file]').setInputFiles({
    ...{ name: paper.name, mimeType: 'application/octet-stream', buffer: Buffer.from(paper.bytes) },
  });
  await page.getByText('名单里没有这个单位，请选择').waitFor();
  await page.getByText('还有 1 个单位没有选择').waitFor();
  await shoot(page, 'roster-import');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByLabel('危化科：是哪个单位').selectOption('office');
  await button('导入 3 行').click();
  await page.getByRole('dialog', { name: '单位链接' }).getByText('共 1 个').waitFor();
  await shoot(page, 'roster-links');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('dialog', { name: '单位链接' }).getByRole('button', { name: '关闭' }).last().click();
  await page.getByText('何晓舟（副科长）').waitFor();
  await shoot(page, 'roster');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('cell', { name: '危化科' }).first().click();
  await button('交接 何晓舟').click();
  await page.getByRole('dialog', { name: '何晓舟交接' }).getByLabel('姓名').fill('苏望');
  await shoot(page, 'roster-handover');
  await page.setViewportSize({ width: 1280, height: 800 });
  await button('交接').click();
  await page.getByText('历任 1 名').waitFor();
  await shoot(page, 'roster-drawer');
  expect(faults).toEqual([]);
});
