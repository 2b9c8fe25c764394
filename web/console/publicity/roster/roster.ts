import type {
  ContributorLine,
  ContributorLink,
  FilerDraft,
  RosterHow,
  RosterRow,
} from '@zuimei/shared/publicity/contributor.ts';
import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { isPhone } from '@zuimei/shared/text/phone.ts';

/** May it be sent? The server asks again. */
export function isWhole({ name, phone }: FilerDraft): boolean {
  return name.trim() !== '' && (phone.trim() === '' || isPhone(phone));
}

/** The link as it is sent: under the address this console is open at. */
export function wholeLink(link: string): string {
  return new URL(link, location.origin).href;
}

/** What can be pasted into a message. */
export function inviteText({ name, link }: ContributorLink): string {
  return `${name}：请点开下面的链接，报送信息宣传稿件、查看约稿和得分，手机、电脑均可，不用注册。链接为贵单位专用，请勿转给无关人员。\n${wholeLink(link)}`;
}

/** Others that are counted in the same row of the 统计表. */
export function sharers(line: ContributorLine, all: readonly ContributorLine[]): string[] {
  return all
    .filter(
      (one) => one.id !== line.id && one.ended === null && one.kind === line.kind && one.line === line.line,
    )
    .map(({ name }) => name);
}

export const howWords: Record<RosterHow, { word: string; tone: 'ok' | 'hold' | 'red' | 'plain' }> = {
  new: { word: '新增', tone: 'ok' },
  update: { word: '更新', tone: 'hold' },
  same: { word: '不变', tone: 'plain' },
  unit: { word: '单位', tone: 'plain' },
  wrong: { word: '有误', tone: 'red' },
};

/** Rows of a file that name the same unit. */
export interface RosterGroup {
  unit: string;
  contributor: number | null;
  kind: ContributorKind | null;
  rows: RosterRow[];
}

export function groupsOf(rows: readonly RosterRow[]): RosterGroup[] {
  const groups = new Map<string, RosterGroup>();
  for (const row of rows) {
    const { unit, contributor, kind } = row;
    const group = groups.get(foldText(unit)) ?? { unit, contributor, kind, rows: [] };
    group.kind ??= kind;
    group.rows.push(row);
    groups.set(foldText(unit), group);
  }
  return [...groups.values()];
}

/** What is done with a group: a contributor by its id, a new one of a kind, or nothing; '' = somebody has to choose. */
export function firstChoice({ unit, contributor, kind }: RosterGroup): string {
  if (contributor !== null) return String(contributor);
  return kind !== null && unit !== '' ? kind : '';
}

/** How a row stands to the contributor that was chosen for its group; of another than the file's the page knows names alone. */
export function howIn(row: RosterRow, choice: string, lines: readonly ContributorLine[]): RosterHow {
  if (row.how === 'wrong' || row.how === 'unit' || choice === String(row.contributor)) return row.how;
  const line = lines.find(({ id }) => String(id) === choice);
  const there = line?.filers.some(
    ({ name, until }) => until === null && foldText(name) === foldText(row.name),
  );
  return there ? 'update' : 'new';
}
