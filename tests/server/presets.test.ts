import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isText } from '@zuimei/shared/answer.ts';
import type { NominationView } from '@zuimei/shared/nomination.ts';
import type { FormField, PresetName } from '@zuimei/shared/plan/plan.ts';
import { presetNames } from '@zuimei/shared/plan/plan.ts';
import type { DecideResult, ShortlistView } from '@zuimei/shared/shortlist.ts';
import type { IntakeView, PortalView, UnitLink, UnitsView } from '@zuimei/shared/unit.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { mp4, sendFilm } from './mp4.ts';
import { portrait, sampleFiles } from './paper.ts';

/** Documents that units send for a preset; where there are none, the form is filled in by hand. */
const samples: Partial<Record<PresetName, 'zuimei' | 'anli'>> = {
  'zuimei-district': 'zuimei',
  'zuimei-province': 'zuimei',
  anli: 'anli',
};

const SECRET_PHONE = '13800000042';
const agreed = { verdict: 'agree', words: '无不同意见。', signer: '示例负责人', on: '2026-03-22' };

let fresh: FreshDatabase;
let site: TestSite;
let organizer: Desk;
let face: Buffer;
let paper: { name: string; bytes: Uint8Array };
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  organizer = await signIn(site, ['organizer'], '王组织');
  face = await portrait(900, 1200);
  paper = { name: '意见扫描件.jpg', bytes: face };
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

function upload(...files: { name: string; bytes: Uint8Array }[]): FormData {
  const form = new FormData();
  for (const { name, bytes } of files) form.append('file', new Blob([new Uint8Array(bytes)]), name);
  return form;
}

/** An answer that a unit would give. */
function answerTo(field: FormField, at: number): string {
  if (field.type === 'phone') return SECRET_PHONE;
  if (field.type === 'choice') return field.choices[0] ?? '';
  if (field.type === 'number') return '8';
  if (field.type === 'month') return '1990-05';
  // No place has the code 990000.
  if (field.type === 'identity') return '990000199001010017';
  if (field.key === 'name' || field.key === 'subject') return `志愿者示例${at}`;
  if (field.key === 'years') return '6年';
  if (field.key === 'proof') return '一是青石镇。\n二是桐江街道。\n三是石板村。';
  return '长期参与应急宣传与救援保障工作。'.slice(0, field.limit || 20);
}

/** What a unit does with one of its drafts until it is sent. */
async function complete(unit: Desk, portal: PortalView, id: number, at: number): Promise<void> {
  const path = `/api/console/unit/nominations/${id}`;
  let view = await unit.get<NominationView>(path);
  const wanted = portal.form.filter((one) => one.kinds.length === 0 || one.kinds.includes(view.kind));
  const values = { ...view.answers, ...view.hidden };
  for (const field of wanted) {
    if (!isText(field)) continue;
    values[field.key] ||= answerTo(field, at);
  }
  const needsPhoto = wanted.some((field) => field.type === 'photo' && field.required);
  if (needsPhoto && !view.photo) await unit.post(`${path}/photo`, upload({ name: '照片.jpg', bytes: face }));
  for (const field of wanted)
    if (field.type === 'video') await sendFilm(unit, path, field.key, { name: '作品.mp4', bytes: mp4() });
    else if (field.required && field.type === 'files')
      await unit.post(`${path}/files/${field.key}`, upload(paper));
  view = await unit.get<NominationView>(path);
  const category = portal.categories.find((one) => one.id === view.category) ?? portal.categories[0];
  const saved = await unit.ask<NominationView>('PUT', path, {
    version: view.version,
    kind: view.kind,
    category: category?.id ?? '',
    values,
    consent: { by: '本人', on: '2026-03-20', file: null },
  });
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
  // With a scan also where none is asked for, and what need not be given.
  for (const step of portal.own) {
    const scan = await unit.post<{ id: string }>(`${path}/files/opinion.${step}`, upload(paper));
    const reply = await unit.ask('PUT', `${path}/opinions/${step}`, { ...agreed, file: scan.id, also: [] });
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  }
  view = await unit.get<NominationView>(path);
  const sent = await unit.ask('POST', `${path}/submit`, { version: view.version });
  expect([view.name, sent.status], JSON.stringify(sent.body)).toEqual([view.name, 200]);
}

