import { contributorLimits, type RosterRow } from '@zuimei/shared/publicity/contributor.ts';
import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { phoneOf } from '@zuimei/shared/text/phone.ts';

/** A row as a file has it. */
export interface RosterWords {
  row: number;
  unit: string;
  kind: ContributorKind | null;
  name: string;
  post: string;
  phone: string;
  remark: string;
}

/** A contributor that is there, as a file is compared with it; telephones in clear. */
export interface KnownContributor {
  id: number;
  name: string;
  filers: { id: number; name: string; post: string; phone: string; remark: string }[];
}

/**
 * What rows of a file come to beside what is there: which contributor each means, and whether its 宣传员 is new, changes in what the row says
 * and in nothing else, or stays. A file that names no unit is taken for the one its own name has.
 */
export function judgeRoster(
  rows: readonly RosterWords[],
  known: readonly KnownContributor[],
  file: string,
): RosterRow[] {
  const named = known.filter(({ name }) => foldText(file).includes(foldText(name)));
  const first = new Map<string, number>();
  return rows.map((said) => {
    const unit = said.unit || (named.length === 1 ? (named[0]?.name ?? '') : '');
    const meant = contributorIn(unit, known);
    const phone = said.phone === '' ? '' : (phoneOf(said.phone) ?? '');
    const problems: string[] = [];
    if (unit === '') problems.push('没有写填报单位，请选择。');
    if ([...unit].length > contributorLimits.nameChars) problems.push('单位名称超过 80 个字。');
    if ([...said.name].length > 40) problems.push('姓名超过 40 个字。');
    if (said.phone !== '' && phone === '')
      problems.push(`联系电话“${said.phone}”应为 11 位手机号或带区号的座机号。`);
    const key = `${foldText(unit)} ${foldText(said.name)}`;
    const earlier = first.get(key);
    if (earlier !== undefined) problems.push(`与第 ${earlier} 行重复，只保留一行。`);
    else first.set(key, said.row);
    const wrong = problems.length > (unit === '' ? 1 : 0);
    return {
      ...{ row: said.row, unit, contributor: meant?.id ?? null, kind: said.kind },
      ...{ name: said.name, post: said.post, phone: phone || said.phone, remark: said.remark },
      how: wrong ? 'wrong' : howOf({ ...said, phone }, meant),
      problems,
    };
  });
}

function howOf(said: RosterWords, meant: KnownContributor | null): RosterRow['how'] {
  if (said.name === '') return 'unit';
  const there = meant?.filers.find(({ name }) => foldText(name) === foldText(said.name));
  if (!there) return 'new';
  const says = (['post', 'phone', 'remark'] as const).some(
    (key) => said[key] !== '' && said[key] !== there[key],
  );
  return says ? 'update' : 'same';
}

/** The one that is called so, or the only one whose name holds this one or is held by it. */
function contributorIn(unit: string, known: readonly KnownContributor[]): KnownContributor | null {
  const text = foldText(unit);
  if (text.length < 2) return null;
  const same = known.find(({ name }) => foldText(name) === text);
  if (same) return same;
  const alike = known.filter(({ name }) => foldText(name).includes(text) || text.includes(foldText(name)));
  return alike.length === 1 ? (alike[0] ?? null) : null;
}
