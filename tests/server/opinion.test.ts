import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NominationView } from '@zuimei/shared/nomination.ts';
import type { ContestPlan, OpinionStep } from '@zuimei/shared/plan/plan.ts';
import type { DecideResult, ReviewView } from '@zuimei/shared/shortlist.ts';
import type { PortalView } from '@zuimei/shared/unit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import type { Desk } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { agreed, fileDraft, formOf, openCollection, personValues } from './filed.ts';
import { portrait } from './paper.ts';

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
const step = (id: string, name: string, more: Partial<OpinionStep> = {}): OpinionStep => ({
  ...{ id, name, kind: 'level', owner: 'unit', required: true, attachment: false },
  ...more,
});
const send = async (desk: Desk, id: number) => {
  const { version } = await desk.get<NominationView>(one(id));
  return (
    await desk.ask<{ code?: string; step?: string; state?: string }>('POST', one(id, '/submit'), { version })
  ).body;
};
const give = (desk: Desk, id: number, which: string, more: object = {}) =>
  desk.ask<NominationView & { code?: string }>('PUT', one(id, `/opinions/${which}`), { ...agreed, ...more });
const scan = (desk: Desk, id: number, which: string) =>
  desk.post<{ id: string }>(one(id, `/files/opinion.${which}`), formOf('意见.jpg', photo));

