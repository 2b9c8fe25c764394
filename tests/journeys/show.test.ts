import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { candidateDocument, collectionDocument } from '@zuimei/server/contest/document.ts';
import { encodePhoto } from '@zuimei/server/media/photo.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createUnits } from '@zuimei/server/unit/unit.ts';
import type { Candidate, Photo } from '@zuimei/shared/contest.ts';
import { PIECE_BYTES } from '@zuimei/shared/film.ts';
import type { PresetName } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { type Fate, openBalancer } from '../harness/balancer.ts';
import { candidateOf, HOUR_MS } from '../harness/site.ts';
import { mp4 } from '../server/mp4.ts';
import { openTown, type Town } from './town.ts';

/* Lists on show without a vote, the wall of works, and a film that a unit sends over a line that breaks. */

const SHOTS = process.env['SHOTS'];
let town: Town;
beforeAll(async () => {
  town = await openTown();
}, 120_000);
afterAll(() => town.close());

async function shoot(page: Page, name: string, fullPage = true): Promise<void> {
  if (!SHOTS) return;
  await mkdir(SHOTS, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage });
}

/** A plan of this kind that has begun an hour ago, without a vote. */
function planOf(preset: PresetName, title: string) {
  const start = new Date(Date.now() - 24 * HOUR_MS).toISOString();
  const plan = planFrom(presets[preset], { title, organizer: '云岭区应急管理局', start });
  const from = new Date(Date.now() - HOUR_MS).toISOString();
  return {
    collection: {
      ...plan.collection,
      opens: from,
      closes: new Date(Date.now() + 72 * HOUR_MS).toISOString(),
    },
    settings: {
      ...plan.settings,
      ...{ rounds: [], outcome: null, schedule: [{ phase: 'shortlisted' as const, from }] },
      ...{ intro: ['请您来看。'], notes: [] },
    },
  };
}

async function idOf(slug: string): Promise<number> {
  const row = await town.db
    .selectFrom('contest')
    .select('id')
    .where('slug', '=', slug)
    .executeTakeFirstOrThrow();
  return row.id;
}

async function draw(
  contest: number,
  width: number,
  height: number,
  ground: string,
  words: string,
): Promise<Photo> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${ground}"/><rect x="6%" y="6%" width="88%" height="88%" fill="none" stroke="#fff" stroke-width="8"/><text x="50%" y="50%" font-size="${Math.round(Math.min(width, height) / 7)}" fill="#fff" text-anchor="middle" font-family="Noto Serif CJK SC">${words}</text></svg>`;
  const { id, files, ...photo } = await encodePhoto(await sharp(Buffer.from(svg)).png().toBuffer(), 'own');
  await town.db
    .insertInto('media')
    .values(files.map((file) => ({ id, contest, ...file })))
    .execute();
  return { id, width: photo.width, height: photo.height };
}

async function hang(slug: string, candidates: Partial<Candidate>[]): Promise<void> {
  const contest = await idOf(slug);
  for (const [at, changes] of candidates.entries()) {
    const { number, ...body } = candidateOf(at + 1, changes);
    await town.db
      .insertInto('candidate')
      .values({
        contest,
        number,
        body: sql`${candidateDocument.text(body)}::jsonb`,
        private: null,
        source: '',
      })
      .execute();
  }
  await sql`update contest set version = version + 1 where id = ${contest}`.execute(town.db);
}

