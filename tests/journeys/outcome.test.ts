import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PortalView } from '@zuimei/shared/unit.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { needProgram } from '../harness/program.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen } from '../server/chosen.ts';
import { addUnit, collectionOf, setCollection } from '../server/collected.ts';
import { findingOf, objecting, SECRET_TEXT, WHO } from '../server/objecting.ts';
import { REASON } from '../server/panelled.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/*
 * From the choice to a scanned certificate, and to whoever checks it all without us: a notice over 国庆, an objection upheld, the alternate's own
 * notice, the result, the certificate by its code, the bundle in a saved page without a network and by Python, and the contest above. What
 * the office does on its own pages has journeys of its own (notice, objection, certificate); here it goes through the doors.
 */

const VERIFY_PAGE = fileURLToPath(new URL('../../web/dist/verify/verify.html', import.meta.url));
let fresh: MovableDatabase;
let site: TestSite;
let one: Chosen;
let browser: TestBrowser;
let folder: string;
let officer: Desk;
const contexts: BrowserContext[] = [];
const faults: string[] = [];

beforeAll(async () => {
  fresh = await movableDatabase('server');
  [site, browser] = await Promise.all([createSite(fresh.database.db, { pages: true }), openBrowser()]);
  folder = await mkdtemp(join(tmpdir(), 'outcome-'));
  await copyFile(VERIFY_PAGE, join(folder, 'verify.html'));
  one = await chosen(site, fresh, { title: '云岭区“最美应急人”' });
  officer = await objecting(site, one.slug).officer(one.organizer);
});
afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
});

const base = (): string => `http://127.0.0.1:${site.port}`;

async function phone(given: Parameters<TestBrowser['phone']>[0] = {}): Promise<Page> {
  const context = await browser.phone({ baseURL: base(), ...given });
  context.on('weberror', (error) => faults.push(error.error().message));
  contexts.push(context);
  return await context.newPage();
}

test('an objection to a notice over 国庆 is upheld, and the alternate has a full notice of their own', async () => {
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  site.pass(4_000);
  const page = await phone();
  await page.goto(`/c/${one.slug}/notice`);
  for (const said of ['10月9日', '国庆节', '候选1', '023-80000001'])
    await page.getByText(said).first().waitFor();
  await page.getByRole('link', { name: /异议/ }).first().click();
  await page.getByLabel('候选1').check();
  await page.getByLabel('事迹或材料不实').check();
  await page.getByRole('textbox', { name: '具体情况' }).fill(SECRET_TEXT);
  await page.getByRole('textbox', { name: '姓名' }).fill(WHO.name);
  await page.getByRole('textbox', { name: '联系电话' }).fill(WHO.phone);
  await page.getByRole('button', { name: '提交异议' }).click();
  const code = (await page.locator('.objection-code').textContent()) ?? '';
  const objections = `${one.path}/objections`;
  await officer.post(`${objections}/1/findings`, findingOf({ effect: 'fall' }));
  const { lines } = await one.auditor.get<{ lines: { proposal: { id: number } }[] }>(objections);
  const decision = { id: lines[0]?.proposal.id, granted: true, reason: REASON };
  await one.auditor.post(`${objections}/1/findings/decide`, decision);
  await one.organizer.post(`${one.path}/course/promotions`, { fallen: 1, reason: REASON });
  await one.later(24 * HOUR_MS);
  expect(await one.notice()).toBe(2);
  const { course } = await one.view();
  expect(course.notices[1]).toMatchObject({ numbers: [3] });
  expect(course.notices[1]?.days).toHaveLength(5);
  site.pass(4_000);
  await page.goto(`/c/${one.slug}/notice`);
  await page.getByText('候选3').first().waitFor();
  const asked = await objecting(site, one.slug).state(code);
  expect(asked.body).toMatchObject({ finding: { verdict: 'upheld', effect: 'fall' } });
});

test('the result names who is left, and the certificate says by its code what the paper should say', async () => {
  await one.noticeOver();
  await one.result();
  await site.seal();
  site.pass(4_000);
  const page = await phone();
  await page.goto(`/c/${one.slug}/result`);
  await page.getByText('候选3').first().waitFor();
  await expect.poll(() => page.getByText('候选1').count()).toBe(0);
  const { certificates } = await one.organizer.get<{ certificates: { link: string; name: string }[] }>(
    `${one.path}/certificates`,
  );
  expect(certificates.map(({ name }) => name)).toEqual(['候选2', '候选3']);
  // The site has no address of its own here: the code leads to the one that it was asked by.
  await page.goto(`/verify${new URL(certificates[1]?.link ?? '').hash}`);
  await page.getByText('证书有效').waitFor();
  await expect.poll(() => page.locator('.certificate-paper').textContent()).toContain('候选3');
});

test('a stranger checks the bundle in a saved page without a network, and with Python alone', async () => {
  const reply = await site.call(`/api/contests/${one.slug}/bundle.zip`);
  const bytes = Buffer.from(await reply.arrayBuffer());
  const file = join(folder, 'bundle.zip');
  await writeFile(file, bytes);
  expect(bytes.includes(WHO.name)).toBe(false);
  const page = await phone({ offline: true });
  await page.goto(`file://${join(folder, 'verify.html')}`);
  await page.locator('#bundle input[type=file]').setInputFiles(file);
  await page.getByRole('heading', { name: '只说明文件包自身一致' }).waitFor();
  const script = fileURLToPath(new URL('../../server/bundle/recompute.py', import.meta.url));
  const python = spawnSync(needProgram('python3'), [script, file], { encoding: 'utf8' });
  expect([python.status, python.stdout.split('✗').length]).toEqual([0, 1]);
});

test('the contest above takes whom this one recommends, by the link of its unit, as verified drafts', async () => {
  const asked = { numbers: [2, 3], to: '省应急管理厅', opinion: '同意推荐。', reason: REASON };
  const { entry } = await one.organizer.post<{ entry: number }>(`${one.path}/course/recommendations`, asked);
  await site.seal();
  site.pass(1_001);
  const reply = await one.organizer.raw('GET', `${one.path}/course/recommendations/${entry}`);
  expect(reply.status).toBe(200);
  await writeFile(join(folder, 'recommendation.zip'), Buffer.from(await reply.arrayBuffer()));
  const { id } = await site.contest({}, 0);
  const later = new Date(site.now() + 24 * HOUR_MS).toISOString();
  const collection = { ...collectionOf(site, 'zuimei-province'), unitCategoryMost: {}, closes: later };
  await setCollection(site, id, {
    ...collection,
    unitKinds: collection.unitKinds.map((kind) => ({ ...kind, id: 'department', most: 1 })),
  });
  const unit = await signIn(site, { unit: await addUnit(site, id, '云岭区') });
  const page = await phone();
  const [name = '', value = ''] = unit.cookie.split('=');
  await page.context().addCookies([{ name, value, url: base() }]);
  await page.goto('/console/unit');
  await page.locator('input[type=file]').first().setInputFiles(join(folder, 'recommendation.zip'));
  await page.getByText('已生成 1 份草稿').waitFor();
  await page.getByText('候选3超出推荐名额').waitFor();
  await page.getByText('已核验：本级评选').waitFor();
  const { nominations } = await unit.get<PortalView>('/api/console/unit');
  expect(nominations.map((one) => [one.name, one.state])).toEqual([['候选2', 'draft']]);
  expect(faults).toEqual([]);
  await site.verify(one.slug);
});