describe('what a unit gives or gathers', () => {
  const asked = (plan: ContestPlan) => {
    plan.collection.opinions = [
      step('unit', '报送单位意见'),
      step('police', '公安机关', { kind: 'consult', attachment: true }),
      step('tax', '税务部门', { kind: 'consult', attachment: true, required: false }),
      step('office', '主办单位考察', { owner: 'organizer' }),
    ];
  };

  test('is asked for when it submits, each named with what it lacks; what the organizer gives is not', async () => {
    const contest = await openCollection(site, 'zuimei-district', asked);
    const { desk } = await contest.unit('青石镇人民政府');
    const { id } = await fileDraft(desk, personValues('林立夏'), photo);
    expect(await send(desk, id)).toEqual({ code: 'opinion_missing', step: '公安机关' });
    await give(desk, id, 'police');
    expect(await send(desk, id)).toEqual({ code: 'opinion_scan', step: '公安机关' });
    await give(desk, id, 'police', { file: (await scan(desk, id, 'police')).id });
    // Half there is not left out.
    await give(desk, id, 'tax');
    expect(await send(desk, id)).toEqual({ code: 'opinion_scan', step: '税务部门' });
    await give(desk, id, 'tax', { file: (await scan(desk, id, 'tax')).id });
    expect((await give(desk, id, 'office')).status).toBe(403);
    expect((await send(desk, id)).state).toBe('submitted');

    const review = () => contest.organizer.get<ReviewView>(`${contest.base}/nominations/${id}`);
    const hints = async () =>
      (await review()).warnings
        .filter(({ code }) => code.startsWith('opinion'))
        .map(({ code, details }) => [code, details['step']]);
    expect((await review()).owners).toEqual({
      ...{ unit: '青石镇人民政府', police: '青石镇人民政府', tax: '青石镇人民政府' },
      office: null,
    });
    expect(await hints()).toEqual([['opinion_missing', '主办单位考察']]);
    // A scan that is taken away is told in the same words by the hint and by the refusal.
    const { opinions } = await desk.get<NominationView>(one(id));
    const file = opinions.find((given) => given.step === 'police')?.file?.id ?? '';
    expect((await desk.ask('DELETE', one(id, `/files/${file}`))).status).toBe(200);
    expect(await hints()).toEqual([
      ['opinion_scan', '公安机关'],
      ['opinion_missing', '主办单位考察'],
    ]);
    const decided = await contest.organizer.post<DecideResult>(`${contest.base}/nominations/decide`, {
      ...{ ids: [id], verdict: 'accept', reason: '', versions: {} },
    });
    expect(decided.refused).toMatchObject([{ code: 'opinion_scan', details: { step: '公安机关' } }]);
  });

  test('may be one paper about several nominees: each keeps a copy, and nobody else’s nominee can be among them', async () => {
    const contest = await openCollection(site, 'zuimei-district', asked);
    const { desk } = await contest.unit('青石镇人民政府');
    const other = await contest.unit('桐江街道办事处');
    const drafts = [];
    for (const name of ['林立夏', '周明川']) drafts.push(await fileDraft(desk, personValues(name), photo));
    const [first, second] = drafts.map(({ id }) => id) as [number, number];
    const alien = await fileDraft(other.desk, personValues('罗远山'), photo);
    const file = (await scan(desk, first, 'police')).id;
    expect((await give(desk, first, 'police', { file, also: [second, alien.id] })).status).toBe(404);
    expect((await desk.get<NominationView>(one(second))).opinions).toHaveLength(1);
    expect((await give(desk, first, 'police', { file, also: [second] })).status).toBe(200);
    const { opinions, attachments } = await desk.get<NominationView>(one(second));
    const given = opinions.find((opinion) => opinion.step === 'police');
    expect(given).toMatchObject({ signer: '测试领导', file: { name: '意见.jpg' } });
    expect(given?.file?.id).not.toBe(file);
    expect(attachments.filter(({ field }) => field === 'opinion/police')).toHaveLength(1);
    const { nominations } = await desk.get<PortalView>('/api/console/unit');
    expect(nominations.map(({ lacks }) => lacks)).toEqual([[], []]);
    expect((await send(desk, second)).state).toBe('submitted');
  });

  test('has forms to print: the levels’ and the departments’, filled with what is open, blank for what is private and for the seal', async () => {
    const contest = await openCollection(site, 'zuimei-district', asked);
    const { desk } = await contest.unit('青石镇人民政府');
    const other = await contest.unit('桐江街道办事处');
    const { id } = await fileDraft(desk, personValues('林立夏', '13800000055'), photo);
    const read = async (form: string, path = one(id, `/forms/${form}`)) => {
      const reply = await desk.raw('GET', path);
      expect([form, reply.status]).toEqual([form, 200]);
      const parts = unzipSync(new Uint8Array(await reply.arrayBuffer()));
      return strFromU8(parts['word/document.xml'] ?? new Uint8Array()).replace(/<[^>]+>/gu, '');
    };
    const approval = await read('approval');
    for (const words of [
      '附件3',
      '林立夏',
      '转移群众三百余人',
      '报送单位意见',
      '同意推荐',
      '（盖章）',
      '主办单位考察',
    ])
      expect(approval).toContain(words);
    expect(approval).not.toContain('公安机关');
    const consult = await read('consult');
    for (const words of ['附件4', '征求意见表', '林立夏', '公安机关', '税务部门', '（盖章）'])
      expect(consult).toContain(words);
    expect(`${approval}${consult}`).not.toMatch(/13800000055|138\*|中共党员|1988/u);
    expect((await other.desk.raw('GET', one(id, '/forms/approval'))).status).toBe(404);
    expect((await desk.raw('GET', one(id, '/forms/anything'))).status).toBe(400);

    // The same form with nothing in it but who reports, for what is filled in on paper; of the kinds that are asked for.
    const blank = await read('', '/api/console/unit/forms/person');
    for (const words of ['附件3', '报送单位：青石镇人民政府', '姓名', '主要事迹', '报送单位意见', '（盖章）'])
      expect(blank).toContain(words);
    expect(blank).not.toMatch(/林立夏|转移群众/u);
    expect(await read('', '/api/console/unit/forms/team')).not.toContain('性别');
    expect((await desk.raw('GET', '/api/console/unit/forms/work')).status).toBe(404);
    expect((await contest.organizer.raw('GET', '/api/console/unit/forms/person')).status).toBe(403);
  });
});