test('works hang on a wall without a vote: each in its own shape, closer by keys and a double tap, page by page', {
  timeout: 90_000,
}, async () => {
  const { settings } = planOf('works', '2026 年应急科普作品展播');
  await town.contest('wall', settings, 0);
  const contest = await idOf('wall');
  const [film, poster, wide, ...pages] = await Promise.all([
    draw(contest, 1280, 720, '#7a1511', '出门前的三十秒'),
    draw(contest, 900, 1200, '#1f5f7a', '安全用气'),
    draw(contest, 1400, 800, '#3d6b35', '防汛防台'),
    ...['一', '二', '三', '四'].map((word) => draw(contest, 900, 1100, '#8a5a00', `第${word}幅`)),
  ]);
  const bytes = mp4(64);
  await town.db
    .insertInto('film')
    .values({
      ...{ id: 'feedfacefeedfacefeedface', contest, nomination: null, field: 'video', name: '片.mp4' },
      ...{ size: bytes.length, received: bytes.length, modified: new Date(0), whole: true },
    })
    .execute();
  const work = { kind: 'work' as const, unit: '青石镇人民政府', reason: '讲清一个知识点。', deeds: [] };
  await hang('wall', [
    {
      ...work,
      name: '出门前的三十秒',
      category: 'video',
      photos: [film],
      video: { id: 'feedfacefeedfacefeedface' },
    },
    { ...work, name: '安全用气', category: 'poster', photos: [poster], unit: '桐江街道' },
    {
      ...work,
      name: '防汛防台，早知道早准备',
      category: 'poster',
      photos: [wide],
      unit: '云岭区消防救援大队',
    },
    { ...work, name: '没有画面的海报', category: 'poster', photos: [] },
    { ...work, name: '小安的一天', category: 'comic', photos: pages, unit: '云岭实验小学' },
  ]);
  const phone = await town.phone();
  const { page } = phone;
  await page.goto('/c/wall');
  await page.getByRole('heading', { name: /微视频/ }).waitFor();
  await expect.poll(() => page.getByRole('heading', { level: 3 }).count()).toBe(5);
  await expect.poll(() => page.locator('body').textContent()).not.toMatch(/选票|票数|核验|排行/);
  await shoot(page, 'wall-phone');
  // Only the tab of the things themselves, and nothing of a voter is kept or asked.
  await expect
    .poll(() => page.getByRole('navigation', { name: '主要栏目' }).getByRole('link').allTextContents())
    .toEqual(['展示']);
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);

  await page.getByRole('link', { name: /小安的一天/ }).click();
  await page.getByRole('heading', { name: '其余画面' }).waitFor();
  await shoot(page, 'comic-phone');
  await page.getByRole('link', { name: /小安的一天，看大图/ }).click();
  const viewer = page.getByRole('dialog');
  const count = viewer.getByText(/^\d \/ 4$/);
  await expect.poll(() => count.textContent()).toBe('1 / 4');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  await expect.poll(() => count.textContent()).toBe('4 / 4');
  await page.keyboard.press('Home');
  await expect.poll(() => count.textContent()).toBe('1 / 4');
  // A double tap looks closer, another one no more.
  const picture = viewer.locator('img');
  await expect
    .poll(() => picture.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0))
    .toBe(true);
  const sizeOf = async () => (await picture.boundingBox())?.width ?? 0;
  const before = await sizeOf();
  const tapTwice = async () => {
    await page.touchscreen.tap(180, 400);
    await page.touchscreen.tap(182, 402);
  };
  await tapTwice();
  await expect.poll(async () => (await sizeOf()) / before).toBeCloseTo(2.5, 1);
  await shoot(page, 'viewer-phone', false);
  await tapTwice();
  await expect.poll(sizeOf).toBeCloseTo(before, 0);
  await page.keyboard.press('Escape');
  await page.goto('/c/wall/n/1');
  const player = page.locator('video');
  await expect.poll(() => player.getAttribute('preload')).toBe('none');
  await expect.poll(() => player.getAttribute('autoplay')).toBeNull();
  await shoot(page, 'film-phone');

  const desk = await town.desk();
  await desk.page.goto('/c/wall');
  await desk.page.getByRole('heading', { name: /漫画/ }).waitFor();
  await shoot(desk.page, 'wall-desk');
  await desk.page.getByRole('link', { name: /安全用气/ }).click();
  await desk.page.getByRole('link', { name: /安全用气，看大图/ }).click();
  await shoot(desk.page, 'viewer-desk', false);
  await desk.page.keyboard.press('Escape');

  const venues = planOf('venues', '公共安全体验馆');
  await town.contest('venues', venues.settings, 0);
  const at = await idOf('venues');
  const [hall, park] = await Promise.all([
    draw(at, 1200, 800, '#5f4513', '体验馆外景'),
    draw(at, 1200, 800, '#1f7a4d', '主题公园'),
  ]);
  const fact = (title: string, text: string) => ({ title, paragraphs: [text] });
  const venue = (name: string, unit: string, area: string, photo?: Photo): Partial<Candidate> => ({
    ...{ kind: 'venue', name, unit, category: Number(area) >= 200 ? 'first' : 'second', reason: '' },
    photos: photo ? [photo] : [],
    deeds: [
      fact('使用面积（平方米）', area),
      fact('地址', `${unit}青云路 18 号`),
      fact('开放时间', '周三至周日 9:00–16:30，周一、周二闭馆'),
      {
        title: '场馆介绍',
        paragraphs: [
          '设有地震、消防、触电、溺水四个体验区，可以预约讲解。团体参观请提前三天联系，未成年人须由成人陪同进入体验区。',
        ],
      },
    ],
  });
  await hang('venues', [
    venue('青石镇公共安全体验馆', '青石镇', '260', hall),
    venue('石板村防灾减灾体验点', '青石镇', '130'),
    venue('桐江街道应急主题公园', '桐江街道', '420', park),
  ]);
  await page.goto('/c/venues');
  await page.getByRole('heading', { name: '桐江街道', exact: true }).waitFor();
  await page.getByText('260 平方米').waitFor();
  await shoot(page, 'venues-phone');
  await page.getByPlaceholder('搜名称或单位').fill('没有这一家');
  await page.getByRole('button', { name: '看全部场馆' }).click();
  await page.getByRole('link', { name: /青石镇公共安全体验馆/ }).click();
  await page.getByText('场馆介绍').waitFor();
  await shoot(page, 'venue-phone');
  await desk.page.goto('/c/venues');
  await shoot(desk.page, 'venues-desk');
  const empty = planOf('venues', '体验馆（筹备）');
  await town.contest('none', empty.settings, 0);
  await page.goto('/c/none');
  await page.getByText('场馆名单还没有公布').waitFor();
  await shoot(page, 'empty-phone');
  await page.goto('/');
  await page.getByRole('heading', { name: '正在展示' }).waitFor();
  await shoot(page, 'home-phone');
});

