import { dayTime } from '@zuimei/shared/moment.ts';
import { sorted } from '@zuimei/shared/plan/outcome.ts';
import type { ContestPlan } from '@zuimei/shared/plan/plan.ts';
import { stepWords } from '@zuimei/shared/words.ts';
import { formulaSentence, repeatSentence, revealSentence } from '../../../lib/fullrule.ts';
import { ballotSentence, categorySentences } from '../../../lib/rule.ts';
import { topics as outcomeTopics } from './judging/words.ts';
import { policyWords, wechatWords } from './words.ts';

export interface Change {
  what: string;
  /** Shown when both are short; else the change is only named. */
  was: string;
  will: string;
  /** It is one of the rules that the ledger holds. */
  rule: boolean;
}

interface Topic {
  what: string;
  rule?: true;
  of(plan: ContestPlan): unknown;
}

const moment = (instant: string): string => (instant ? dayTime(instant) : '未填');
type Ruled = Parameters<typeof categorySentences>[0];

function ballotWords({ settings }: ContestPlan): string {
  const sentences = [
    ballotSentence(settings),
    ...categorySentences(settings as Ruled),
    repeatSentence(settings),
  ];
  return sentences.filter((one) => one !== null).join('');
}

const topics: Topic[] = [
  { what: '活动名称', rule: true, of: ({ settings }) => settings.title },
  { what: '口号', of: ({ settings }) => settings.slogan },
  { what: '主办单位', of: ({ settings }) => settings.organizers.join('、') },
  { what: '候选的称呼', of: ({ settings }) => `${settings.noun.measure}${settings.noun.name}` },
  { what: '活动介绍', of: ({ settings }) => settings.intro },
  { what: '补充说明', of: ({ settings }) => settings.notes },
  { what: '横幅', of: ({ settings }) => settings.banner?.id ?? null },
  {
    what: '日程',
    of: ({ settings }) =>
      settings.schedule.map((step) => `${stepWords[step.phase]} ${moment(step.from)}`).join('，'),
  },
  {
    what: '投票起止',
    rule: true,
    of: ({ settings }) =>
      settings.rounds.map((round) => `${moment(round.opens)} 至 ${moment(round.closes)}`).join('，'),
  },
  {
    what: '组别',
    rule: true,
    of: ({ settings }) => settings.categories.map((one) => one.name).join('、') || '不分组',
  },
  { what: '投票规则', rule: true, of: ballotWords },
  {
    what: '评审与计分',
    rule: true,
    of: ({ settings }) => formulaSentence(settings.outcome?.weights) ?? '不计分',
  },
  ...outcomeTopics.map(
    ({ what, of }): Topic => ({
      what,
      rule: true,
      of: ({ settings: { outcome, categories } }) =>
        outcome && of(outcome, (id) => categories.find((one) => one.id === id)?.name ?? id),
    }),
  ),
  { what: '微信', rule: true, of: ({ settings }) => wechatWords(settings.wechat) },
  { what: '票数公布', rule: true, of: ({ settings }) => revealSentence(settings.reveal) },
  { what: '排名不分先后', rule: true, of: ({ settings }) => (settings.hideOrder ? '是' : '否') },
  { what: '候选次序', rule: true, of: ({ settings }) => (settings.order === 'number' ? '按编号' : '随机') },
  { what: '防刷策略', rule: true, of: ({ settings }) => policyWords[settings.policy].label },
  { what: '防刷界限', rule: true, of: ({ settings }) => settings.thresholds },
  { what: '参与地区', rule: true, of: ({ settings }) => settings.area?.join('、') || '不限' },
  { what: '登记的网段', rule: true, of: ({ settings }) => settings.networks },
  {
    what: '辖区常住人口',
    rule: true,
    of: ({ settings }) => (settings.population ? `${settings.population} 人` : '未填'),
  },
  { what: '页脚', of: ({ settings }) => settings.footer },
  {
    what: '报送时间',
    of: ({ collection }) => `${moment(collection.opens)} 至 ${moment(collection.closes)}`,
  },
  { what: '给单位的通知', of: ({ collection }) => collection.circular },
  { what: '报送表', of: ({ collection }) => [collection.form, collection.formTitle, collection.listTitle] },
  { what: '同意书', of: ({ collection }) => collection.consent },
  { what: '照片要求', of: ({ collection }) => collection.photo },
  {
    what: '单位类别与配额',
    of: ({ collection }) =>
      collection.unitKinds.map((kind) => `${kind.name} ${kind.least}–${kind.most ?? '不限'}`).join('，'),
  },
  {
    what: '名额',
    of: quotaWords,
  },
  { what: '意见与征求意见', of: ({ collection }) => collection.opinions },
  {
    what: '审核与初选',
    of: ({ collection }) => [
      collection.screening,
      collection.leastYears,
      collection.noLeaders,
      collection.leastProofs,
    ],
  },
  { what: '向上推荐', of: ({ collection }) => collection.upward },
];

/** "共 24 个；个人 20；每个单位最多：集体 1". */
function quotaWords({ collection, settings }: ContestPlan): string {
  const named = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([id, count]) => `${settings.categories.find((one) => one.id === id)?.name ?? id} ${count}`)
      .join('，');
  const most = named(collection.unitCategoryMost);
  return [
    collection.places === null ? '总数不限' : `共 ${collection.places} 个`,
    named(collection.categoryPlaces),
    most && `每个单位最多：${most}`,
  ]
    .filter(Boolean)
    .join('；');
}

/** What a publication would change, one line a topic, in the order of the editor. */
export function changesOf(was: ContestPlan, will: ContestPlan): Change[] {
  return topics.flatMap(({ what, rule, of }) => {
    const before = of(was);
    const after = of(will);
    if (sorted(before) === sorted(after)) return [];
    const said = typeof before === 'string' && typeof after === 'string';
    return [{ what, was: said ? before : '', will: said ? after : '', rule: rule === true }];
  });
}
