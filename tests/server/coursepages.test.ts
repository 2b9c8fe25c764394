import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Made } from '@zuimei/shared/result/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen, OFFICE } from './chosen.ts';
import { outcomeOf, REASON } from './panelled.ts';

/* The first HTML of the notice, the result and how one came about: complete without a script, and new as soon as something is said. */

let fresh: MovableDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

/** What stands on a page when no script runs; what one would take over from is left out. */
async function read(path: string): Promise<{ status: number; text: string; head: string }> {
  const reply = await site.call(path);
  const html = await reply.text();
  const [head = '', body = ''] = html.split('<body');
  const text = body
    .replace(/<script[\s\S]*?<\/script>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
  return { status: reply.status, text, head };
}
const soon = (): void => site.pass(1_100);

async function decided(one: Chosen): Promise<void> {
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.result();
  site.pass(4_000);
}

test('the notice is a whole page: text, names in printed order, every day, who takes objections and the way to object', async () => {
  const one = await chosen(site, fresh);
  const path = `/c/${one.slug}/notice`;
  expect((await read(path)).text).toContain('还没有公示');
  await one.notice();
  soon();
  const { text, head } = await read(path);
  expect(head).toContain('<title>公示 · 测试活动</title>');
  expect(head).toContain(`/c/${one.slug}/notice">`);
  expect(text).toContain('现予公示');
  expect(text.indexOf('候选1')).toBeGreaterThan(0);
  expect(text.indexOf('候选1')).toBeLessThan(text.indexOf('候选2'));
  expect(text).not.toContain('候选3');
  for (const day of ['9月28日 周一', '9月30日 周三', '10月8日 周四', '10月9日 周五'])
    expect(text).toContain(day);
  expect(text).toContain('10月1日 周四 至 10月7日 周三 国庆节放假，不计入');
  expect(text).toContain('还有 5 个工作日（含今天）');
  for (const words of [OFFICE.organ, OFFICE.person, OFFICE.telephone, OFFICE.address])
    expect(text).toContain(words);
  const html = await (await site.call(path)).text();
  expect(html).toContain('href="tel:02380000001"');
  expect(html).toContain(`href="/c/${one.slug}/objection"`);

  // A worked weekend is named, an extension stands there with its reason, and so does a stop: each at once.
  await one.organizer.post(`${one.path}/course/notices/1/extend`, { days: 2, reason: '材料补正' });
  soon();
  const longer = (await read(path)).text;
  expect(longer).toContain('延长至 10月12日 周一：材料补正');
  expect(longer).toContain('10月10日 周六 国庆节调休上班，计入 · 第 6 天');
  await one.organizer.post(`${one.path}/course/notices/1/stop`, { reason: '名单有误' });
  soon();
  expect((await read(path)).text).toContain('停止：名单有误');
  await one.notice();
  soon();
  const again = (await read(path)).text;
  expect(again.indexOf('公示 第 2 次')).toBeLessThan(again.indexOf('公示 第 1 次'));
});

test('the result names the chosen with their honours and the paper; who was not chosen has no page of how', async () => {
  const one = await chosen(site, fresh);
  const path = `/c/${one.slug}/result`;
  expect((await read(path)).text).toContain('结果还没有公布');
  expect((await read(`/c/${one.slug}/made/1`)).status).toBe(404);
  await decided(one);
  const { text, head } = await read(path);
  expect(head).toContain('<title>结果 · 测试活动</title>');
  expect(text).toContain('云应急〔2026〕38号 · 2026年10月10日');
  expect(text).toContain('入选人物 2 位');
  expect(text).toContain('收到异议 0 件');
  expect(text).not.toContain('候选3');
  for (const number of [3, 9, 0]) expect((await read(`/c/${one.slug}/made/${number}`)).status).toBe(404);

  const made = await read(`/c/${one.slug}/made/2`);
  expect(made.head).toContain('<title>候选2 怎么来的 · 测试活动</title>');
  for (const words of [
    '综合得分 96.75',
    '96.75 × 100%',
    '5 位候选中，综合得分第 2',
    '得 4 票，票数第 2：100 − 3.25 × (2 − 1) = 96.75。',
    '5 个工作日',
    '公示期内没有收到针对其的异议',
    `证书编号 ${one.slug}-2026-002`,
  ])
    expect(made.text).toContain(words);
  expect(made.text).not.toContain('锁定');
  const facts = (await (await site.call(`/api/contests/${one.slug}/made/2`)).json()) as Made;
  expect(facts.among).toEqual({ most: 5, sum: 15, more: 1, equal: 1 });
  const html = await (await site.call(`/c/${one.slug}/made/2`)).text();
  for (const index of Object.values(facts.entries))
    expect(html).toContain(`/api/contests/${one.slug}/receipts/${index}"`);
});

test('what is taken back is struck through with its reason at once, and its page of how is gone', async () => {
  const one = await chosen(site, fresh);
  await decided(one);
  const serial = `${one.slug}-2026-002`;
  await read(`/c/${one.slug}/result`);
  expect((await read(`/c/${one.slug}/made/2`)).status).toBe(200);
  await one.organizer.post(`${one.path}/course/revocations`, { serial, reason: '事迹不实' });
  const [asked] = (await one.view()).revocations;
  await one.auditor.post(`${one.path}/course/revocations/${asked?.id}/decide`, {
    granted: true,
    reason: REASON,
  });
  soon();
  const html = await (await site.call(`/c/${one.slug}/result`)).text();
  expect(html).toMatch(/<s[^>]*>.*候选2.*<\/s>/);
  expect(html).toMatch(/撤销：(?:<!--.*?-->)*事迹不实/);
  expect((await read(`/c/${one.slug}/made/2`)).status).toBe(404);
});

test('a candidate on the notice is marked on their page, one who has an honour shows it, and of the others nothing is said', async () => {
  const one = await chosen(site, fresh);
  expect((await read(`/c/${one.slug}/n/1`)).text).not.toContain('拟入选');
  await one.notice();
  site.pass(4_000);
  expect((await read(`/c/${one.slug}/n/1`)).text).toContain('拟入选 · 公示名单');
  expect((await read(`/c/${one.slug}/n/3`)).text).not.toMatch(/拟入选|未入选/);
  const list = await read(`/c/${one.slug}`);
  expect(list.text).toContain('拟入选名单已公示');
  expect(list.head).toContain('拟入选名单已经公示，欢迎监督。');
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.noticeOver();
  await one.result();
  site.pass(4_000);
  expect((await read(`/c/${one.slug}/n/1`)).text).toContain('入选人物 怎么来的');
  expect((await read(`/c/${one.slug}/n/3`)).text).not.toMatch(/入选人物|未入选/);
  expect((await read('/')).text).toContain('已经结束');
});

test('who withdrew after the notice stays on it, struck through, and is marked as chosen nowhere', async () => {
  const one = await chosen(site, fresh);
  await one.notice();
  await one.organizer.post(`${one.path}/candidates/1/withdraw`, { reason: REASON });
  site.pass(4_000);
  const { text } = await read(`/c/${one.slug}/notice`);
  expect(text).toContain('已退出');
  expect((await read(`/c/${one.slug}/n/1`)).text).not.toContain('拟入选');
  expect((await read(`/c/${one.slug}/n/2`)).text).toContain('拟入选');
});

test('where no order is shown, none is said: by number, 排名不分先后, and no place', async () => {
  const one = await chosen(site, fresh, { hideOrder: true });
  await decided(one);
  expect((await read(`/c/${one.slug}/result`)).text).toContain('排名不分先后');
  expect((await read(`/c/${one.slug}/made/2`)).text).not.toContain('综合得分第');
});

test('honours stand in stretches of the order', async () => {
  const outcome = outcomeOf({
    ...{ weights: { vote: 100, expert: 0, media: 0, merit: 0 }, panels: {}, ties: ['votes'] },
    honours: [
      { name: '一等奖', places: 1 },
      { name: '二等奖', places: 1 },
    ],
  });
  const one = await chosen(site, fresh, { outcome });
  await decided(one);
  const { text } = await read(`/c/${one.slug}/result`);
  const at = ['一等奖 1 位', '候选1', '二等奖 1 位', '候选2'].map((words) => text.indexOf(words));
  expect(at.every((place, index) => place > (at[index - 1] ?? 0))).toBe(true);
});

test('a contest that ends with its vote has no notice and no result of one', async () => {
  const { slug } = await site.contest({ outcome: null });
  for (const page of ['notice', 'result', 'made/1'])
    expect((await read(`/c/${slug}/${page}`)).status, page).toBe(404);
});

test.each([
  ['with nothing after the vote', null],
  [
    'by the vote alone',
    outcomeOf({ weights: { vote: 100, expert: 0, media: 0, merit: 0 }, panels: {}, ties: ['votes'] }),
  ],
  ['with experts', outcomeOf()],
])(
  'past all its dates and archived, a contest %s claims no notice and no result on any page',
  async (_, outcome) => {
    const [begin, ago] = [
      site.now(),
      (hours: number) => new Date(site.now() - hours * HOUR_MS).toISOString(),
    ];
    const schedule = (['voting', 'judging', 'notice', 'result'] as const).map((phase, at) => ({
      phase,
      from: ago(20 - 4 * at),
    }));
    const rounds = [{ opens: ago(20), closes: ago(16), numbers: null }];
    const { slug, id, settings } = await site.contest({ outcome, schedule, rounds });
    const claims = /结果公示中|公示中|已公示|已经公示|结果已|结果公布|已产生|正在评审/u;
    const look = async () => await read(`/c/${slug}`);
    const { text, head } = await look();
    expect(`${head} ${text}`).not.toMatch(claims);
    expect(text).toContain('投票已截止');
    soon();
    const home = (await (await site.call('/api/contests')).json()) as { slug: string; phase: string }[];
    expect(home.find((one) => one.slug === slug)?.phase).toBe(outcome?.weights.expert ? 'judging' : 'voting');
    const last = { phase: 'archived' as const, from: new Date(begin).toISOString() };
    await site.update(id, { ...settings, schedule: [...schedule, last] });
    site.pass(4_000);
    const archived = await look();
    expect(archived.text).toContain('活动已归档');
    expect(`${archived.head} ${archived.text}`).not.toMatch(claims);
  },
);