test('a film of 24 MB goes on by itself when the line breaks, and after the page was loaded anew from where it was', {
  timeout: 90_000,
}, async () => {
  const { settings, collection } = planOf('works', '作品征集');
  const { slug } = await town.contest('sending', settings, 0);
  await sql`update contest set collection = ${collectionDocument.text(collection)}::jsonb where slug = ${slug}`.execute(
    town.db,
  );
  const units = createUnits(await openSecrets({ secret: TEST_SECRET, dataDir: '' }));
  const unit = { kind: 'town', quota: 2, categoryQuota: {}, parent: '', contact: { name: '', phone: '' } };
  const [made] = await town.db
    .transaction()
    .execute(async (tx) =>
      units.add(tx, await idOf(slug), { collection, categories: settings.categories }, [
        { ...unit, name: '青石镇' },
      ]),
    );
  const path = join(tmpdir(), `film-${process.pid}.mp4`);
  await writeFile(path, mp4(24 << 20, 'avc1', true));
  // The fourth piece is lost on its way until that was read, the seventh is never answered. On a line that breaks, and not by a route in
  // the browser: that brings every piece here and back, half a second of this machine each.
  const fates = new Map<number, Fate>([
    [3, 'cut'],
    [6, 'held'],
  ]);
  const pieceOf = (address: string): number =>
    Number(/\/films\/[0-9a-f]+\/(\d+)$/.exec(address)?.[1] ?? Number.NaN) / PIECE_BYTES;
  const line = await openBalancer((address) => fates.get(pieceOf(address)) ?? 'through');
  line.ports = [Number(new URL(town.url).port)];
  const { page } = await town.phone({ baseURL: line.url });
  const sent: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT' && pieceOf(request.url()) >= 0) sent.push(pieceOf(request.url()));
  });
  await page.goto(made?.link ?? '');
  await page.getByRole('button', { name: '在线填写' }).click();
  await page.getByLabel('作品名称').fill('安全用气');
  await page.getByRole('button', { name: /照片与附件/ }).click();
  const pick = page.locator('#f-video input[type=file]');
  await pick.waitFor({ state: 'attached' });
  await pick.setInputFiles(path);
  await page.getByText('网络断开了，恢复后自动接着传').waitFor();
  await shoot(page, 'upload-phone', false);
  // It is sent again without anybody's help. Then the page is closed.
  fates.delete(3);
  await expect.poll(() => sent).toContain(6);
  await page.reload();
  fates.clear();
  await page.getByRole('button', { name: /照片与附件/ }).click();
  await page.getByText(/^已传 49%/).waitFor();
  await shoot(page, 'begun-phone', false);
  const from = sent.length;
  await page.locator('#f-video input[type=file]').setInputFiles(path);
  await page.getByRole('link', { name: /^film-/ }).waitFor();
  // What is kept is not sent again.
  expect(sent.slice(from)).toEqual([6, 7, 8, 9, 10, 11, 12]);
  const { rows } = await sql<{ size: number; whole: boolean; bytes: number }>`
    select f.size, f.whole, sum(length(p.bytes))::int as bytes from film f join film_piece p on p.film = f.id
    where f.field = 'video' and f.nomination is not null group by f.id`.execute(town.db);
  expect(rows.map(({ whole, size, bytes }) => [whole, size === bytes])).toEqual([[true, true]]);

  // What phones do not play is said before a byte of it is sent.
  const count = sent.length;
  const foreign = { name: '手机拍的.mp4', mimeType: 'video/mp4', buffer: mp4(64, 'hvc1') };
  await page.locator('#f-video input[type=file]').setInputFiles(foreign);
  await page.getByText('H.265（HEVC） 编码').waitFor();
  expect(sent).toHaveLength(count);
  await shoot(page, 'codec-phone', false);
  await line.close();
});
