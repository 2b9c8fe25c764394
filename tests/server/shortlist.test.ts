import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStored } from '@zuimei/server/contest/plan.ts';
import { importDocuments } from '@zuimei/server/intake/import.ts';
import type { CandidateList, ShortlistView } from '@zuimei/shared/shortlist.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';
import { portrait, sampleFiles } from './paper.ts';
import { collected, type Sent } from './sent.ts';

let fresh: FreshDatabase;
let site: TestSite;
let organizer: Desk;
let auditor: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  organizer = await signIn(site, ['organizer'], '主办甲');
  auditor = await signIn(site, ['auditor'], '审计丙');
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

const DAY_MS = 24 * HOUR_MS;
const people: Sent[] = ['林立夏', '周明川', '丁一', '何静姝'].map((name) => ({ name, state: 'accepted' }));

const numbersOf = (view: ShortlistView) => view.lines.map(({ name, number }) => [name, number]);
const publicView = async (slug: string) => {
  const reply = await site.call(`/api/contests/${slug}`);
  return { status: reply.status, text: await reply.text() };
};

/** Voting has been open for an hour. The database has a clock of its own: the phases move, not the clock. */
async function openVoting(slug: string, id: number, changes: Partial<Settings> = {}) {
  const { settings } = await readStored(site.parts.db, slug);
  const at = (ms: number) => new Date(site.now() + ms).toISOString();
  await site.update(id, {
    ...settings,
    schedule: [
      { phase: 'shortlisted', from: at(-DAY_MS) },
      { phase: 'voting', from: at(-HOUR_MS) },
      { phase: 'judging', from: at(DAY_MS) },
    ],
    rounds: [{ opens: at(-HOUR_MS), closes: at(DAY_MS), numbers: null }],
    ...changes,
  });
  await site.parts.ledger.open(slug);
  await site.parts.contests.reload(slug);
}

async function voting() {
  const made = await collected(site, people);
  await organizer.post(`${made.base}/shortlist/order`, { by: 'name' });
  await organizer.post(`${made.base}/shortlist/publish`, {});
  await openVoting(made.slug, made.id);
  return made;
}

describe('numbers', () => {
  test('by strokes of the name, swapped by hand, refused when given twice', async () => {
    const { base, ids } = await collected(site, people);
    const path = `${base}/shortlist`;
    const ordered = await organizer.post<ShortlistView>(`${path}/order`, { by: 'name' });
    expect(numbersOf(ordered)).toEqual([
      ['丁一', 1],
      ['何静姝', 2],
      ['周明川', 3],
      ['林立夏', 4],
    ]);
    const [first, second, third] = ids;
    const swapped = await organizer.post<ShortlistView>(`${path}/numbers`, {
      numbers: [
        { id: first, number: 3 },
        { id: second, number: 4 },
      ],
    });
    expect(numbersOf(swapped).slice(2)).toEqual([
      ['林立夏', 3],
      ['周明川', 4],
    ]);
    const twice = { numbers: [{ id: third, number: 4 }] };
    expect((await organizer.ask('POST', `${path}/numbers`, twice)).body).toEqual({
      code: 'number_taken',
      number: 4,
    });
    expect(
      (await organizer.ask('POST', `${path}/numbers`, { numbers: [{ id: 999_999, number: 9 }] })).status,
    ).toBe(409);
  });

  test('drawn by lot: the seed in the log gives the same order again', async () => {
    const { base, id, ids } = await collected(site, people);
    await organizer.post(`${base}/shortlist/draw`);
    const view = await organizer.post<ShortlistView>(`${base}/shortlist/draw`);
    const { seed = '', digest, times, by } = view.draw ?? {};
    expect([by, times, digest]).toEqual(['主办甲', 2, createHash('sha256').update(seed).digest('hex')]);
    const lot = (one: number) => createHash('sha256').update(`${seed}/${one}`).digest('hex');
    const again = ids.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1));
    expect(view.lines.map((line) => line.id)).toEqual(again);
    expect(view.lines.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    const log = await site.parts.db.selectFrom('action_log').selectAll().where('contest', '=', id).execute();
    expect(log.filter(({ act }) => act === 'shortlist.draw').at(-1)?.reason).toContain(seed);
  });
});

