import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { candidateDocument } from '@zuimei/server/contest/document.ts';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import { voteAlone } from '@zuimei/shared/judging/plain.ts';
import type { ContestLine, PlanView } from '@zuimei/shared/plan/plan.ts';
import { presetNames } from '@zuimei/shared/plan/plan.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';

const BASE = '/api/console/contests';
/** The ledger has the database's own clock. */
const START = Date.now();
const DAY_MS = 24 * HOUR_MS;

let database: FreshDatabase;
let site: TestSite;
let office: Desk;

beforeAll(async () => {
  database = await freshDatabase('server');
  site = await createSite(database.database.db, { now: START, pages: true });
  office = await signIn(site, ['organizer'], '王主办');
});
afterAll(async () => {
  await site.close();
  await database.drop();
});

interface Refused {
  code: string;
  [detail: string]: unknown;
}

async function make(preset = 'zuimei-district', changes: Record<string, unknown> = {}): Promise<PlanView> {
  const { slug } = await office.post<{ slug: string }>(BASE, {
    preset,
    title: '2026 年度“最美应急人”',
    organizer: '云岭区应急管理局',
    // Nominations are open, even if that day was a Saturday.
    start: new Date(site.now() - 4 * DAY_MS).toISOString(),
    ...changes,
  });
  return await read(slug);
}
const read = (slug: string): Promise<PlanView> => office.get<PlanView>(`${BASE}/${slug}/plan`);
const save = (view: PlanView, edit: (plan: PlanView['plan']) => void, by: Desk = office) => {
  const plan = structuredClone(view.plan);
  edit(plan);
  return by.ask<PlanView & Refused>('PUT', `${BASE}/${view.slug}/plan`, { plan, version: view.version });
};
const publish = (view: PlanView, reason = '') =>
  office.ask<PlanView & Refused>('POST', `${BASE}/${view.slug}/plan/publish`, {
    version: view.version,
    reason,
  });
const acts = async (): Promise<string[]> =>
  (await site.parts.db.selectFrom('action_log').select('act').orderBy('id').execute()).map((row) => row.act);

/** A published contest with voting open and eight candidates. */
async function voting(): Promise<PlanView> {
  const made = await make('anli');
  const { body } = await save(made, ({ settings, collection }) => {
    const iso = (hours: number): string => new Date(site.now() + hours * HOUR_MS).toISOString();
    settings.schedule = [
      { phase: 'nominating', from: iso(-3) },
      { phase: 'shortlisted', from: iso(-2) },
      { phase: 'voting', from: iso(-1) },
      { phase: 'judging', from: iso(200) },
    ];
    settings.rounds = [{ opens: iso(-1), closes: iso(100), numbers: null }];
    settings.categories = [];
    settings.rule = {
      period: 'day',
      ballotsPerPeriod: 1,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 2 },
      repeatCandidate: true,
    };
    settings.outcome = voteAlone(2);
    collection.opens = iso(-3);
    collection.closes = iso(-2);
  });
  expect((await publish(body)).status).toBe(200);
  const { id } = await site.parts.db
    .selectFrom('contest')
    .select('id')
    .where('slug', '=', made.slug)
    .executeTakeFirstOrThrow();
  for (const number of [1, 2, 3])
    await site.parts.db
      .insertInto('candidate')
      .values({
        contest: id,
        number,
        source: '',
        private: null,
        body: sql`${candidateDocument.text({
          kind: 'case',
          name: `案例${number}`,
          category: '',
          unit: '青石镇',
          post: null,
          years: null,
          reason: '理由',
          deeds: [],
          honours: [],
          photos: [],
          video: null,
          withdrawn: null,
        })}::jsonb`,
      })
      .execute();
  await sql`update contest set version = version + 1 where id = ${id}`.execute(site.parts.db);
  await site.parts.contests.reload(made.slug);
  await site.parts.ledger.open(made.slug);
  return await read(made.slug);
}

test('every preset makes a draft in three answers that only staff can see', async () => {
  for (const preset of presetNames) {
    const view = await make(preset, {
      title: `试一试 ${preset}`,
      start: new Date(START + 5 * DAY_MS).toISOString(),
    });
    expect(view.publishedAt).toBeNull();
    expect(view.plan.collection.preset).toBe(preset);
    expect((await site.call(`/api/contests/${view.slug}`)).status).toBe(404);
  }
  const lines = await office.get<ContestLine[]>(BASE);
  expect(lines[0]).toMatchObject({ title: '试一试 venues', phase: 'draft', next: { phase: 'nominating' } });
  const auditor = await signIn(site, ['auditor']);
  const seen = await auditor.get<ContestLine[]>(BASE);
  expect(seen.filter((line) => line.publishedAt === null)).toEqual([]);
});

