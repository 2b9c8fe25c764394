import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectionDocument } from '@zuimei/server/contest/document.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { addStaff } from '@zuimei/server/staff/account.ts';
import { createSeals } from '@zuimei/server/staff/seal.ts';
import { createSessions } from '@zuimei/server/staff/session.ts';
import { createUnits } from '@zuimei/server/unit/unit.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { HOUR_MS } from '../harness/site.ts';
import { portrait } from '../server/paper.ts';
import { openTown, type Town } from './town.ts';

const SAMPLE = fileURLToPath(
  new URL('../../server/demo/samples/zuimei/报送表-01-林立夏.docx', import.meta.url),
);

const SHOTS = process.env['SHOTS'];
let town: Town;
let collection: Collection;
let slug: string;
let link: string;
beforeAll(async () => {
  town = await openTown();
  const now = Date.now();
  const start = new Date(now - 24 * HOUR_MS).toISOString();
  const plan = planFrom(presets['zuimei-district'], {
    title: '测试推选',
    organizer: '云岭区应急管理局',
    start,
  });
  collection = {
    ...plan.collection,
    opens: new Date(now - HOUR_MS).toISOString(),
    closes: new Date(now + 72 * HOUR_MS).toISOString(),
    circular: { ...plan.collection.circular, contact: '测试联系人', phone: '13800000100' },
  };
  ({ slug } = await town.contest('units', plan.settings, 0));
  await sql`update contest set collection = ${collectionDocument.text(collection)}::jsonb where slug = ${slug}`.execute(
    town.db,
  );
  const { id } = await town.db
    .selectFrom('contest')
    .select('id')
    .where('slug', '=', slug)
    .executeTakeFirstOrThrow();
  const units = createUnits(await openSecrets({ secret: TEST_SECRET, dataDir: '' }));
  const made = await town.db.transaction().execute((tx) =>
    units.add(tx, id, { collection, categories: plan.settings.categories }, [
      {
        name: '云岭区应急管理局',
        kind: 'department',
        quota: 2,
        categoryQuota: {},
        parent: '',
        contact: { name: '', phone: '' },
      },
    ]),
  );
  link = made[0]?.link ?? '';
}, 120_000);
afterAll(() => town.close());

/** As the organizer's page would: sends every submitted nomination back. */
async function sendBack(reason: string): Promise<void> {
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
  const rows = await town.db.selectFrom('nomination').select('id').where('state', '=', 'submitted').execute();
  const reply = await fetch(`${town.url}/api/console/contests/${slug}/nominations/decide`, {
    method: 'POST',
    headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' },
    body: JSON.stringify({ ids: rows.map((row) => row.id), verdict: 'return', reason }),
  });
  expect(reply.status).toBe(200);
}

