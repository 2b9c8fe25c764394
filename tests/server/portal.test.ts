import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nominationKeys } from '@zuimei/server/nomination/answers.ts';
import { returnNomination } from '@zuimei/server/nomination/filing.ts';
import { readNomination } from '@zuimei/server/nomination/nomination.ts';
import { findTwins } from '@zuimei/server/nomination/twin.ts';
import type { FormValues, NominationView } from '@zuimei/shared/nomination.ts';
import type { PaperView } from '@zuimei/shared/paper.ts';
import type { IntakeView, PortalView, UnitsView } from '@zuimei/shared/unit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { agreed, fileDraft, formOf, formWith, openCollection, personValues } from './filed.ts';
import { portrait, sampleFiles } from './paper.ts';

let fresh: FreshDatabase;
let site: TestSite;
let photo: Buffer;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  photo = await portrait(120, 160);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const one = (id: number, act = ''): string => `/api/console/unit/nominations/${id}${act}`;
const submit = (desk: Desk, draft: NominationView) =>
  desk.ask<NominationView & { code?: string }>('POST', one(draft.id, '/submit'), { version: draft.version });

async function sendBack(contest: number, id: number, reason: string): Promise<void> {
  await fresh.database.db.transaction().execute(async (tx) => {
    const row = await readNomination(tx, id, contest, { lock: true });
    const actor = { name: '测试主办', staff: null, unit: null };
    await returnNomination(
      tx,
      {
        actor,
        now: site.now(),
        contest: { id: contest, archivedAt: null },
        keys: nominationKeys(site.parts.secrets),
      },
      row,
      reason,
    );
  });
}

describe('a nomination', () => {
  test('is filled, sent, returned with its reason, sent again; every step is written down', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), photo);
    const sent = await submit(desk, draft);
    expect(sent.body).toMatchObject({ state: 'submitted', name: '林立夏', category: 'person' });
    expect((await desk.ask('PUT', one(draft.id), { ...saveOf(sent.body) })).body).toMatchObject({
      code: 'state_changed',
    });
    await sendBack(contest.id, draft.id, '请补充2025年的事迹');
    const view = await desk.get<PortalView>('/api/console/unit');
    expect(view.nominations[0]).toMatchObject({ state: 'returned', returned: '请补充2025年的事迹' });
    const again = await desk.get<NominationView>(one(draft.id));
    expect((await submit(desk, again)).body.state).toBe('submitted');
    const { events } = await desk.get<NominationView>(one(draft.id));
    expect(events.map(({ act, actor }) => [act, actor])).toEqual([
      ['create', '青石镇人民政府'],
      ['opinion', '青石镇人民政府'],
      ['submit', '青石镇人民政府'],
      ['return', '测试主办'],
      ['submit', '青石镇人民政府'],
    ]);
  });

  test('is not sent while anything is missing, too long or no choice, and every such field is named', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const values = {
      ...personValues('林立夏', '1380000'),
      gender: '未知',
      birth: '1988',
      reason: '长'.repeat(51),
      deeds: '',
    };
    const draft = await fileDraft(desk, values, null);
    expect((await submit(desk, draft)).body).toEqual({
      code: 'form_incomplete',
      fields: 'gender,birth,phone,reason,deeds,photo',
    });
    // Blanks are not counted: fifty characters apart from them are fifty.
    const spaced = { ...personValues('林立夏'), reason: '长 '.repeat(50) };
    const right = await fileDraft(desk, spaced, photo);
    expect((await submit(desk, right)).status).toBe(200);
  });

  test('is not sent without the nominee’s consent', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), photo);
    for (const consent of [
      null,
      { by: '林立夏', on: '', file: null },
      { by: '林立夏', on: '2999-01-01', file: null },
    ]) {
      const { version } = await desk.get<NominationView>(one(draft.id));
      await desk.ask('PUT', one(draft.id), { ...saveOf(draft), version, consent });
      expect((await submit(desk, { ...draft, version: version + 1 })).body).toEqual({
        code: 'consent_missing',
      });
    }
  });

  test('saved from an old version is refused with who changed it, and nothing is overwritten', async () => {
    const contest = await openCollection(site);
    const { id, desk } = await contest.unit('青石镇人民政府');
    const other = await signIn(site, { unit: id });
    const draft = await fileDraft(desk, personValues('林立夏'), null);
    const first = { ...saveOf(draft), values: { ...personValues('林立夏'), post: '先存的' } };
    expect((await other.ask('PUT', one(draft.id), first)).status).toBe(200);
    const late = await desk.ask('PUT', one(draft.id), { ...saveOf(draft), values: personValues('周明川') });
    expect([late.status, late.body]).toMatchObject([409, { code: 'state_changed', by: '青石镇人民政府' }]);
    expect((await desk.get<NominationView>(one(draft.id))).answers['post']).toBe('先存的');
  });

  test('can be taken back before it is accepted, and opened again', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), photo);
    await submit(desk, draft);
    expect((await desk.post<NominationView>(one(draft.id, '/withdraw'))).state).toBe('withdrawn');
    expect((await desk.ask('DELETE', one(draft.id))).status).toBe(409);
    expect((await desk.post<NominationView>(one(draft.id, '/reopen'))).state).toBe('draft');
    const fresh2 = await fileDraft(desk, personValues('周明川'), null);
    expect((await desk.ask('DELETE', one(fresh2.id))).status).toBe(200);
  });

  test('of another unit is not found, whatever is asked of it', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const { desk: stranger } = await contest.unit('桐江街道办事处');
    const draft = await fileDraft(desk, personValues('林立夏'), null);
    const file = await desk.post<{ id: string }>(
      one(draft.id, '/files/attachments'),
      formOf('证明.pdf', PDF),
    );
    for (const [method, act, body] of [
      ['GET', '', undefined],
      ['PUT', '', saveOf(draft)],
      ['DELETE', '', undefined],
      ['POST', '/submit', { version: 2 }],
      ['POST', '/withdraw', undefined],
      ['POST', '/photo', formOf('a.jpg', photo)],
      ['POST', '/files/attachments', formOf('a.pdf', PDF)],
      ['GET', `/files/${file.id}`, undefined],
      ['DELETE', `/files/${file.id}`, undefined],
      ['PUT', '/opinions/unit', agreed],
      ['GET', '/forms/approval', undefined],
      ['POST', '/return', { version: 1, reason: '请补充事迹' }],
    ] as const)
      expect([method, act, (await stranger.ask(method, one(draft.id, act), body)).status]).toEqual([
        method,
        act,
        404,
      ]);
    expect((await stranger.get<PortalView>('/api/console/unit')).nominations).toEqual([]);
  });
});

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const saveOf = ({ version, kind, category, consent }: NominationView) => ({
  version,
  kind,
  category,
  values: personValues('林立夏'),
  consent,
});

