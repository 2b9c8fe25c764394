import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import type { PointsView } from '@zuimei/shared/publicity/overview.ts';
import { type Span, spanWords, yearOfDay, yearSpan } from '@zuimei/shared/publicity/span.ts';
import { ranked } from '@zuimei/shared/publicity/table.ts';
import type { Column, PaperTable } from '../out/paper.ts';

/** As annexes 3 and 4 of the notice have them. */
const subtitles: Record<ContributorKind, string> = { area: '（板  块）', office: '（科室  大队）' };

export const classWords = ['一类', '二类', '三类', '四类', '五类'] as const;

const columns: readonly Column[] = [
  { title: '单位', width: 34 },
  { title: '工作动态/舆情', width: 16, align: 'center' },
  { title: '综合性文章/约稿', width: 18, align: 'center' },
  ...classWords.map((title): Column => ({ title, over: '录用条数', width: 9, align: 'center' })),
  { title: '积分总计', width: 12, align: 'center' },
];

/** The 统计表 of one kind. ranked: from the highest to the lowest, else in the order of the roster. */
export function pointsTable(view: PointsView, kind: ContributorKind, order: { ranked: boolean }): PaperTable {
  const rows = view.tables[kind];
  const { span } = view;
  return {
    name: '积分统计表',
    title: `${yearWords(span)}年度信息宣传稿件积分统计表`,
    subtitle: subtitles[kind],
    notes: isWhole(span) ? [] : [`统计时段：${spanWords(span)}`],
    columns: [...columns],
    rows: (order.ranked ? ranked(rows) : rows).map(({ line, news, article, used, points }) => [
      line,
      news,
      article,
      ...used,
      points,
    ]),
    foot: [],
    remarks: forfeitWords(view, kind),
  };
}

/** Who lost the 附加分 and when; it is of the year's assessment and takes none of these points away. */
export function forfeitWords(view: PointsView, kind: ContributorKind): string[] {
  return view.contributors
    .filter((one) => one.kind === kind && one.forfeited.length > 0)
    .map(({ name, forfeited }) => `备注：${name}${forfeited.join('、')}年度附加分已取消。`);
}

function yearWords({ from, until }: Span): string {
  const [first, last] = [yearOfDay(from), yearOfDay(until)];
  return first === last ? String(first) : `${first}—${last}`;
}

function isWhole({ from, until }: Span): boolean {
  return from === yearSpan(yearOfDay(from)).from && until === yearSpan(yearOfDay(until)).until;
}
