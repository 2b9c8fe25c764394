import { hasVote } from '@zuimei/shared/contest.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';

/** The sections of the plan's editor, and where in them a fault of the plan is shown. */
export const sections = [
  { key: 'texts', title: '基本信息与文案' },
  { key: 'banner', title: '横幅' },
  { key: 'schedule', title: '日程' },
  { key: 'categories', title: '组别与名额' },
  { key: 'units', title: '报送与单位配额' },
  { key: 'form', title: '报送表栏目' },
  { key: 'rule', title: '投票规则' },
  { key: 'judging', title: '评审与计分' },
  { key: 'policy', title: '防刷策略' },
  { key: 'wechat', title: '微信' },
  { key: 'reveal', title: '票数公布' },
  { key: 'footer', title: '页脚' },
] as const;

export type SectionKey = (typeof sections)[number]['key'];

/** What there is to set where nobody votes; the judging too, while it is set: else nobody could put it away. */
const ofVote: readonly SectionKey[] = ['rule', 'judging', 'policy', 'wechat', 'reveal'];

export function sectionsOf({ rounds, outcome }: Pick<ContestSettings, 'rounds' | 'outcome'>) {
  return sections.filter(
    ({ key }) => hasVote({ rounds }) || !ofVote.includes(key) || (key === 'judging' && outcome !== null),
  );
}

/** First that begins the path. */
const places: [prefix: string, section: SectionKey][] = [
  ['settings.banner', 'banner'],
  ['settings.schedule', 'schedule'],
  ['settings.rounds', 'schedule'],
  ['collection.opens', 'schedule'],
  ['collection.closes', 'schedule'],
  ['settings.outcome.notice.replyDays', 'judging'],
  ['settings.outcome.notice', 'schedule'],
  ['settings.categories', 'categories'],
  ['collection.kinds', 'categories'],
  ['collection.categoryTitle', 'categories'],
  ['collection.places', 'categories'],
  ['collection.categoryPlaces', 'categories'],
  ['collection.form.', 'form'],
  ['collection.form', 'form'],
  ['collection.consent', 'form'],
  ['collection.photo', 'form'],
  ['collection.listTitle', 'form'],
  ['collection', 'units'],
  ['settings.rule', 'rule'],
  ['settings.hideOrder', 'rule'],
  ['settings.outcome', 'judging'],
  ['settings.policy', 'policy'],
  ['settings.thresholds', 'policy'],
  ['settings.area', 'policy'],
  ['settings.networks', 'policy'],
  ['settings.population', 'policy'],
  ['settings.wechat', 'wechat'],
  ['settings.reveal', 'reveal'],
  ['settings.footer', 'footer'],
];

export function sectionOf(path: string): SectionKey {
  return places.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'texts';
}