describe('the quota', () => {
  test('lets one of two drafts pass that are sent in the same moment for the last place', async () => {
    const contest = await openCollection(site);
    const { id, desk } = await contest.unit('青石镇人民政府', 'town', 1);
    const other = await signIn(site, { unit: id });
    const drafts = [
      await fileDraft(desk, personValues('林立夏'), photo),
      await fileDraft(other, personValues('周明川', '13800000102'), photo),
    ];
    const replies = await Promise.all(drafts.map((draft, at) => submit(at === 0 ? desk : other, draft)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 409]);
    expect(replies.find((reply) => reply.status === 409)?.body).toEqual({ code: 'quota_full', most: 1 });
    const { quota } = await desk.get<PortalView>('/api/console/unit');
    expect(quota).toMatchObject({ most: 1, used: 1 });
  });

  test('of a category is its own, and a place is free again when one is taken back', async () => {
    const contest = await openCollection(site, 'zuimei-district', (plan) => {
      plan.collection.unitCategoryMost = { person: 1 };
    });
    const { desk } = await contest.unit('青石镇人民政府');
    const first = await fileDraft(desk, personValues('林立夏'), photo);
    const second = await fileDraft(desk, personValues('周明川', '13800000102'), photo);
    await submit(desk, first);
    expect((await submit(desk, second)).body).toEqual({ code: 'quota_full', category: '个人', most: 1 });
    await desk.post(one(first.id, '/withdraw'));
    expect((await submit(desk, second)).status).toBe(200);
  });
});

