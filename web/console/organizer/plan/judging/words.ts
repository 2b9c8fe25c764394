import { printFigure } from '@zuimei/shared/judging/figure.ts';
import {
  type Bounds,
  type Outcome,
  type Panel,
  panelIds,
  type TieKey,
  type VoteRule,
} from '@zuimei/shared/judging/outcome.ts';
import { voteParts } from '@zuimei/shared/score.ts';
import { partWords } from '@zuimei/shared/words.ts';

export const scaleWords: Record<VoteRule['scale'], { label: string; note: string }> = {
  rank: { label: '名次分', note: '按票数排名，每低一名少一点分。投票与评审拉开的距离相近。' },
  top: { label: '最高票 = 100', note: '最高票得 100 分，其余按票数的比例，差多少票就差多少分。' },
  log: { label: '对数', note: '票数翻倍才加一截分，票数悬殊时比“最高票”缓和。' },
  share: { label: '得票率', note: '占全部票数的百分之几，就得几分。候选越多分数越低。' },
};

export const scaleIds = ['rank', 'top', 'log', 'share'] as const;

const EXAMPLE = { 1: 1000, 2: 500, 3: 100 };

/** What a thousand votes, half of it and a tenth come to by this scale. */
export function exampleOf(
  { vote, decimals }: Pick<Outcome, 'vote' | 'decimals'>,
  scale: VoteRule['scale'],
): string {
  const parts = voteParts(EXAMPLE, { ...vote, scale }, 10 ** decimals);
  const points = Object.values(parts).map((units) => String(Number(printFigure(units, decimals))));
  return `例：1000、500、100 票得 ${points.join('、')} 分。`;
}

export const tieWords: Record<TieKey, string> = { ...partWords, vote: '投票折算分', votes: '实际票数' };

export const tieLastWords: Record<Outcome['tieLast'], { label: string; note: string }> = {
  meeting: { label: '票决', note: '开会投票决定。' },
  lot: { label: '抽签', note: '主办单位和审计人员在投票开始前各封存一个随机数，合起来抽。' },
  all: { label: '全部评出', note: '并列在最后一个名额上的都评出，可以超过名额。' },
  none: { label: '都不评出', note: '并列在最后一个名额上的都不评出，名额空着。' },
};

export const trimWords = ['不去', '去掉 1 个最高、1 个最低', '去掉 2 个最高、2 个最低'] as const;

/** "至少 2，最多 4" */
/** 15; 至少 10，最多 15; '' for no bound. */
export function boundWords({ least, most }: Bounds): string {
  if (least !== undefined && least === most) return `${least}`;
  return [least === undefined ? '' : `至少 ${least}`, most === undefined ? '' : `最多 ${most}`]
    .filter(Boolean)
    .join('，');
}

/** A panel in one line: what is scored, and how the sheets make a part. */
export function ruleLine({ criteria, trim, trimFrom, least, quorum, severity, blind }: Panel): string {
  const marks = criteria.map(({ name, weight, full, half }) => {
    return `${name || '未填'} ${weight}%（满分 ${full}${half ? '，可打半分' : ''}）`;
  });
  return [
    marks.join('、'),
    trim > 0 ? `${trimFrom} 份起${trimWords[trim]}` : '不去高去低',
    `每位至少 ${least} 份`,
    `法定人数 ${quorum.join('/')}`,
    severity === 'remove' ? '消除宽严差异' : '',
    blind ? '不显示报送单位' : '',
  ]
    .filter(Boolean)
    .join('；');
}

type Terms = Outcome['notice'];

export const noticeWords = {
  first: {
    same: { label: '发布当天算第一天', note: '当天是工作日的，当天就算。' },
    next: { label: '发布的次日起算', note: '从下一个工作日开始算。' },
  },
  closes: {
    '24:00': { label: '24:00', note: '最后一天整天都可以提出异议。' },
    '17:30': { label: '17:30', note: '到下班为止。' },
  },
  sorted: {
    strokes: { label: '按姓氏笔画', note: '公示名单的通行排法，看不出名次。' },
    number: { label: '按候选编号', note: '与投票页上的编号一致。' },
  },
  anonymous: {
    clue: { label: '作为线索', note: '不署名也能提交，作为线索了解，不答复本人。' },
    refused: { label: '不受理', note: '必须署名并留下联系方式。' },
  },
} as const satisfies { [Key in 'first' | 'closes' | 'sorted' | 'anonymous']: Record<Terms[Key], unknown> };