describe('publishing', () => {
  test('the shortlist is live at once with what is public and nothing else, and a second time adds nobody', async () => {
    const { base, slug, id } = await collected(site, [
      ...people,
      { name: '待审核' },
      { name: '蓝天救援队', kind: 'team', state: 'accepted' },
    ]);
    expect((await publicView(slug)).status).toBe(404);
    await organizer.post(`${base}/shortlist/order`, { by: 'category' });
    const done = await organizer.post<{ added: number[]; view: ShortlistView }>(
      `${base}/shortlist/publish`,
      {},
    );
    expect(done.added).toEqual([1, 2, 3, 4, 5]);
    expect(done.view.link).toBe(`/c/${slug}`);

    const { text } = await publicView(slug);
    const view = JSON.parse(text) as ContestView;
    expect(view.phase).toBe('shortlisted');
    expect(view.candidates.map(({ number, name, unit, post }) => [number, name, unit, post])).toEqual([
      [1, '丁一', '云岭区应急管理局', '执法大队队员'],
      [2, '何静姝', '云岭区应急管理局', '执法大队队员'],
      [3, '周明川', '云岭区应急管理局', '执法大队队员'],
      [4, '林立夏', '云岭区应急管理局', '执法大队队员'],
      [5, '蓝天救援队', '云岭区应急管理局', null],
    ]);
    const allowed = [
      'category',
      'deeds',
      'honours',
      'kind',
      'name',
      'number',
      'photos',
      'post',
      'reason',
      'unit',
      'video',
      'withdrawn',
      'years',
    ];
    for (const one of view.candidates) expect(Object.keys(one).sort()).toEqual(allowed);
    expect(text).not.toMatch(/1380000|1988|汉族|"群众"|"女"|待审核|collection|birth|phone|idNumber/);

    const again = await organizer.ask('POST', `${base}/shortlist/publish`, {});
    expect(again).toEqual({ status: 409, body: { code: 'nothing_to_publish' } });
    expect(
      (await site.parts.db.selectFrom('candidate').select('number').where('contest', '=', id).execute())
        .length,
    ).toBe(5);
    const stored = await readStored(site.parts.db, slug);
    expect(Date.parse(stored.collection?.closes ?? '')).toBeLessThanOrEqual(site.now());
    await site.verify(slug);
  });

  test('one who lacks something holds it up, named', async () => {
    const { base } = await collected(site, [
      { name: '林立夏', state: 'accepted' },
      { name: '周明川', state: 'accepted', photo: null, consent: false },
    ]);
    const view = await organizer.get<ShortlistView>(`${base}/shortlist`);
    expect(view.lines.map(({ lacks }) => lacks)).toEqual([['number'], ['number', 'photo', 'consent']]);
    await organizer.post(`${base}/shortlist/order`, { by: 'category' });
    expect((await organizer.ask('POST', `${base}/shortlist/publish`, {})).body).toEqual({
      code: 'shortlist_incomplete',
      name: '周明川',
      lack: 'photo',
    });
  });

  test('more may follow until voting opens, and none after', async () => {
    const { base, slug, id, ids } = await collected(site, [...people, { name: '后来者' }, { name: '太迟' }]);
    await organizer.post(`${base}/shortlist/order`, { by: 'name' });
    await organizer.post(`${base}/shortlist/publish`, {});
    const accept = (id: number | undefined) =>
      organizer.post(`${base}/nominations/decide`, { ids: [id], verdict: 'accept' });
    await accept(ids[4]);
    await organizer.post(`${base}/shortlist/order`, { by: 'name' });
    const later = await organizer.post<{ added: number[] }>(`${base}/shortlist/publish`, {});
    expect(later.added).toEqual([5]);
    await openVoting(slug, id);
    await accept(ids[5]);
    await organizer.post(`${base}/shortlist/order`, { by: 'name' });
    expect((await organizer.ask('POST', `${base}/shortlist/publish`, {})).body).toEqual({
      code: 'voting_begun',
      opens: expect.any(String),
    });
    await site.verify(slug);
  });

  test('more than the places is refused, with which and by how many, by every door; whoever withdraws leaves a place', async () => {
    const sent: Sent[] = [...people, { name: '蓝天救援队', kind: 'team', state: 'accepted' }];
    const { base, slug, id, ids } = await collected(site, sent);
    const path = `${base}/shortlist`;
    const bound = (places: number | null, person: number) =>
      site.parts.db
        .updateTable('contest')
        .set({
          collection: sql`collection || ${JSON.stringify({ places, categoryPlaces: { person } })}::jsonb`,
        })
        .where('id', '=', id)
        .execute();
    const over = { code: 'places_over', over: '候选总名额 4，现有 5，多 1 个；个人 2，现有 4，多 2 个' };
    await organizer.post(`${path}/order`, { by: 'name' });
    await bound(4, 2);
    const numbers = [{ id: ids[0], number: 9 }];
    for (const [door, body] of [
      ['publish', {}],
      ['draw', {}],
      ['order', { by: 'name' }],
      ['numbers', { numbers }],
    ] as const)
      expect([door, (await organizer.ask('POST', `${path}/${door}`, body)).body]).toEqual([door, over]);
    expect((await organizer.get<ShortlistView>(path)).places).toEqual([
      { id: '', name: '候选总名额', most: 4, has: 5 },
      { id: 'person', name: '个人', most: 2, has: 4 },
    ]);
    expect((await publicView(slug)).status).toBe(404);

    await bound(20, 20);
    await organizer.post(`${path}/publish`, {});
    await bound(5, 4);
    const importer = { ...site.parts, key: new Uint8Array(32).fill(7), clock: site.now };
    const by = { actor: { name: '王组织', staff: null, unit: null }, reason: '各单位报来' };
    const files = sampleFiles('zuimei', (name) => /吴砚秋/u.test(name));
    const full = '候选总名额 5，现有 6，多 1 个；个人 4，现有 5，多 1 个';
    for (const dryRun of [true, false])
      await expect(importDocuments(importer, slug, files, { ...by, dryRun })).rejects.toMatchObject({
        code: 'places_over',
        details: { over: full },
      });
    await organizer.post(`${base}/candidates/1/withdraw`, { reason: '本人申请退出' });
    expect((await importDocuments(importer, slug, files, by)).candidates).toHaveLength(1);
    // Brought in by a file or not: a place is taken.
    const { places } = await organizer.get<ShortlistView>(path);
    expect(places.map(({ has }) => has)).toEqual([5, 4]);
    await site.verify(slug);
  });

  test('two who publish at once publish once', async () => {
    const { base, slug } = await collected(site, people);
    await organizer.post(`${base}/shortlist/order`, { by: 'name' });
    const replies = await Promise.all(
      [1, 2].map(() => organizer.ask('POST', `${base}/shortlist/publish`, {})),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    await site.verify(slug);
  });
});

describe('candidates', () => {
  test('one who withdraws stays in sight and in the ledger, and no ballot for them is taken any more', async () => {
    const { base, slug } = await voting();
    const contest = await site.parts.contests.reload(slug);
    const early = await site.visitor(slug).cast([2]);
    expect(early.status).toBe(201);
    const path = `${base}/candidates/2/withdraw`;
    expect((await organizer.ask('POST', path, { reason: '' })).body).toEqual({ code: 'reason_missing' });
    expect((await auditor.ask('POST', path, { reason: '本人申请退出' })).status).toBe(403);
    const list = await organizer.post<CandidateList>(path, { reason: '本人申请退出' });
    expect(list.lines[1]?.candidate.withdrawn?.reason).toBe('本人申请退出');
    expect((await organizer.ask('POST', path, { reason: '本人申请退出' })).body).toMatchObject({
      code: 'state_changed',
    });

    const late = await site.visitor(slug).cast([2]);
    expect(late.body).toMatchObject({ code: 'candidate_withdrawn', number: 2 });
    expect((await site.visitor(slug).cast([3])).status).toBe(201);
    const view = JSON.parse((await publicView(slug)).text) as ContestView;
    expect(view.version).toBeGreaterThan(contest.version);
    expect(view.candidates[1]).toMatchObject({ number: 2, withdrawn: { reason: '本人申请退出' } });
    site.pass(1001);
    const counted = await auditor.get<CandidateList>(`${base}/candidates`);
    expect(counted.lines.map(({ votes }) => votes)).toEqual([0, 1, 1, 0]);
    const verified = await site.verify(slug);
    expect(verified.ballots).toBe(2);
  });

  test('a correction names its fields in the ledger, a photo is encoded anew, and sealed counts stay sealed', async () => {
    const { base, slug, id } = await voting();
    const corrected = await organizer.post<{ fields: string[] }>(`${base}/candidates/1/correct`, {
      reason: '职务变动',
      change: { post: '执法大队副大队长', name: '丁一' },
    });
    expect(corrected.fields).toEqual(['post']);
    const same = { reason: '职务变动', change: { post: '执法大队副大队长' } };
    expect((await organizer.ask('POST', `${base}/candidates/1/correct`, same)).body).toEqual({
      code: 'nothing_to_publish',
    });

    const form = new FormData();
    form.set('reason', '换用清晰照片');
    form.set('photo', new File([new Uint8Array(await portrait())], '照片.jpg', { type: 'image/jpeg' }));
    const { body } = await organizer.ask<{ list: CandidateList }>('POST', `${base}/candidates/1/photo`, form);
    const fresher = body.list.lines[0]?.candidate.photos[0];
    expect((await site.call(`/media/${fresher?.id}-thumb.jpg`)).status).toBe(200);
    const svg = new FormData();
    svg.set('reason', '换用清晰照片');
    svg.set(
      'photo',
      new File(['<svg xmlns="http://www.w3.org/2000/svg"/>'], 'a.jpg', { type: 'image/jpeg' }),
    );
    expect((await organizer.ask('POST', `${base}/candidates/1/photo`, svg)).status).toBe(422);

    const log = await site.parts.db.selectFrom('action_log').selectAll().where('contest', '=', id).execute();
    expect(log.filter(({ act }) => act === 'candidate.correct').map(({ subject }) => subject)).toEqual([
      '1 丁一：post',
      '1 丁一：photos',
    ]);
    await openVoting(slug, id, {
      reveal: { kind: 'sealed', from: new Date(site.now() + DAY_MS).toISOString() },
    });
    const list = await organizer.get<CandidateList>(`${base}/candidates`);
    expect([list.counts, list.lines.map(({ votes }) => votes)]).toEqual(['sealed', [null, null, null, null]]);
  });
});

test('a film is served in the pieces a player asks for', async () => {
  const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 251));
  const id = 'feedfacefeedfacefeedface';
  const contest = await site.contest();
  await site.parts.db
    .insertInto('film')
    .values({
      ...{
        id,
        contest: contest.id,
        nomination: null,
        field: 'video',
        name: '片.mp4',
        modified: new Date(0),
        whole: true,
      },
      ...{ size: bytes.length, received: bytes.length },
    })
    .execute();
  await site.parts.db.insertInto('film_piece').values({ film: id, at: 0, bytes }).execute();
  await sql`
    update candidate set body = body || ${JSON.stringify({ video: { id } })}::jsonb
    where contest = ${contest.id} and number = 1`.execute(site.parts.db);
  const ask = (range?: string) => site.call(`/media/${id}-video.mp4`, { headers: range ? { range } : {} });
  const whole = await ask();
  expect([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges')]).toEqual([
    200,
    'video/mp4',
    'bytes',
  ]);
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
  for (const [range, from, to] of [
    ['bytes=0-99', 0, 99],
    ['bytes=4900-', 4900, 4999],
    ['bytes=-10', 4990, 4999],
    ['bytes=4000-9000', 4000, 4999],
  ] as const) {
    const piece = await ask(range);
    expect([piece.status, piece.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/5000`]);
    expect(Buffer.from(await piece.arrayBuffer()).equals(bytes.subarray(from, to + 1))).toBe(true);
  }
  expect((await ask('bytes=5000-')).status).toBe(416);
  expect((await ask('bytes=1-2,4-5')).status).toBe(200);
  expect((await site.call('/media/000000000000000000000000-video.mp4')).status).toBe(404);
});

test('each door of review, shortlist and candidates is open to its roles alone', async () => {
  const { base } = await collected(site, []);
  const desks = new Map<Role, Desk>();
  for (const role of ['administrator', 'organizer', 'reviewer', 'auditor', 'expert'] as const)
    desks.set(role, await signIn(site, [role]));
  const table: [string, string, Role[]][] = [
    ['GET', 'nominations', ['organizer', 'reviewer']],
    ['GET', 'nominations/1', ['organizer', 'reviewer']],
    ['GET', 'nominations/1/files/x', ['organizer', 'reviewer']],
    ['PUT', 'nominations/1', ['organizer']],
    ['POST', 'nominations/decide', ['organizer', 'reviewer']],
    ['POST', 'nominations/1/screening', ['organizer', 'reviewer']],
    ['POST', 'nominations/1/reveal', ['organizer']],
    ['POST', 'nominations/1/photo', ['organizer']],
    ['POST', 'nominations/1/consent', ['organizer']],
    ['GET', 'shortlist', ['organizer', 'reviewer']],
    ['POST', 'shortlist/numbers', ['organizer']],
    ['POST', 'shortlist/order', ['organizer']],
    ['POST', 'shortlist/draw', ['organizer']],
    ['POST', 'shortlist/publish', ['organizer']],
    ['GET', 'candidates', ['organizer', 'auditor']],
    ['POST', 'candidates/1/withdraw', ['organizer']],
    ['POST', 'candidates/1/correct', ['organizer']],
    ['POST', 'candidates/1/photo', ['organizer']],
  ];
  for (const [method, path, allowed] of table) {
    const open: Role[] = [];
    for (const [role, desk] of desks) {
      const { status } = await desk.ask(method, `${base}/${path}`, method === 'GET' ? undefined : {});
      if (status !== 403) open.push(role);
    }
    expect([method, path, open]).toEqual([method, path, allowed]);
  }
});