describe('places by category', () => {
  test('are the unit’s own: it sees them, and what goes beyond is refused by the category’s name, as a document too', async () => {
    const contest = await openCollection(site);
    const { desk, id } = await contest.unit('乙市', 'town', null, '', { person: 2, team: 0 });
    const send = async (name: string) =>
      await submit(desk, await fileDraft(desk, personValues(name, '13800000103'), photo));
    const other = await fileDraft(desk, personValues('林立夏'), photo, 'team');
    expect((await submit(desk, other)).body).toEqual({ code: 'quota_none', category: '集体' });
    expect((await desk.ask('DELETE', one(other.id))).status).toBe(200);
    expect((await send('周明川')).status).toBe(200);
    const { quota } = await desk.get<PortalView>('/api/console/unit');
    expect(quota).toEqual({
      ...{ least: 1, most: 2, used: 1 },
      categories: [
        { id: 'person', name: '个人', most: 2, used: 1 },
        { id: 'team', name: '集体', most: 0, used: 0 },
      ],
    });
    const paper = sampleFiles('zuimei', (name) => /罗远山|陈诺/u.test(name));
    const read = await desk.post<IntakeView>('/api/console/unit/documents', formWith(paper));
    expect(read.made.map(({ name }) => name)).toEqual(['罗远山']);
    expect(read.problems.map(({ message }) => message)).toContain(
      '陈诺超出推荐名额：“个人”最多推荐 2 个，已有 2 个。请先删除不再推荐的。',
    );
    expect((await send('丁一')).status).toBe(200);
    expect((await send('何静姝')).body).toEqual({ code: 'quota_full', category: '个人', most: 2 });
    const lines = (await contest.units()).units;
    expect(lines.find((line) => line.id === id)).toMatchObject({
      ...quota,
      used: 2,
      categories: [{ used: 2 }, {}],
    });
  });
});

describe('the deadline', () => {
  test('is kept to the moment by the server’s clock; what was returned has three days more', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const closes = Date.parse(contest.plan.collection.closes);
    const drafts = [];
    for (const name of ['林立夏', '周明川', '何静姝'])
      drafts.push(await fileDraft(desk, personValues(name), photo));
    const [first, second, third] = drafts as [NominationView, NominationView, NominationView];
    const before = site.now();
    site.at(closes - 1);
    const near = await signIn(site, {
      unit: (await desk.get<PortalView>('/api/console/unit').catch(() => null))?.unit.id ?? first.unit.id,
    });
    expect((await submit(near, first)).status).toBe(200);
    site.at(closes);
    const { opens } = contest.plan.collection;
    expect((await submit(near, second)).body).toEqual({
      code: 'collection_closed',
      opens,
      closes: contest.plan.collection.closes,
    });
    await sendBack(contest.id, first.id, '照片不清楚');
    site.at(closes + 71 * HOUR_MS);
    const later = await signIn(site, { unit: first.unit.id });
    const returned = await later.get<NominationView>(one(first.id));
    expect((await submit(later, returned)).status).toBe(200);
    await sendBack(contest.id, first.id, '照片仍不清楚');
    site.pass(72 * HOUR_MS);
    const last = await signIn(site, { unit: first.unit.id });
    const tooLate = await last.get<NominationView>(one(first.id));
    expect((await submit(last, tooLate)).body.code).toBe('collection_closed');
    site.at(Date.parse(opens) - 1);
    const early = await signIn(site, { unit: first.unit.id });
    expect((await submit(early, third)).body.code).toBe('collection_closed');
    site.at(before);
  });
});

