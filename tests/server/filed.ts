import { sql } from 'kysely';
import { collectionDocument } from '@zuimei/server/contest/document.ts';
import type { FormValues, NominationView } from '@zuimei/shared/nomination.ts';
import type { Collection, ContestPlan, PresetName } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import type { UnitLink, UnitsView } from '@zuimei/shared/unit.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { HOUR_MS, type TestSite } from '../harness/site.ts';

/** A contest that collects nominations now, from a preset, with a desk for its organizer. */
export async function openCollection(
  site: TestSite,
  preset: PresetName = 'zuimei-district',
  change: (plan: ContestPlan) => void = () => {},
) {
  const plan = planFrom(presets[preset], {
    title: '测试推选',
    organizer: '云岭区应急管理局',
    start: new Date(site.now() - 24 * HOUR_MS).toISOString(),
  });
  plan.collection.opens = new Date(site.now() - HOUR_MS).toISOString();
  plan.collection.closes = new Date(site.now() + 24 * HOUR_MS).toISOString();
  change(plan);
  const { slug, id } = await site.contest(plan.settings, 0);
  await setCollection(site, id, plan.collection);
  const organizer = await signIn(site, ['organizer'], '测试主办');
  const base = `/api/console/contests/${slug}`;

  return {
    slug,
    id,
    plan,
    base,
    organizer,
    setCollection: (collection: Collection) => setCollection(site, id, collection),
    units: () => organizer.get<UnitsView>(`${base}/units`),
    /** A new unit, and a browser that came by its link. */
    async unit(
      name: string,
      kind = plan.collection.unitKinds[0]?.id ?? '',
      quota: number | null = null,
      parent = '',
      categoryQuota = {},
    ) {
      const { id: unit, link } = await organizer.post<UnitLink>(`${base}/units`, {
        name,
        kind,
        quota,
        categoryQuota,
        parent,
        contact: { name: '测试联系人', phone: '13800000100' },
      });
      return { id: unit, link, desk: await signIn(site, { unit }) };
    },
  };
}

async function setCollection(site: TestSite, id: number, collection: Collection): Promise<void> {
  await sql`update contest set collection = ${collectionDocument.text(collection)}::jsonb where id = ${id}`.execute(
    site.parts.db,
  );
}

/** Answers of one complete person for the district's form. */
export const personValues = (name: string, phone = '13800000101'): FormValues => ({
  name,
  gender: '女',
  birth: '1988-06',
  nation: '汉族',
  politics: '中共党员',
  unit: '青石镇人民政府',
  post: '应急办干事',
  years: '9年',
  phone,
  reason: '连续九年值守防汛一线，转移群众零伤亡。',
  deeds: '二〇二四年汛期值守二十一天。\n转移群众三百余人。',
});

const one = '/api/console/unit/nominations';

/** As a unit gives it, without a scan. */
export const agreed = {
  verdict: 'agree',
  words: '同意推荐',
  signer: '测试领导',
  on: '2024-03-01',
  file: null,
  also: [] as number[],
};

/** A draft of this unit with these answers, saved, with consent, its opinion and (unless it is kept back) a photo; ready to be sent. */
export async function fileDraft(
  desk: Desk,
  values: FormValues,
  photo: Buffer | null,
  category = 'person',
): Promise<NominationView> {
  const made = await desk.post<NominationView>(one, { kind: 'person' });
  const saved = await desk.ask<{ version: number }>('PUT', `${one}/${made.id}`, {
    version: made.version,
    kind: 'person',
    category,
    values,
    consent: { by: values['name'], on: '2024-03-01', file: null },
  });
  if (saved.status !== 200) throw new Error(JSON.stringify(saved.body));
  const heard = await desk.ask('PUT', `${one}/${made.id}/opinions/unit`, agreed);
  if (heard.status !== 200) throw new Error(JSON.stringify(heard.body));
  if (photo) {
    const sent = await desk.ask<NominationView>('POST', `${one}/${made.id}/photo`, formOf('照片.jpg', photo));
    if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
  }
  return await desk.get<NominationView>(`${one}/${made.id}`);
}

/** A multipart form with one file. */
export const formOf = (name: string, bytes: Uint8Array): FormData => formWith([{ name, bytes }]);

/** The same with as many as there are. */
export function formWith(files: readonly { name: string; bytes: Uint8Array }[]): FormData {
  const form = new FormData();
  for (const { name, bytes } of files) form.append('file', new File([new Uint8Array(bytes)], name));
  return form;
}