test('a slug is proposed from kind and year, and one that is in use is refused', async () => {
  const first = await make('volunteer');
  const second = await make('volunteer');
  expect([first.slug, second.slug].every((slug) => /^volunteer-\d{4}(-\d+)?$/.test(slug))).toBe(true);
  expect(first.slug).not.toBe(second.slug);
  const asked = {
    preset: 'anli',
    title: '又一个',
    organizer: '本区',
    start: new Date(START).toISOString(),
    slug: first.slug,
  };
  expect(await office.ask('POST', BASE, asked)).toMatchObject({
    status: 409,
    body: { code: 'slug_taken', slug: first.slug },
  });
});

test('an autosave on an older version is refused with who and when, and theirs stays', async () => {
  const view = await make();
  const other = await signIn(site, ['organizer'], '李同事');
  const theirs = await save(view, (plan) => void (plan.settings.title = '同事改的标题'), other);
  expect(theirs.status).toBe(200);
  const mine = await save(view, (plan) => void (plan.settings.title = '我的标题'));
  expect(mine).toMatchObject({
    status: 409,
    body: { code: 'plan_changed', by: '李同事', at: new Date(site.now()).toISOString() },
  });
  expect((await read(view.slug)).plan.settings.title).toBe('同事改的标题');
  const again = await save(
    { ...view, version: theirs.body.version },
    (plan) => void (plan.settings.title = '我的标题'),
  );
  expect(again.body.plan.settings.title).toBe('我的标题');
});

test('a half-written plan is kept, an endless one is not', async () => {
  const view = await make();
  const half = await save(view, ({ settings, collection }) => {
    settings.title = '';
    settings.rule.picks = { min: 9, max: 2 };
    collection.closes = '';
  });
  expect(half.status).toBe(200);
  expect((await read(view.slug)).plan.settings.rule.picks).toEqual({ min: 9, max: 2 });
  const endless = await save(half.body, (plan) => void (plan.settings.slogan = '长'.repeat(301)));
  expect(endless).toMatchObject({
    status: 400,
    body: { code: 'bad_request', field: 'plan.settings.slogan' },
  });
});

test('publishing a draft makes it public from its first phase on; a broken one is refused with what is wrong', async () => {
  const view = await make();
  const broken = await save(
    view,
    (plan) =>
      void Object.assign(plan.settings.outcome ?? {}, {
        weights: { vote: 50, expert: 10, media: 0, merit: 0 },
      }),
  );
  expect(await publish(broken.body)).toMatchObject({
    status: 422,
    body: { code: 'plan_impossible', count: 1, fault: 'weights_sum', path: 'settings.outcome.weights' },
  });
  expect((await site.call(`/api/contests/${view.slug}`)).status).toBe(404);
  const right = await save(
    broken.body,
    (plan) =>
      void Object.assign(plan.settings.outcome ?? {}, {
        weights: { vote: 40, expert: 60, media: 0, merit: 0 },
      }),
  );
  expect(await publish({ ...right.body, version: 0 })).toMatchObject({
    status: 409,
    body: { code: 'plan_changed' },
  });
  const done = await publish(right.body);
  expect(done.body.publishedAt).toBe(new Date(site.now()).toISOString());
  site.pass(1001);
  const shown = await site.call(`/api/contests/${view.slug}`);
  expect(await shown.json()).toMatchObject({ phase: 'nominating', outcome: { weights: { vote: 40 } } });
  expect(await acts()).toEqual(expect.arrayContaining(['contest.create', 'contest.edit', 'contest.publish']));
});

test('changes to a published contest wait for their publication, and can be discarded', async () => {
  const made = await make();
  const first = await publish(made);
  const changed = await save(first.body, (plan) => void (plan.settings.slogan = '新的口号'));
  site.pass(1001);
  const shown = (await (await site.call(`/api/contests/${made.slug}`)).json()) as {
    slogan: string;
    version: number;
  };
  expect(shown.slogan).toBe(made.plan.settings.slogan);
  const back = await office.ask<PlanView>('POST', `${BASE}/${made.slug}/plan/discard`, {
    version: changed.body.version,
  });
  expect(back.body.plan.settings.slogan).toBe(made.plan.settings.slogan);
  const again = await save(back.body, (plan) => void (plan.settings.slogan = '新的口号'));
  await publish(again.body);
  site.pass(1001);
  expect(await (await site.call(`/api/contests/${made.slug}`)).json()).toMatchObject({
    slogan: '新的口号',
    version: shown.version + 1,
  });
});