describe('files', () => {
  async function draftFor(preset: Parameters<typeof openCollection>[1] = 'zuimei-district') {
    const contest = await openCollection(site, preset);
    const { desk } = await contest.unit('青石镇人民政府');
    const kind = contest.plan.collection.kinds[0];
    return {
      desk,
      contest,
      draft: await desk.post<NominationView>('/api/console/unit/nominations', { kind }),
    };
  }

  test('that are not what they are called are refused, and large ones unread', async () => {
    const { desk, draft } = await draftFor();
    const files = one(draft.id, '/files/attachments');
    const bytes = (text: string) => Buffer.from(text);
    const svg = bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const [name, content, code] of [
      ['材料.pdf', bytes('<html><script>alert(1)</script></html>'), 'file_refused'],
      ['照片.jpg', svg, 'file_refused'],
      ['程序.docx', bytes('MZ\u0090'), 'file_refused'],
      ['照片.jpg', Buffer.concat([photo.subarray(0, 40), bytes('<script>')]), 'photo_broken'],
      ['视频.mp4', bytes('\0\0\0\x18ftypisom\0\0\0\0isomiso2'), 'file_refused'],
      ['照片.heic', bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'photo_heic'],
    ] as const)
      expect((await desk.ask('POST', files, formOf(name, content))).body).toMatchObject({
        code,
        name,
      });
    const huge = Buffer.concat([PDF, Buffer.alloc(21 << 20)]);
    expect((await desk.ask('POST', files, formOf('大.pdf', huge))).body).toEqual({
      code: 'too_large',
      limit: '20 MB',
    });
    expect((await desk.ask('POST', one(draft.id, '/photo'), formOf('照片.jpg', svg))).body).toMatchObject({
      code: 'photo_none',
      name: '照片.jpg',
    });
    expect((await desk.ask('POST', one(draft.id, '/files/name'), formOf('a.pdf', PDF))).status).toBe(400);
  });

  test('are at most ten, come back only as a download under their own name, and never without a session', async () => {
    const { desk, draft } = await draftFor();
    const files = one(draft.id, '/files/attachments');
    const kept = await desk.post<{ id: string; name: string }>(files, formOf('../../证明 "1".exe', PDF));
    expect(kept.name).toBe('证明 1.pdf');
    const reply = await desk.raw('GET', one(draft.id, `/files/${kept.id}`));
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(PDF);
    expect(reply.headers.get('content-disposition')).toContain(`attachment; filename="`);
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await site.app.request(one(draft.id, `/files/${kept.id}`))).status).toBe(401);
    for (let i = 2; i <= 10; i++) await desk.post(files, formOf(`${i}.pdf`, PDF));
    expect((await desk.ask('POST', files, formOf('11.pdf', PDF))).body).toEqual({
      code: 'too_many_files',
      most: 10,
    });
    // A signed consent is asked for beside them, and a new one takes the place of the old.
    const paper = one(draft.id, '/files/consent');
    await desk.post(paper, formOf('同意书.jpg', photo));
    await desk.post(paper, formOf('同意书2.jpg', photo));
    const { attachments } = await desk.get<NominationView>(one(draft.id));
    expect(attachments.filter(({ field }) => field === 'consent').map(({ name }) => name)).toEqual([
      '同意书2.jpg',
    ]);
  });
});

