import { dayTime } from '@zuimei/shared/moment.ts';
import type { Step, StepId } from '@zuimei/shared/plan/steps.ts';
import type { PageName } from '../../lib/access.ts';

/** What a step is called, where it is done, and what is done there. */
interface Guide {
  label: string;
  page: PageName;
  how: string;
}

const guides: Record<StepId, Guide> = {
  publish: {
    label: '发布活动',
    page: 'settings',
    how: '核对名称、日程、报送表和投票规则，没有错误就可以发布。',
  },
  units: { label: '添加报送单位', page: 'units', how: '逐个填写或从表格导入，把单位链接发给各单位。' },
  collect: { label: '征集报送', page: 'nominations', how: '各单位填报；也可以导入收到的报送表和汇总表。' },
  review: { label: '审核报送', page: 'nominations', how: '逐份通过、退回补正或标为未入选。' },
  shortlist: { label: '公布候选', page: 'shortlist', how: '编号、排序或抽签，核对后公布；公布后群众可见。' },
  panels: { label: '设立评审席位', page: 'panels', how: '为每位评委设一个席位，把链接交给本人。' },
  vote: { label: '群众投票', page: 'live', how: '看进度和异常；必要时暂停、延长或发公告。' },
  judge: { label: '评委打分', page: 'panels', how: '看谁还没有锁定评分表，提醒、补交或登记缺席。' },
  choice: {
    label: '计算得分，确定拟入选',
    page: 'standing',
    how: '计算综合得分，办结并列，确定拟入选名单。',
  },
  notice: { label: '公示', page: 'course', how: '发布公示，期满前受理和答复异议。' },
  result: { label: '公布结果', page: 'course', how: '审计确认票数、集体审定后公布，再打印证书。' },
  archive: { label: '归档', page: 'out', how: '导出材料后归档。归档不能撤销。' },
  erase: { label: '清除个人信息', page: 'out', how: '一人申请、另一人确认。不可恢复。' },
};

/** Where nobody votes there are no candidates: what is published is the list itself. */
const shown: Partial<Record<StepId, Guide>> = {
  publish: { ...guides.publish, how: '核对名称、日程和报送表，没有错误就可以发布。' },
  shortlist: {
    label: '公布名单',
    page: 'shortlist',
    how: '只给要公布的编号；公布后页面展示，不需要公开的可以不公布，直接导出汇总表。',
  },
};

/** `voted`: somebody votes on the contest. */
export function guideOf(id: StepId, voted: boolean): Guide {
  return (voted ? undefined : shown[id]) ?? guides[id];
}

/** Under the name of a step: when, or how many wait. */
export function stepNote({ id, state, at, waiting }: Step): string {
  if (state === 'skipped') return '没有办，活动已归档';
  if (waiting > 0) return id === 'judge' ? `还有 ${waiting} 份没有锁定` : `${waiting} 份待办`;
  if (at === null) return '';
  return state === 'now' ? `${dayTime(at)} 截止` : `${dayTime(at)} 开始`;
}

/** For a list of contests: "下一步：审核报送，3 份待办". */
export function stepLine(step: Step, voted: boolean): string {
  return [guideOf(step.id, voted).label, stepNote(step)].filter(Boolean).join('，');
}