describe('an opinion of the level above', () => {
  /** A county under a city, the city's opinion asked for, and a nomination that the county sent. */
  async function sentFromBelow() {
    const contest = await openCollection(site, 'zuimei-district', (plan) => {
      plan.collection.unitKinds = [
        { id: 'city', name: '市级部门', least: 0, most: null },
        { id: 'county', name: '县级部门', least: 0, most: null },
      ];
      plan.collection.opinions = [
        step('unit', '报送单位意见'),
        step('city', '市级部门意见', { owner: { above: 'city' }, attachment: true }),
      ];
    });
    const city = await contest.unit('甲市应急管理局', 'city');
    const county = await contest.unit('青石县应急管理局', 'county', null, '甲市应急管理局');
    const { id } = await fileDraft(county.desk, personValues('林立夏'), photo);
    return { contest, city: city.desk, county: county.desk, id };
  }
  const home = (desk: Desk) => desk.get<PortalView>('/api/console/unit');

  test('is given by the unit above with its own link, once the unit below has sent; nobody else sees it there', async () => {
    const { contest, city, county, id } = await sentFromBelow();
    const stranger = (await contest.unit('乙市应急管理局', 'city')).desk;
    expect((await home(city)).below).toEqual([]);
    expect((await city.ask('GET', one(id))).status).toBe(404);
    // The county does not wait for the city to send, and cannot speak for it.
    expect((await give(county, id, 'city')).status).toBe(403);
    expect((await send(county, id)).state).toBe('submitted');
    expect((await home(county)).owners).toEqual({ unit: '青石县应急管理局', city: '甲市应急管理局' });

    expect((await home(city)).below).toMatchObject([
      { id, name: '林立夏', unit: { name: '青石县应急管理局' }, steps: ['city'], lacks: ['city'] },
    ]);
    const read = await city.get<NominationView>(one(id));
    expect(read.hidden['phone']).toBe('138****0101');
    expect((await city.raw('GET', `/api/console/unit/media/${read.photo?.id}-card.jpg`)).status).toBe(200);
    expect((await stranger.raw('GET', `/api/console/unit/media/${read.photo?.id}-card.jpg`)).status).toBe(
      404,
    );
    const sendBack = { version: read.version, reason: '请补充事迹' };
    expect((await stranger.ask('GET', one(id))).status).toBe(404);
    expect((await give(stranger, id, 'city')).status).toBe(404);
    expect((await stranger.ask('POST', one(id, '/return'), sendBack)).status).toBe(404);
    // It reads and speaks, and changes nothing of the form.
    expect((await city.ask('POST', one(id, '/submit'), { version: read.version })).status).toBe(404);
    expect((await give(city, id, 'unit')).status).toBe(403);

    const file = (await scan(city, id, 'city')).id;
    expect((await give(city, id, 'city', { file })).status).toBe(200);
    expect((await home(city)).below).toMatchObject([{ lacks: [] }]);
    const decided = await contest.organizer.post<DecideResult>(`${contest.base}/nominations/decide`, {
      ...{ ids: [id], verdict: 'accept', reason: '', versions: {} },
    });
    expect(decided.done).toHaveLength(1);
    // What was accepted is settled.
    expect((await give(city, id, 'city', { file })).body.code).toBe('state_changed');
  });

  test('may be a reason to send it back: the unit below reads it and sends again', async () => {
    const { city, county, id } = await sentFromBelow();
    await send(county, id);
    const { version } = await city.get<NominationView>(one(id));
    expect((await city.ask('POST', one(id, '/return'), { version, reason: '短' })).status).toBe(422);
    const back = await city.ask('POST', one(id, '/return'), { version, reason: '请补充2025年的事迹' });
    expect(back.status).toBe(200);
    expect((await home(county)).nominations).toMatchObject([
      { state: 'returned', returned: '请补充2025年的事迹' },
    ]);
    expect((await give(city, id, 'city')).body.code).toBe('state_changed');
    expect((await send(county, id)).state).toBe('submitted');
    const { events } = await county.get<NominationView>(one(id));
    expect(events.filter(({ act }) => act === 'return')).toMatchObject([{ actor: '甲市应急管理局' }]);
    // Its own it cannot send back.
    expect((await county.ask('POST', one(id, '/return'), { version, reason: '请补充事迹' })).status).toBe(
      404,
    );
  });
});
