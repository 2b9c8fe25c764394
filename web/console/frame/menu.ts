import type { Role } from '@zuimei/shared/staff.ts';
import { type PageName, pageRoles } from '../lib/access.ts';

export interface MenuItem {
  name: PageName;
  label: string;
}

export const siteMenu: readonly MenuItem[] = [
  { name: 'home', label: '活动' },
  { name: 'unit', label: '我的报送' },
  { name: 'filings', label: '我的稿件' },
  { name: 'newsroom', label: '稿件' },
  { name: 'commissions', label: '约稿' },
  { name: 'points', label: '积分与通报' },
  { name: 'contributors', label: '供稿单位' },
  { name: 'outlets', label: '载体' },
  { name: 'forfeits', label: '取消附加分' },
  { name: 'staff', label: '人员与权限' },
  { name: 'calendar', label: '工作日历' },
  { name: 'upkeep', label: '运行状况' },
  { name: 'log', label: '操作日志' },
];

/** Inside a contest. */
export const contestMenu: readonly MenuItem[] = [
  { name: 'sheet', label: '评分表' },
  { name: 'next', label: '下一步' },
  { name: 'settings', label: '活动设置' },
  { name: 'units', label: '报送单位' },
  { name: 'nominations', label: '报送' },
  { name: 'shortlist', label: '公布候选' },
  { name: 'candidates', label: '候选' },
  { name: 'panels', label: '评审组' },
  { name: 'live', label: '实时' },
  { name: 'ballots', label: '选票日志' },
  { name: 'clusters', label: '疑似聚集' },
  { name: 'rulings', label: '裁定' },
  { name: 'report', label: '异常情况说明' },
  { name: 'standing', label: '得分与拟入选' },
  { name: 'course', label: '公示与结果' },
  { name: 'objections', label: '异议办理' },
  { name: 'checkpoints', label: '存证与见证' },
  { name: 'out', label: '导出与归档' },
];

const afterChoice: readonly PageName[] = ['course', 'objections'];
const ofVote: readonly PageName[] = [
  'sheet',
  'panels',
  'ballots',
  'clusters',
  'rulings',
  'report',
  'standing',
];
/** What else a page is called where nobody votes. */
const unvoted: Partial<Record<PageName, string>> = {
  shortlist: '公布名单',
  candidates: '名单',
  live: '公告',
};

/** The items that somebody with these roles sees. `judged`: the contest has rules by which the count becomes a result; `voted`: it has a vote. */
export function menuFor(
  items: readonly MenuItem[],
  has: (...roles: readonly Role[]) => boolean,
  { judged, voted } = { judged: true, voted: true },
): readonly MenuItem[] {
  const seen = items.filter(
    ({ name }) =>
      has(...pageRoles[name]) &&
      (judged || !afterChoice.includes(name)) &&
      (voted || ![...afterChoice, ...ofVote].includes(name)),
  );
  return voted ? seen : seen.map(({ name, label }) => ({ name, label: unvoted[name] ?? label }));
}
