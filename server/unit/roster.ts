import type { UnitKind } from '@zuimei/shared/plan/plan.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { inFigures } from '@zuimei/shared/text/numeral.ts';
import { isPhone, parsePhone } from '@zuimei/shared/text/phone.ts';
import type { UnitDraft, UnitRow, UnitWords } from '@zuimei/shared/unit.ts';
import { cleanName } from '../document/value.ts';
import { belowSent, changesBetween } from './compare.ts';
import type { QuotaRules } from './quota.ts';

/** A unit that is there, as a sheet is compared with it; its telephone in clear. */
export interface KnownUnit {
  id: number;
  draft: UnitDraft;
  /** Places taken by category. */
  used: ReadonlyMap<string, number>;
  /** Another one means that somebody changed it, or that it sent or withdrew something. */
  mark: string;
}

/**
 * What rows of a sheet come to beside the units that are there: a new unit, one that changes in what the row says and in nothing else, one
 * that stays, or sentences on what is wrong. The telephone of a unit that is there is given only where the row says one.
 */
export function judgeRows(
  rows: readonly UnitWords[],
  known: readonly KnownUnit[],
  rules: QuotaRules,
): UnitRow[] {
  const there = new Map(known.map((one) => [foldText(one.draft.name), one]));
  const named = new Set([...there.keys(), ...rows.map(({ name }) => foldText(name))]);
  const first = new Map<string, number>();
  return rows.map((said) => {
    const folded = foldText(said.name);
    const unit = there.get(folded);
    const { read, problems, notes } = readWords(said, rules, unit !== undefined);
    const draft = unit ? merged(unit.draft, read, said) : read;
    const earlier = folded === '' ? undefined : first.get(folded);
    if (earlier !== undefined) problems.push(`与第 ${earlier} 行是同一个单位，只保留一行。`);
    else first.set(folded, said.row);
    if (said.parent !== '' && foldText(said.parent) === folded) problems.push('上级单位不能是单位自己。');
    else if (said.parent !== '' && !named.has(foldText(said.parent)))
      problems.push(`上级单位“${said.parent}”不在名单中，请先添加它，或在表里补上。`);
    const below = unit && belowSent(rules, unit.draft, draft, unit.used);
    if (below)
      problems.push(
        `${below.category ? `“${below.category}”` : ''}名额 ${below.most} 少于已提交的 ${below.used} 份，请改大，或先退回多出的。`,
      );
    const kept = unit && draft.contact.phone === '' ? unit.draft.contact.phone : draft.contact.phone;
    const now = { ...draft, contact: { ...draft.contact, phone: kept } };
    const changes = unit ? changesBetween(unit.draft, now, rules) : [];
    const right = !unit ? 'new' : changes.length > 0 ? 'update' : 'same';
    return {
      ...draft,
      ...{ row: said.row, said, changes, problems, notes },
      how: problems.length > 0 ? 'wrong' : right,
      there: unit ? { id: unit.id, seen: unit.mark } : null,
    };
  });
}

/** A unit with what a row says put in its place; its name stays as it is written. */
function merged(there: UnitDraft, read: UnitDraft, said: UnitWords): UnitDraft {
  return {
    name: there.name,
    kind: said.kind === '' ? there.kind : read.kind,
    quota: read.quota ?? there.quota,
    categoryQuota: { ...there.categoryQuota, ...read.categoryQuota },
    parent:
      said.parent === '' || foldText(said.parent) === foldText(there.parent) ? there.parent : read.parent,
    contact: { name: read.contact.name || there.contact.name, phone: read.contact.phone },
  };
}

/** What a row says, by itself. A unit that is there has its kind already. */
function readWords(said: UnitWords, { collection, categories }: QuotaRules, there: boolean) {
  const problems: string[] = [];
  const notes: string[] = [];
  const name = cleanName(said.name);
  if (name === '') problems.push('没有填写单位名称。');
  if ([...name].length > 80) problems.push('单位名称超过 80 个字。');
  const kinds = collection.unitKinds;
  const kind = kindOf(said.kind, kinds);
  if (!kind && !(there && said.kind === ''))
    problems.push(
      said.kind === ''
        ? '没有填写类别，请选择一个。'
        : `类别“${said.kind}”不在本活动的单位类别中：${kinds.map((one) => one.name).join('、')}。`,
    );
  const counted = (asked: string, of: string): number | null => {
    const count = countIn(asked);
    if (count === undefined) problems.push(`${of}名额“${asked}”应为整数。`);
    return count ?? null;
  };
  const quota = counted(said.quota, '');
  const counts = categories
    .filter(({ id }) => said.categoryQuota[id] !== undefined)
    .map(({ id, name }) => [id, counted(said.categoryQuota[id] ?? '', `“${name}”`)] as const);
  // In a row of quotas an empty cell says none; a row without any leaves them as they are for every unit.
  const allotted = counts.some(([, count]) => count !== null);
  const categoryQuota = allotted ? Object.fromEntries(counts.map(([id, count]) => [id, count ?? 0])) : {};
  const sum = Object.values(categoryQuota).reduce((all, one) => all + one, 0);
  if (allotted && quota !== null && quota !== sum)
    notes.push(`合计写 ${quota}，各组别加起来是 ${sum}，请核对；照此添加时两个都作上限。`);
  const phone = parsePhone(said.phone) ?? '';
  if (said.phone !== '' && !isPhone(phone)) problems.push('联系电话应为 11 位手机号或带区号的座机号。');
  const contact = { name: cleanName(said.contact), phone };
  const read = { name, kind: kind?.id ?? '', quota, categoryQuota, parent: cleanName(said.parent), contact };
  return { read, problems, notes };
}

/** null = nothing is said there; undefined = it is no number. */
export function countIn(sent: string): number | null | undefined {
  const plain = inFigures(narrow(sent)).replace(/[个名人件位份]$/u, '');
  if (/^[-—–―/]*$/u.test(plain)) return null;
  return /^\d{1,5}$/u.test(plain) && Number(plain) <= 10_000 ? Number(plain) : undefined;
}

function kindOf(sent: string, kinds: readonly UnitKind[]): UnitKind | undefined {
  if (sent === '') return kinds.length === 1 ? kinds[0] : undefined;
  const text = foldText(sent);
  const same = kinds.find((one) => foldText(one.name) === text || one.id === sent);
  if (same) return same;
  const alike = kinds.filter((one) => foldText(one.name).includes(text) || text.includes(foldText(one.name)));
  return alike.length === 1 ? alike[0] : undefined;
}