export const decimalsWords: Record<Outcome['decimals'], string> = {
  0: '不留小数',
  1: '1 位小数',
  2: '2 位小数',
  3: '3 位小数',
};

/** The same rules by other decimals: what one rank costs stays the same in points, and is never nothing. */
export function withDecimals(
  { decimals, vote }: Pick<Outcome, 'decimals' | 'vote'>,
  wanted: Outcome['decimals'],
): Pick<Outcome, 'decimals' | 'vote'> {
  const step = Math.max(1, Math.round(vote.step * 10 ** (wanted - decimals)));
  return { decimals: wanted, vote: { ...vote, step } };
}

/** The terms of a notice in one line. */
export function noticeLine({
  first,
  closes,
  sorted,
  anonymous,
  replyDays,
  approval,
}: Omit<Terms, 'days'>): string {
  const before = approval.map((one) => (one === 'notice' ? '公示前' : '结果前'));
  return [
    noticeWords.first[first].label,
    `到 ${closes} 止`,
    `${noticeWords.sorted[sorted].label}排列`,
    `匿名反映${noticeWords.anonymous[anonymous].label}`,
    `${replyDays} 个工作日内答复`,
    before.length > 0 ? `${before.join('、')}须集体审定` : '不要求集体审定',
  ].join('，');
}

export function figureLine({ decimals, sample }: Pick<Outcome, 'decimals' | 'sample'>): string {
  return `${decimalsWords[decimals]}，${sample > 0 ? `抽验 ${sample} 张` : '不抽验'}`;
}

/** What of the outcome stands in the list of changes, one line a topic. */
export const topics: { what: string; of(outcome: Outcome, nameOf: (category: string) => string): unknown }[] =
  [
    { what: '最终评出', of: ({ places }) => String(places) },
    {
      what: '票数折算',
      of: ({ vote, decimals }) =>
        [
          scaleWords[vote.scale].label,
          vote.scale === 'rank' ? `每名相差 ${printFigure(vote.step, decimals)} 分` : '',
          vote.floor > 0 ? `基础分 ${vote.floor} 分` : '',
          vote.rounds === 'sum' ? '各轮票数相加' : '',
        ]
          .filter(Boolean)
          .join('，'),
    },
    ...panelIds.map((id) => ({
      what: `${partWords[id]}组`,
      of: ({ panels }: Outcome) => (panels[id] ? ruleLine(panels[id]) : '不设'),
    })),
    {
      what: '评分尺度',
      of: ({ panels }) => panelIds.map((id) => panels[id]?.criteria.map(({ anchors }) => anchors)),
    },
    {
      what: '并列',
      of: ({ ties, tieLast }) =>
        [...ties.map((key) => tieWords[key]), tieLastWords[tieLast].label].join('，再看') || '不定',
    },
    {
      what: '限额',
      of: ({ unitMost, categories }, nameOf) =>
        [
          unitMost === null ? '' : `每个单位最多 ${unitMost}`,
          ...Object.entries(categories).map(([id, bounds]) => `${nameOf(id)} ${boundWords(bounds)}`),
        ]
          .filter(Boolean)
          .join('；') || '不限',
    },
    {
      what: '分类限额',
      of: ({ groups }) =>
        groups
          .map(({ name, members, ...bounds }) => `${name} ${boundWords(bounds)}（${members.join('、')} 号）`)
          .join('；') || '不设',
    },
    {
      what: '等次',
      of: ({ honours }) => honours.map(({ name, places }) => `${name} ${places}`).join('，') || '不分',
    },
    {
      what: '评委能看到什么',
      of: ({ seeCounts, namesPublic, sameUnit }) =>
        [
          seeCounts ? '能看到票数' : '看不到票数',
          namesPublic ? '公布姓名' : '只公布席位号',
          sameUnit === 'must' ? '同单位必须回避' : '同单位提醒回避',
        ].join('，'),
    },
    { what: '公示', of: ({ notice }) => `${notice.days} 个工作日` },
    { what: '公示的办法', of: ({ notice }) => noticeLine(notice) },
    { what: '小数与抽验', of: figureLine },
    { what: '抽签的密码串', of: ({ lots }) => lots },
  ];
