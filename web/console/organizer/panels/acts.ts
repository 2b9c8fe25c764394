import { dayTime } from '@zuimei/shared/moment.ts';
import type { PanelsView, SeatView } from '@zuimei/shared/panel.ts';

/** What can be done with a seat, each with a reason. */
export type SeatAct =
  | 'link'
  | 'recuse'
  | 'late'
  | 'reopen'
  | 'absent'
  | 'removed'
  | 'seated'
  | 'grant'
  | 'deny';

type At = Pick<PanelsView, 'closes' | 'now' | 'countsAt' | 'standingAt'>;

/** What of it somebody may do now. Nothing once the standing is computed: sheets are open from then on. */
export function actsOf(seat: SeatView, at: At, may: { organizer: boolean; auditor: boolean }): SeatAct[] {
  if (at.standingAt) return [];
  const acts: SeatAct[] = [];
  if (may.auditor && seat.reopening) acts.push('grant', 'deny');
  if (!may.organizer) return acts;
  if (seat.state !== 'seated') return [...acts, 'seated'];
  if (seat.locked) return [...acts, ...(seat.reopening ? [] : (['reopen'] as const)), 'link'];
  const over = at.closes !== null && Date.parse(at.closes) <= Date.parse(at.now);
  return [...acts, ...(over && !seat.late ? (['late'] as const) : []), 'link', 'recuse', 'absent', 'removed'];
}

export interface ActWords {
  /** On the button. */
  label: string;
  title: string;
  effect: string;
  confirm: string;
  tone?: 'danger';
  done: string;
}

/** What an act does, said before it is done. */
export function actWords(act: SeatAct, { code }: SeatView, { countsAt, closes }: At): ActWords {
  switch (act) {
    case 'link':
      return {
        label: '重发账号链接',
        title: `重发 ${code} 的账号链接`,
        effect: '旧的链接作废，这位评委已登录的手机会退出；已填写的内容都在。新链接只显示一次。',
        confirm: '重发链接',
        done: '新的账号链接已生成',
      };
    case 'recuse':
      return {
        label: '要求回避',
        title: `要求 ${code} 回避`,
        effect: '这位评委不再评所选候选，已填的分数不计入。回避写入选票账本，不能撤回。',
        confirm: '要求回避',
        tone: 'danger',
        done: '已记为回避',
      };
    case 'late':
      return {
        label: '允许补交',
        title: `允许 ${code} 补交`,
        effect: `评审已${closes ? `于 ${dayTime(closes)} ` : ''}截止。确认后这个席位仍可锁定评分表，并写入选票账本。`,
        confirm: '允许补交',
        done: '已允许补交',
      };
    case 'reopen':
      return {
        label: '重开评分表',
        title: `重开 ${code} 的评分表`,
        effect: countsAt
          ? `票数已于 ${dayTime(countsAt)} 公布，重开须由一名审计人员同意后生效。锁定过的各份都会保留，可以前后对照。`
          : '票数还没有公布，确认后立即重开，评委改完须重新锁定。锁定过的各份都会保留，可以前后对照。',
        confirm: countsAt ? '提请重开' : '重开评分表',
        tone: 'danger',
        done: countsAt ? '已提请重开，等待审计人员同意' : '评分表已重开',
      };
    case 'absent':
      return {
        label: '记为缺席',
        title: `把 ${code} 记为缺席`,
        effect: '整份评分表不计入，席位仍计入应到人数。写入选票账本；综合得分算出之前可以恢复。',
        confirm: '记为缺席',
        tone: 'danger',
        done: '已记为缺席',
      };
    case 'removed':
      return {
        label: '撤下席位',
        title: `撤下 ${code}`,
        effect:
          '这位评委不再是评审组成员，评分表不计入，席位也不计入应到人数。写入选票账本；综合得分算出之前可以恢复。',
        confirm: '撤下席位',
        tone: 'danger',
        done: '席位已撤下',
      };
    case 'seated':
      return {
        label: '恢复席位',
        title: `恢复 ${code}`,
        effect: '这位评委可以继续评分，已填写的内容都在。写入选票账本。',
        confirm: '恢复席位',
        done: '席位已恢复',
      };
    case 'grant':
      return {
        label: '同意重开',
        title: `同意重开 ${code} 的评分表`,
        effect: '票数已经公布。同意后评委可以修改并须重新锁定；重开的申请人、原因和您的意见写入选票账本。',
        confirm: '同意重开',
        tone: 'danger',
        done: '已同意重开',
      };
    case 'deny':
      return {
        label: '不同意',
        title: `不同意重开 ${code} 的评分表`,
        effect: '评分表保持锁定，按已锁定的内容计入。',
        confirm: '不同意重开',
        done: '已记为不同意',
      };
  }
}

export interface Task {
  seat: SeatView;
  kind: 'asked' | 'reopening';
}

/** What waits for somebody: judges who ask for their sheet back, and reopenings that an auditor has to agree to. */
export function tasksOf({ panels, standingAt }: Pick<PanelsView, 'panels' | 'standingAt'>): Task[] {
  if (standingAt) return [];
  return panels
    .flatMap(({ seats }) => seats)
    .flatMap((seat): Task[] => {
      if (seat.reopening) return [{ seat, kind: 'reopening' }];
      return seat.asked && seat.locked ? [{ seat, kind: 'asked' }] : [];
    });
}
