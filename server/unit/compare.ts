import { masked } from '@zuimei/shared/answer.ts';
import type { Bound, UnitChange, UnitDraft } from '@zuimei/shared/unit.ts';
import { type Allotted, type QuotaRules, quotaOf } from './quota.ts';

const ofPersons: ReadonlySet<string> = new Set(['联系人', '联系电话']);
const phoneWords = (phone: string): string => masked({ key: 'phone', type: 'phone' }, phone);

/** What is another in `now` than it `was`, fact by fact, in words. Telephones are in clear here and masked in what it gives. */
export function changesBetween(
  was: UnitDraft,
  now: UnitDraft,
  { collection, categories }: QuotaRules,
): UnitChange[] {
  const kindName = (id: string): string => collection.unitKinds.find((one) => one.id === id)?.name ?? id;
  const count = (quota: number | null | undefined): string => (quota == null ? '' : String(quota));
  const facts = [
    { title: '单位名称', was: was.name, now: now.name },
    { title: '类别', was: kindName(was.kind), now: kindName(now.kind) },
    { title: '上级单位', was: was.parent, now: now.parent },
    ...categories.map(({ id, name }) => ({
      title: `“${name}”名额`,
      was: count(was.categoryQuota[id]),
      now: count(now.categoryQuota[id]),
    })),
    { title: '名额合计', was: count(was.quota), now: count(now.quota) },
    { title: '联系人', was: was.contact.name, now: now.contact.name },
    { title: '联系电话', was: was.contact.phone, now: now.contact.phone },
  ].filter((fact) => fact.was !== fact.now);
  return facts.map((fact) =>
    fact.title === '联系电话' ? { ...fact, was: phoneWords(fact.was), now: phoneWords(fact.now) } : fact,
  );
}

/** For the action log, which is never erased: who is spoken to is not named. "类别：镇街 → 部门；名额合计：未填 → 5；联系人有改动" */
export function changeWords(changes: readonly UnitChange[]): string {
  return changes
    .map(({ title, was, now }) =>
      ofPersons.has(title) ? `${title}有改动` : `${title}：${was || '未填'} → ${now || '未填'}`,
    )
    .join('；');
}

/** The bound that is lowered below what was sent already, in all (category '') or of a category; null = there is none. */
export function belowSent(
  rules: QuotaRules,
  was: UnitDraft,
  now: UnitDraft,
  used: ReadonlyMap<string, number>,
): Bound | null {
  const bounds = (draft: UnitDraft) => {
    const { most, used: all, categories } = quotaOf(rules, allotted(draft), used);
    return [...categories.map((one) => ({ ...one, category: one.name })), { category: '', most, used: all }];
  };
  const before = bounds(was);
  for (const [at, { category, most, used: sent }] of bounds(now).entries()) {
    const former = before[at]?.most ?? Number.POSITIVE_INFINITY;
    if (most !== null && most < sent && most < former) return { category, most, used: sent };
  }
  return null;
}

const allotted = ({ kind, quota, categoryQuota }: UnitDraft): Allotted => ({
  ...{ kind, quota, category_quota: categoryQuota },
});