test('once the rules are in the ledger a change needs a reason, and is an entry with it', async () => {
  const view = await voting();
  const { cast } = site.visitor(view.slug);
  expect((await cast([1, 2])).status).toBe(201);
  const changed = await save(view, (plan) => void (plan.settings.rule.picks = { min: 1, max: 3 }));
  expect(await publish(changed.body)).toMatchObject({ status: 422, body: { code: 'reason_missing' } });
  const done = await publish(changed.body, '参选案例增加，每票可选三个');
  expect(done.status).toBe(200);
  site.pass(1001);
  expect((await site.visitor(view.slug).cast([1, 2, 3])).status).toBe(201);
  const { rows: entries } = await sql`
    select e.kind, e.act from ledger_entry e join contest c on c.id = e.contest where c.slug = ${view.slug} order by e.index`.execute(
    site.parts.db,
  );
  expect(entries).toContainEqual({
    kind: 'rules',
    act: expect.objectContaining({
      actor: '王主办',
      reason: '参选案例增加，每票可选三个',
      changed: ['rule'],
    }),
  });
  // Words are no rules.
  const words = await save(done.body, (plan) => void (plan.settings.slogan = '好办法'));
  expect((await publish(words.body)).status).toBe(200);
  site.pass(1001);
  expect((await site.visitor(view.slug).cast([3])).status).toBe(201);
  await site.verify(view.slug);
});

const vouched: WechatRule = { outside: 'refused', early: false, follow: false, keyword: '' };

test('a site without an account in WeChat publishes no contest that asks WeChat who its voters are', async () => {
  const view = await make();
  expect(view.wechatReach).toBe('none');
  const asking = await save(view, (plan) => void (plan.settings.wechat = vouched));
  expect(await publish(asking.body)).toMatchObject({
    status: 422,
    body: { code: 'plan_impossible', count: 1, fault: 'wechat_unconnected', path: 'settings.wechat' },
  });
});

test('to cease asking WeChat who voters are is a change of the rules like any other', async () => {
  const view = await voting();
  // Published while there was an account.
  await sql`update contest set settings = settings || ${JSON.stringify({ wechat: vouched })}::jsonb
    where slug = ${view.slug}`.execute(site.parts.db);
  const ceasing = await save(await read(view.slug), ({ settings }) => {
    settings.wechat = null;
  });
  expect(await publish(ceasing.body)).toMatchObject({ status: 422, body: { code: 'reason_missing' } });
  expect((await publish(ceasing.body, '公众号停用，改用浏览器投票')).status).toBe(200);
  const { rows } = await sql<{ act: { changed: string[] } }>`
    select e.act from ledger_entry e join contest c on c.id = e.contest
    where c.slug = ${view.slug} and e.kind = 'rules' order by e.index desc limit 1`.execute(site.parts.db);
  expect(rows[0]?.act.changed).toEqual(['wechat']);
  await site.verify(view.slug);
});

test('what happened cannot be changed: a round that runs is never moved or shortened, whatever the reason', async () => {
  const view = await voting();
  const moved = await save(view, ({ settings }) => {
    const [round] = settings.rounds;
    if (round) round.closes = new Date(site.now() + HOUR_MS).toISOString();
  });
  expect(await publish(moved.body, '想早点结束')).toMatchObject({
    status: 422,
    body: { code: 'plan_impossible', fault: 'round_shortened', path: 'settings.rounds.0.closes' },
  });
  const longer = await save(moved.body, ({ settings }) => {
    const [round] = settings.rounds;
    if (round) round.closes = new Date(site.now() + 150 * HOUR_MS).toISOString();
  });
  expect((await publish(longer.body, '网络故障，顺延两天')).status).toBe(200);
  await site.verify(view.slug);
});

test('a pause that comes while a draft is written is not undone by publishing it', async () => {
  const view = await voting();
  await office.post(`${BASE}/${view.slug}/pause`, { reason: '核查异常流量' });
  const fresh = await read(view.slug);
  const changed = await save(fresh, (plan) => {
    plan.settings.paused = null;
    plan.settings.slogan = '暂停期间改口号';
  });
  expect((await publish(changed.body)).status).toBe(200);
  expect((await read(view.slug)).inForce?.settings).toMatchObject({
    slogan: '暂停期间改口号',
    paused: { reason: '核查异常流量' },
  });
});

