import { dayTime } from '@zuimei/shared/moment.ts';
import type { Progress } from '@zuimei/shared/progress.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import type { UnitLine, UnitsView } from '@zuimei/shared/unit.ts';

export const progressWords: Record<Progress, string> = {
  silent: '还没有报送',
  unopened: '未打开链接',
  draft: '有草稿未提交',
  returned: '已退回未重报',
  consent: '缺本人同意',
};

/** What is sent to a unit that has something to do: what, of whom, until when. `link`: whole, where somebody looked at it for a reason. */
export function reminderText(
  line: UnitLine,
  { title, closes, now }: Pick<UnitsView, 'title' | 'closes' | 'now'>,
  link: string | null,
): string {
  const todo = todosOf(line);
  const until =
    Date.parse(now) < Date.parse(closes)
      ? `请于 ${dayTime(closes)} 前办理。`
      : `报送已于 ${dayTime(closes)} 截止，请尽快与我们联系。`;
  const way = link
    ? `单位链接为贵单位专用，请勿转给无关人员：\n${link}`
    : '请用原来的单位链接办理；找不到链接请与我们联系。';
  const head = `${line.name}您好：${quoted(title)}报送材料，目前`;
  return todo.length > 0 ? `${head}${todo.join('；')}。${until}${way}` : `${head}没有待办的事项。`;
}

function todosOf({ used, least, opened, counts, lacks }: UnitLine): string[] {
  const named = (lack: UnitLine['lacks'][number]['lack']): string =>
    lacks
      .filter((one) => one.lack === lack)
      .map(({ name }) => name || '未写姓名的一份')
      .join('、');
  const [returned, unagreed] = [named('returned'), named('consent')];
  const drafts = counts.draft ?? 0;
  return [
    ...(opened ? [] : ['还没有打开过单位链接']),
    ...(drafts > 0 ? [`有 ${drafts} 份草稿未提交`] : []),
    ...(returned ? [`已退回待修改重报：${returned}`] : []),
    ...(unagreed ? [`缺本人同意公示的签字：${unagreed}`] : []),
    ...(used < least ? [`已提交 ${used} 份，至少需要 ${least} 份`] : used === 0 ? ['还没有提交'] : []),
  ];
}