test('a unit opens its link on a phone, fills in one by hand and one from a document, sends it, and again after it came back', {
  timeout: 90_000,
}, async () => {
  const guest = await town.phone();
  const { page } = guest;
  const press = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' }).click();

  // Everything this browser is ever asked to keep.
  await page.addInitScript(() => {
    const keep = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      keep.call(this, key, value);
      const all = sessionStorage.getItem('all') ?? '';
      if (key !== 'all') keep.call(sessionStorage, 'all', all + value);
    };
  });
  const copies = (): Promise<string[]> =>
    page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('zuimei.entry.')));
  await page.goto(link);
  await page.getByText('还没有报送', { exact: true }).waitFor();
  // The key is in no address any more, nor comes back when one goes on and back.
  expect(page.url()).toBe(`${town.url}/console/unit`);
  await press('在线填写（个人）');
  await page.getByLabel('姓名').waitFor();
  await page.goBack();
  await page.getByText('草稿', { exact: true }).waitFor();
  expect(page.url()).not.toContain('#');
  await page.goForward();
  await page.getByLabel('姓名').fill('周明川');
  await page.getByLabel('性别').selectOption('男');
  await page.getByLabel('出生年月').fill('1985-03');
  await page.getByLabel('民族').fill('汉族');
  await page.getByLabel('政治面貌').fill('群众');
  await page.getByLabel('职务').fill('执法队员');
  await page.getByLabel('从事应急工作年限').fill('9年');
  await page.getByLabel('联系电话').fill('13800000102');
  await press('下一步');
  await page.getByLabel('推荐理由').fill('长'.repeat(51));
  await page.getByText('请删减到 50 个字以内').waitFor();
  await page.getByLabel('推荐理由').fill('连续九年守在防汛一线。');
  await page.getByText(/^已保存/).waitFor();
  // What was typed is there after the page was closed in the middle of it.
  await page.reload();
  await expect.poll(() => page.getByLabel('推荐理由').inputValue()).toBe('连续九年守在防汛一线。');
  await page.getByLabel('主要事迹').fill('二〇二四年汛期值守二十一天。');
  await press('下一步');
  const choose = async (width: number, height: number): Promise<void> => {
    const buffer = await portrait(width, height);
    const file = { name: `周明川${width}.jpg`, mimeType: 'image/jpeg', buffer };
    await page.locator('#f-photo input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: '使用这张' }).and(page.locator(':enabled')).waitFor();
  };
  // Too small is said before it is sent, with its size.
  await choose(120, 160);
  await page.getByText('只有 114×160 像素，不到要求（413×579）的一半').waitFor();
  await press('取消');
  // A landscape in an upright frame, pulled and made smaller as far as it goes: the frame still holds nothing but picture.
  await choose(1600, 900);
  const stage = page.getByRole('application');
  for (const key of ['+', '-', '-', '-', '-', '-', 'Shift+ArrowDown', 'Shift+ArrowDown'])
    await stage.press(key);
  for (let at = 0; at < 20; at++) await stage.press('Shift+ArrowRight');
  await press('使用这张');
  await page.getByAltText('已上传的照片').waitFor();
  await press('下一步');
  await page.getByLabel('同意人').fill('周明川');
  await page.getByLabel('同意日期').fill('2024-03-01');
  // What the unit itself must sign is asked for before it can send, by its name.
  await press('下一步');
  await page.getByText('报送单位意见：缺意见。').waitFor();
  await page.getByRole('link', { name: '报送单位意见' }).click();
  await page.getByLabel('签署人').fill('示例负责人');
  await page.getByLabel('签署日期').fill('2024-03-01');
  await press('下一步');
  await press('提交');
  await page.getByText('待审核').waitFor();
  const [sent] = await town.db
    .selectFrom('nomination')
    .selectAll()
    .where('state', '=', 'submitted')
    .execute();
  expect(sent).toMatchObject({ name: '周明川', category: 'person', photo: { width: 413, height: 579 } });
  const cropped = await town.db
    .selectFrom('media')
    .select('bytes')
    .where('id', '=', sent?.photo?.id ?? '')
    .where('name', '=', 'full.jpg')
    .executeTakeFirstOrThrow();
  const { channels } = await sharp(cropped.bytes).stats();
  // Red and skin have little blue: a white band would have.
  expect(channels[2]?.max).toBeLessThan(230);
  expect(JSON.stringify(sent?.answers)).not.toContain('13800000102');

  await page.getByRole('link', { name: '我的报送' }).click();
  await page.locator('input[type=file]').setInputFiles(SAMPLE);
  await page.getByText('已生成 1 份草稿').waitFor();
  await page.getByRole('link', { name: '林立夏' }).first().click();
  await press(/核对提交/);
  await page.getByRole('heading', { name: '还有 1 处需要补充' }).waitFor();
  await page.getByRole('link', { name: '本人同意' }).click();
  await page.getByLabel('同意人').fill('林立夏');
  await page.getByLabel('同意日期').fill('2024-03-01');
  await press('下一步');
  await press('提交');
  await page.getByText('待审核').waitFor();

  await sendBack('请补充2025年的事迹');
  await page.goto('/console/unit');
  await page.getByText('退回意见：请补充2025年的事迹').first().waitFor();
  // What came back stands first, then the notice with whom to ask and the blank form.
  const heads = () => page.getByRole('heading', { level: 2 }).allTextContents();
  await expect.poll(async () => (await heads()).slice(0, 2)).toEqual(['退回修改 2 份', '报送通知']);
  await expect
    .poll(() => page.getByRole('link', { name: '13800000100' }).getAttribute('href'))
    .toBe('tel:13800000100');
  const [blank] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载个人报送表（Word）' }).click(),
  ]);
  expect(blank.suggestedFilename()).toMatch(/报送表-空白表-\d{8}\.docx$/);
  if (SHOTS)
    for (const [width, height] of [
      [1280, 800],
      [375, 812],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: `${SHOTS}/portal-${width}.png`, fullPage: true });
    }
  await expect.poll(() => page.getByText('还可提交 2 份').count()).toBe(1);
  await page.getByRole('link', { name: '周明川' }).click();
  // Nobody who opens the link reads a private answer again; it is written anew or stays.
  const sealed = page.locator('#f-phone');
  await sealed.getByText('138****0102').waitFor();
  expect(await page.content()).not.toContain('13800000102');
  await sealed.getByRole('button', { name: '重新填写' }).click();
  await sealed.getByRole('button', { name: /^不改了/ }).click();
  await sealed.getByRole('button', { name: '重新填写' }).click();
  await sealed.getByRole('textbox').fill('13800000109');
  await press(/事迹$/);
  await page.getByLabel('主要事迹').fill('二〇二五年转移群众三百余人。');
  await press(/核对提交/);
  await press('重新提交');
  await page.getByText('待审核').waitFor();
  // What is private is printed for whoever wrote it on this page, and stays blank on paper once the page was read again.
  await page.emulateMedia({ media: 'print' });
  await page.getByText('13800000109').waitFor();
  await page.emulateMedia({ media: 'screen' });
  await page.reload();
  const masked = page.getByText('138****0109');
  await masked.waitFor();
  await page.emulateMedia({ media: 'print' });
  await expect.poll(() => masked.isVisible()).toBe(false);
  await page.emulateMedia({ media: 'screen' });

  // What was typed was kept meanwhile, private answers never; what others left goes when a unit comes, its own when it leaves.
  const kept = await page.evaluate(() => sessionStorage.getItem('all') ?? '');
  expect(kept).toContain('二〇二五年转移群众三百余人。');
  for (const value of ['13800000102', '13800000109', '1985-03']) expect(kept).not.toContain(value);
  const { unit } = sent ?? {};
  await page.evaluate((own) => {
    const copy = { version: 1, typed: '{"kind":"person","values":{}}', at: Date.now() };
    localStorage.setItem('zuimei.entry.98', JSON.stringify({ ...copy, owner: own }));
    localStorage.setItem('zuimei.entry.99', JSON.stringify({ ...copy, owner: 999 }));
  }, unit);
  await page.goto('/console/unit');
  await page.getByRole('link', { name: '周明川' }).waitFor();
  await expect.poll(copies).toEqual(['zuimei.entry.98']);
  expect(guest.faults).toEqual([]);
  await press('退出登录');
  await page.getByText('请用单位链接打开').waitFor();
  await expect.poll(copies).toEqual([]);
  await guest.leave();
});