test('a copy has the settings a year later and, if asked for, the units with their contacts', async () => {
  const made = await make('zuimei-province');
  await office.post(`${BASE}/${made.slug}/units`, {
    name: '云岭市应急管理局',
    kind: 'city',
    quota: 4,
    categoryQuota: { system: 3 },
    contact: { name: '示例联系人', phone: '13800000101' },
  });
  const { slug } = await office.post<{ slug: string }>(`${BASE}/${made.slug}/copy`, {
    title: '2027 年度最美应急人',
    units: true,
  });
  const copy = await read(slug);
  expect(copy.units).toBe(1);
  expect(slug).toMatch(/^zuimei-\d{4}/);
  const from = Date.parse(made.plan.collection.closes);
  expect(Date.parse(copy.plan.collection.closes) - from).toBe(364 * DAY_MS);
  expect(await office.get(`${BASE}/${slug}/units`)).toMatchObject({
    units: [{ quota: 4, categoryQuota: { system: 3 }, contact: { name: '示例联系人' } }],
  });
  const bare = await office.post<{ slug: string }>(`${BASE}/${made.slug}/copy`, {
    title: '不带单位',
    units: false,
  });
  expect((await read(bare.slug)).units).toBe(0);
});

test('a draft can be deleted, a contest that was ever published cannot', async () => {
  const draft = await make();
  expect((await office.ask('DELETE', `${BASE}/${draft.slug}`)).status).toBe(200);
  expect((await office.ask('GET', `${BASE}/${draft.slug}/plan`)).status).toBe(404);
  const live = await make();
  await publish(live);
  expect(await office.ask('DELETE', `${BASE}/${live.slug}`)).toMatchObject({
    status: 409,
    body: { code: 'not_now' },
  });
});

test('the preview is the citizen’s page of the draft: for staff only, without a script, with everything escaped', async () => {
  const view = await make();
  const saved = await save(view, (plan) => {
    plan.settings.title = '草稿里的标题';
    plan.settings.slogan = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  });
  expect(saved.status).toBe(200);
  const path = `${BASE}/${view.slug}/preview?path=/c/${view.slug}&phase=voting`;
  const stranger = await site.call(path);
  expect(stranger.status).toBe(401);
  const reply = await office.raw('GET', path);
  const html = await reply.text();
  expect(html).toContain('草稿里的标题');
  expect(html).toContain('林立夏');
  expect(html).not.toMatch(/<script|<img src=x|modulepreload/);
  expect(html).toContain('&lt;img src=x');
  const csp = reply.headers.get('content-security-policy') ?? '';
  expect(csp).toContain("script-src 'none'");
  expect(csp).toContain('sandbox allow-same-origin');
  expect(csp).toContain("frame-ancestors 'self'");
  for (const page of ['/rules', '/n/1'])
    expect((await office.raw('GET', `${BASE}/${view.slug}/preview?path=/c/${view.slug}${page}`)).status).toBe(
      200,
    );
  const elsewhere = await office.raw('GET', `${BASE}/${view.slug}/preview?path=/c/other`);
  expect(elsewhere.status).toBe(404);
});

test('a banner is taken when it is a picture of the right shape', async () => {
  const { default: sharp } = await import('sharp');
  const view = await make();
  const sent = async (width: number, height: number) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#a8211a' } })
      .jpeg()
      .toBuffer();
    const form = new FormData();
    form.set('file', new File([new Uint8Array(bytes)], '横幅.jpg', { type: 'image/jpeg' }));
    return await office.ask<Refused & { id: string }>('POST', `${BASE}/${view.slug}/banner`, form);
  };
  expect(await sent(400, 400)).toMatchObject({ status: 422, body: { code: 'photo_small' } });
  expect(await sent(800, 800)).toMatchObject({ status: 422, body: { code: 'file_refused' } });
  const photo = await sent(1125, 520);
  expect(photo.status).toBe(200);
  const saved = await save(view, (plan) => {
    plan.settings.banner = { id: photo.body.id, width: 1080, height: 499 };
  });
  expect(saved.body.plan.settings.banner?.id).toBe(photo.body.id);
  // A draft is seen by who prepares it, and by nobody else.
  const picture = `media/${photo.body.id}-full.webp`;
  expect((await site.call(`/${picture}`)).status).toBe(404);
  const seen = await office.raw('GET', `${BASE}/${view.slug}/${picture}`);
  expect([seen.status, seen.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  const html = await (await office.raw('GET', `${BASE}/${view.slug}/preview?path=/c/${view.slug}`)).text();
  expect(html).toContain(`${BASE}/${view.slug}/media/${photo.body.id}`);
  expect(html).not.toContain('"/media/');
});