describe('what is private', () => {
  test('stays as it is when its mask comes back or nothing does; written anew it changes; no mask is ever stored', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏', '13800000103'), photo);
    const clear = (field: string) =>
      contest.organizer
        .ask<{ value?: string }>('POST', `${contest.base}/nominations/${draft.id}/reveal`, {
          field,
          reason: '核对联系电话',
        })
        .then(({ body }) => body.value);
    let { version } = draft;
    const save = async (hidden: FormValues) => {
      const { answers, kind, category, consent } = draft;
      const body = { version, kind, category, consent, values: { ...answers, ...hidden } };
      const reply = await desk.ask<{ version?: number; code?: string }>('PUT', one(draft.id), body);
      version = reply.body.version ?? version;
      return reply;
    };
    expect((await save(draft.hidden)).status).toBe(200);
    expect([await clear('phone'), await clear('birth')]).toEqual(['13800000103', '1988-06']);
    expect((await save({})).status).toBe(200);
    expect([await clear('phone'), await clear('birth')]).toEqual(['13800000103', '1988-06']);
    // The mask of another number, or one that was half written over.
    expect((await save({ phone: '138****0999' })).body).toMatchObject({ code: 'bad_request' });
    expect((await save({ phone: '138****01031' })).body).toMatchObject({ code: 'bad_request' });
    expect(await clear('phone')).toBe('13800000103');
    expect((await save({ phone: '13800000104' })).status).toBe(200);
    expect(await clear('phone')).toBe('13800000104');
    const { twin } = await fresh.database.db
      .selectFrom('nomination')
      .select('twin')
      .where('id', '=', draft.id)
      .executeTakeFirstOrThrow();
    const other = await contest.unit('桐江街道办事处');
    const theirs = await fileDraft(other.desk, personValues('林立夏', '13800000104'), photo);
    const again = await fresh.database.db
      .selectFrom('nomination')
      .select('twin')
      .where('id', '=', theirs.id)
      .executeTakeFirstOrThrow();
    expect(again.twin).toEqual(twin);
    expect((await save({ phone: '' })).status).toBe(200);
    expect((await submit(desk, { ...draft, version })).body).toEqual({
      code: 'form_incomplete',
      fields: 'phone',
    });
    expect((await save({ phone: '1380000' })).status).toBe(200);
    const view = await desk.get<NominationView>(one(draft.id));
    expect(view.hiddenFaults).toEqual([{ key: 'phone', code: 'not_a_phone' }]);
    expect((await save({ phone: '13800000105' })).status).toBe(200);
    expect((await submit(desk, { ...draft, version })).status).toBe(200);

    // An organizer's correction keeps to the same.
    const path = `${contest.base}/nominations/${draft.id}`;
    const at = (await contest.organizer.get<NominationView>(path)).version;
    const edit = (values: FormValues, from = at) =>
      contest.organizer.ask('PUT', path, { version: from, values });
    expect((await edit({ phone: '139****0000' })).status).toBe(400);
    expect((await edit({ phone: '138****0105', post: '副大队长' })).status).toBe(200);
    expect(await clear('phone')).toBe('13800000105');
  });

  test('is masked for a unit’s account as for its link', async () => {
    const contest = await openCollection(site);
    const { id, desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏', '13800000103'), null);
    const account = await signIn(site, { accountOf: id });
    expect((await account.get<NominationView>(one(draft.id))).hidden['phone']).toBe('138****0103');
  });

  test('is known to have been opened: each file once a minute, by whom and which', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), photo);
    const file = await desk.post<{ id: string }>(
      one(draft.id, '/files/attachments'),
      formOf('报送表扫描件.pdf', PDF),
    );
    const reviewer = await signIn(site, ['reviewer'], '审核乙');
    const theirs = `${contest.base}/nominations/${draft.id}/files/${file.id}`;
    // What its unit still holds is not for staff, whichever way they ask.
    expect((await contest.organizer.ask('GET', theirs)).status).toBe(404);
    await submit(desk, draft);
    for (const [from, path] of [
      [reviewer, theirs],
      [reviewer, theirs],
      [contest.organizer, theirs],
      [desk, one(draft.id, `/files/${file.id}`)],
    ] as const)
      expect((await from.ask('GET', path)).status).toBe(200);
    site.pass(61_000);
    expect((await reviewer.ask('GET', theirs)).status).toBe(200);
    const log = await fresh.database.db
      .selectFrom('action_log')
      .select(['actor', 'subject'])
      .where('contest', '=', contest.id)
      .where('act', '=', 'nomination.open')
      .orderBy('id')
      .execute();
    const subject = '林立夏（青石镇人民政府）：报送表扫描件.pdf';
    expect(log).toEqual(
      ['审核乙', '测试主办', '青石镇人民政府', '审核乙'].map((actor) => ({ actor, subject })),
    );
  });

  test('comes back to nobody: not to its own unit, whose link may be in other hands, not other units, not the organizer’s lists, not the events or the action log', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const { desk: stranger } = await contest.unit('桐江街道办事处');
    const draft = await fileDraft(desk, personValues('林立夏', '13800000103'), photo);
    await submit(desk, draft);
    const theirs = await fileDraft(stranger, personValues('林立夏', '13800000103'), photo);
    await submit(stranger, theirs);
    expect((await desk.get<NominationView>(one(draft.id))).hidden['phone']).toBe('138****0103');
    const seen = JSON.stringify([
      await stranger.get('/api/console/unit'),
      await desk.get('/api/console/unit'),
      await contest.organizer.get<UnitsView>(`${contest.base}/units`),
      await contest.organizer.get(`${contest.base}/nominations`),
      await fresh.database.db
        .selectFrom('action_log')
        .selectAll()
        .where('contest', '=', contest.id)
        .execute(),
      await fresh.database.db.selectFrom('nomination').select(['answers', 'twin', 'name']).execute(),
    ]);
    for (const secret of ['13800000103', '1988-06', '中共党员']) expect(seen).not.toContain(secret);
  });

  test('finds the same person sent by another unit, naming the unit to staff alone', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const { desk: other } = await contest.unit('桐江街道办事处');
    const mine = await fileDraft(desk, personValues('林 立夏', '138 0000 0103'), photo);
    const same = await fileDraft(other, personValues('林立夏', '13800000103'), photo);
    const namesake = await fileDraft(other, personValues('林立夏', '13800000104'), photo);
    expect((await desk.get<PortalView>('/api/console/unit')).nominations[0]?.namesake).toBe(false);
    await submit(other, same);
    await submit(other, namesake);
    const view = await desk.get<PortalView>('/api/console/unit');
    expect(view.nominations[0]?.namesake).toBe(true);
    expect(JSON.stringify(view)).not.toContain('桐江街道办事处');
    const row = await readNomination(fresh.database.db, mine.id, contest.id);
    expect(
      (await findTwins(fresh.database.db, contest.id, row)).map(({ id, unit, same: how }) => [id, unit, how]),
    ).toEqual([
      [same.id, '桐江街道办事处', 'person'],
      [namesake.id, '桐江街道办事处', 'name'],
    ]);
  });
});