describe.each(presetNames)('the preset %s', (preset) => {
  test('is made, filled with its sample and published, and nothing private comes out', {
    timeout: 60_000,
  }, async () => {
    const slug = `p-${preset}`;
    const base = `/api/console/contests/${slug}`;
    const start = new Date(site.now() - 4 * 86_400_000).toISOString();
    await organizer.post('/api/console/contests', {
      preset,
      title: `示例活动 ${preset}`,
      organizer: '云岭区应急管理局',
      start,
      slug,
    });
    const { version } = await organizer.get<{ version: number }>(`${base}/plan`);
    await organizer.post(`${base}/plan/publish`, { version });

    const { kinds } = await organizer.get<UnitsView>(`${base}/units`);
    const line = await organizer.post<UnitLink>(`${base}/units`, {
      name: '云岭区应急管理局',
      kind: kinds[0]?.id ?? '',
      quota: 20,
      categoryQuota: {},
      contact: { name: '示例联系人', phone: SECRET_PHONE },
    });
    const key = line.link.split('#')[1] ?? '';
    expect(key).not.toBe('');
    const unit = await signIn(site, { unit: line.id });
    const portal = await unit.get<PortalView>('/api/console/unit');
    expect(portal.open).toBe(true);

    const folder = samples[preset];
    if (folder) {
      const files = sampleFiles(folder, (name) => /^(报送表-0[1-3]|线索征集表-0[1-2])/.test(name));
      const { made } = await unit.post<IntakeView>('/api/console/unit/documents', upload(...files));
      expect(made).toHaveLength(files.length);
    } else for (const kind of portal.kinds) await unit.post('/api/console/unit/nominations', { kind });
    const drafts = (await unit.get<PortalView>('/api/console/unit')).nominations;
    for (const [at, draft] of drafts.entries()) await complete(unit, portal, draft.id, at + 1);

    const ids = drafts.map((draft) => draft.id);
    for (const step of portal.opinions)
      if (step.required && !portal.own.includes(step.id))
        for (const id of ids) {
          const at = `${base}/nominations/${id}/opinions/${step.id}`;
          const scan = await organizer.post<{ id: string }>(`${at}/file`, upload(paper));
          const reply = await organizer.ask('PUT', at, { ...agreed, file: scan.id });
          expect(reply.status, JSON.stringify(reply.body)).toBe(200);
        }
    const decided = await organizer.post<DecideResult>(`${base}/nominations/decide`, {
      ids,
      verdict: 'accept',
      reason: '',
      versions: {},
    });
    expect(decided.refused).toEqual([]);
    await organizer.post(`${base}/shortlist/order`, { by: 'category' });
    const { view } = await organizer.post<{ view: ShortlistView }>(`${base}/shortlist/publish`, {});
    expect([view.link, view.lines.every((one) => one.state === 'published')]).toEqual([`/c/${slug}`, true]);

    const text = await (await site.call(`/api/contests/${slug}`)).text();
    const contest = JSON.parse(text) as ContestView;
    expect([contest.phase, contest.candidates.length]).toEqual(['shortlisted', ids.length]);
    expect(text).not.toMatch(/1380000\d{4}/);
    for (const field of portal.form.filter((one) => one.audience === 'private'))
      for (const one of contest.candidates) expect(one).not.toHaveProperty(field.key);
    if (preset === 'works') expect(contest.candidates.some((one) => one.video)).toBe(true);
    site.pass(1001);
    await site.verify(slug);
  });
});
