import { dayOf } from '@zuimei/shared/moment.ts';
import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import type { ContributorPoints, PointsView, UsedFiling } from '@zuimei/shared/publicity/overview.ts';
import type { KindTarget, Season } from '@zuimei/shared/publicity/season.ts';
import { dayWords, spanNames, spanWords } from '@zuimei/shared/publicity/span.ts';
import { type AskedKind, askedKinds, type Reached } from '@zuimei/shared/publicity/target.ts';
import { filingKindWords } from '@zuimei/shared/words.ts';
import type { Bulletin, CellValue, Column, PaperTable } from '../out/paper.ts';
import { classWords, forfeitWords } from './table.ts';

const kinds: readonly ContributorKind[] = ['area', 'office'];
const names: Record<ContributorKind, string> = { area: '各板块', office: '各科室、大队' };
const each = { week: '每周', month: '每月', quarter: '每季度' } as const;
const measures = { week: '周', month: '个月', quarter: '个季度' } as const;

/**
 * The 通报 of a span: what was asked, what each did and did not, what was used and where. In the order of the roster; points only where `points`, and no order of them.
 */
export function writtenBulletin(
  view: PointsView,
  used: readonly UsedFiling[],
  { targets, office }: Pick<Season, 'targets' | 'office'>,
  points: boolean,
): Bulletin {
  const { span, today } = view;
  const whole = spanWords(span);
  const running = today < span.until ? `数据截至${dayWords(today)}，未结束的周、月、季度一并列入。` : '';
  const shown = kinds.filter((kind) => view.contributors.some((one) => one.kind === kind));
  const heads = ['目标任务', '完成情况', ...(used.length > 0 ? ['录用情况'] : [])];
  const [asked = '', done = '', taken = ''] = heads.map((head, at) => `${'一二三'[at]}、${head}`);
  return {
    title: `关于${whole}信息宣传目标任务完成情况的通报`,
    parts: [
      { text: `现将${whole}信息宣传目标任务完成情况通报如下。${running}` },
      { heading: asked },
      ...shown.map((kind) => ({ text: targetWords(kind, targets[kind]) })),
      { text: '按要求完成有关约稿任务。' },
      { heading: done },
      ...shown.flatMap((kind) => {
        const own = view.contributors.filter((one) => one.kind === kind);
        return [{ text: summaryWords(kind, own) }, { table: reachedTable(view, kind, own, used, points) }];
      }),
      ...(taken
        ? [{ heading: taken }, { text: `共录用 ${used.length} 条次。` }, { table: usedTable(used) }]
        : []),
    ],
    signed: office,
    date: dayWords(today),
  };
}

/** "各板块每周至少报送工作动态 1 篇、舆情 3 篇，每季度至少报送综合性原创文章 1 篇。" */
function targetWords(kind: ContributorKind, target: KindTarget): string {
  const clauses = spanNames
    .map((name) => {
      const words = askedKinds
        .filter((one) => (target[name][one] ?? 0) > 0)
        .map((one) => `${filingKindWords[one]} ${target[name][one]} 篇`);
      return words.length > 0 ? `${each[name]}至少报送${words.join('、')}` : '';
    })
    .filter((words) => words !== '');
  return `${names[kind]}${clauses.length > 0 ? clauses.join('，') : '没有固定的篇数要求'}。`;
}

function summaryWords(kind: ContributorKind, own: readonly ContributorPoints[]): string {
  const asked = own.filter(isAsked);
  const whole = asked.filter((one) => unmetWords(one) === '');
  const head = `${names[kind]}共 ${asked.length} 个单位有目标任务，`;
  if (whole.length === asked.length) return `${head}全部完成。`;
  if (whole.length === 0) return `${head}均未全部完成，具体如下。`;
  return `${head}全部完成的 ${whole.length} 个：${whole.map(({ name }) => name).join('、')}。`;
}

function isAsked({ reached, commissions }: ContributorPoints): boolean {
  return reached.length > 0 || commissions.asked > 0;
}

function reachedTable(
  view: PointsView,
  kind: ContributorKind,
  own: readonly ContributorPoints[],
  used: readonly UsedFiling[],
  points: boolean,
): PaperTable {
  const columns: Column[] = [
    { title: '单位', width: 20 },
    ...askedKinds.map((one): Column => ({ title: columnWords(one, own), width: 12, align: 'center' })),
    { title: '约稿', width: 8, align: 'center' },
    { title: '录用条次', width: 9, align: 'center' },
    ...(points ? [{ title: '积分', width: 8, align: 'center' } as const] : []),
    { title: '未完成', width: 28 },
  ];
  const rowOf = (one: ContributorPoints): CellValue[] => [
    one.name,
    ...askedKinds.map((asked) => shareWords(one.reached.filter((line) => line.kind === asked))),
    one.commissions.asked > 0 ? `${one.commissions.met}/${one.commissions.asked}` : '—',
    used.filter(({ contributor }) => contributor === one.name).length,
    ...(points ? [pointsOf(view, one)] : []),
    isAsked(one) ? unmetWords(one) || '无' : '期内无目标任务',
  ];
  return {
    ...{ name: kind, title: `${names[kind].slice(1)}目标任务完成情况`, notes: [], foot: [] },
    columns,
    rows: own.map(rowOf),
    remarks: ['注：“4/13”表示应完成 13 个周、月或季度，完成了 4 个。', ...forfeitWords(view, kind)],
  };
}

/** Whoever shares a row of the 统计表 has its points there once. */
function pointsOf(view: PointsView, { id, kind }: ContributorPoints): CellValue {
  const row = view.tables[kind].find(({ contributors }) => contributors.includes(id));
  if (!row) return 0;
  return row.contributors[0] === id ? row.points : '同上';
}

function columnWords(kind: AskedKind, own: readonly ContributorPoints[]): string {
  const found = spanNames.filter((name) =>
    own.some(({ reached }) => reached.some((line) => line.kind === kind && line.span === name)),
  );
  const [only] = found.length === 1 ? found : [];
  return `${filingKindWords[kind]}${only ? `（${each[only]}）` : ''}`;
}

function shareWords(lines: readonly Reached[]): string {
  return lines.length === 0 ? '—' : lines.map(({ met, asked }) => `${met}/${asked}`).join('，');
}

/** "工作动态 2 周、综合性原创文章 1 个月", '' = nothing was left undone. */
function unmetWords({ reached, commissions }: ContributorPoints): string {
  const left = commissions.asked - commissions.met;
  return [
    ...reached
      .filter(({ asked, met }) => met < asked)
      .map(({ span, kind, asked, met }) => `${filingKindWords[kind]} ${asked - met} ${measures[span]}`),
    ...(left > 0 ? [`约稿 ${left} 篇`] : []),
  ].join('、');
}

function usedTable(used: readonly UsedFiling[]): PaperTable {
  return {
    ...{ name: 'used', title: '录用稿件', notes: [], foot: [], remarks: [] },
    columns: [
      { title: '单位', width: 18 },
      { title: '标题', width: 40 },
      { title: '录用载体', width: 22 },
      { title: '载体分类', width: 9, align: 'center' },
      { title: '录用日期', width: 13, align: 'center' },
    ],
    rows: used.map(({ contributor, title, outlet, class: of, day }) => [
      contributor,
      title,
      outlet,
      classWords[of - 1] ?? '',
      dayOf(day),
    ]),
  };
}