describe('documents', () => {
  test('become drafts of the unit, filled in by field with the photo; nothing is sent by itself', {
    timeout: 30_000,
  }, async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('云岭区应急管理局', 'department');
    const files = sampleFiles('zuimei', (name) => /林立夏|罗远山/u.test(name));
    const { made, problems } = await desk.post<IntakeView>('/api/console/unit/documents', formWith(files));
    expect(made.map(({ name, unit }) => [name, unit])).toEqual([
      ['林立夏', '云岭区应急管理局'],
      ['罗远山', '云岭区应急管理局'],
    ]);
    expect(problems.map(({ file, message }) => [file, message])).toEqual([
      ['报送表-04-罗远山.docx', '“罗远山”没有照片，请补一张近期照片。'],
    ]);
    const [first] = made;
    const view = await desk.get<NominationView>(one(first?.id ?? 0));
    expect(view).toMatchObject({ state: 'draft', source: 'document', kind: 'person', category: 'person' });
    expect(view.answers).toMatchObject({
      name: '林立夏',
      unit: '云岭区应急管理局',
      post: '执法大队副大队长',
    });
    expect(view.hidden['phone']).toMatch(/^138\*{4}00\d\d$/);
    expect([view.hidden['birth'], view.hiddenFaults]).toEqual(['****', []]);
    expect(view.photo).not.toBeNull();
    // The day below an opinion is its date, and not in its words a second time.
    expect(view.opinions[0]).toMatchObject({ on: '2026-03-18', words: expect.not.stringMatching(/3\s*月/u) });
    const again = await desk.post<IntakeView>('/api/console/unit/documents', formWith(files));
    expect(again.made).toEqual([]);

    // The document itself is its reviewers' to read beside the form, each opening on record; it names in clear what a link must not give.
    const path = `${contest.base}/nominations/${view.id}/original`;
    expect((await contest.organizer.ask('GET', `${path}/paper`)).status).toBe(404);
    await site.parts.db
      .updateTable('nomination')
      .set({ state: 'submitted' })
      .where('id', '=', view.id)
      .execute();
    const paper = await contest.organizer.get<PaperView>(`${path}/paper`);
    expect(paper).toMatchObject({ name: files[0]?.name, kind: 'text', cut: false });
    expect(JSON.stringify(paper.parts)).toContain('执法大队副大队长');
    expect(paper.pictures).toEqual([expect.stringMatching(/^data:image\/webp;base64,/)]);
    const saved = await contest.organizer.raw('GET', path);
    expect(Buffer.from(await saved.arrayBuffer()).equals(Buffer.from(files[0]?.bytes ?? []))).toBe(true);
    expect((await desk.ask('GET', path)).status).toBe(403);
    expect(Object.keys(view)).not.toContain('original');
    const log = site.parts.db.selectFrom('action_log').select('subject').where('contest', '=', contest.id);
    const openings = await log.where('act', '=', 'nomination.open').execute();
    expect(openings.map(({ subject }) => subject)).toEqual([`林立夏（云岭区应急管理局）：${files[0]?.name}`]);
  });

  test('with a photo too small to be shown large say so, by the same rule and in the same words as the form', async () => {
    const contest = await openCollection(site, 'zuimei-district', (plan) => {
      plan.collection.photo = { width: 900, height: 1200, hint: '' };
    });
    const { desk } = await contest.unit('云岭区应急管理局');
    const files = sampleFiles('zuimei', (name) => name.includes('周明川'));
    const { problems } = await desk.post<IntakeView>('/api/console/unit/documents', formWith(files));
    expect(problems.map(({ message }) => message)).toContain(
      '“周明川”的照片只有 413×579 像素，不到要求（900×1200）的一半，放大后会模糊，请换一张更清晰的。',
    );
  });

  test('of cases fill subject, background, practice and proofs', async () => {
    const contest = await openCollection(site, 'anli');
    const { desk } = await contest.unit('云岭区应急管理局');
    const files = sampleFiles('anli', (name) => name.includes('01'));
    const { made } = await desk.post<IntakeView>('/api/console/unit/documents', formWith(files));
    const view = await desk.get<NominationView>(one(made[0]?.id ?? 0));
    expect(view.kind).toBe('case');
    for (const key of ['subject', 'background', 'practice', 'proof'])
      expect(view.answers[key], key).toBeTruthy();
    expect(contest.plan.settings.categories.map(({ id }) => id)).toContain(view.category);
  });
});
