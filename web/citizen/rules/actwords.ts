import type { PublicAct } from '@zuimei/shared/audit.ts';
import type { ActKind, RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { grouped } from '../../lib/words.ts';

const kinds: Record<ActKind, string> = {
  rules: '规则公布',
  shortlist: '候选公布',
  pause: '暂停投票',
  resume: '恢复投票',
  extension: '延长投票',
  withdrawal: '候选退出',
  correction: '候选资料更正',
  advance: '下一轮候选确定',
  lot: '抽签密码摘要',
  ruling: '选票裁定',
  refusals: '未接受的投票',
  report: '异常情况说明',
  panel: '评审席位设立',
  seat: '评审席位变动',
  recusal: '评委回避',
  sheet: '评分表锁定',
  reopen: '评分表重开',
  standing: '综合得分算出',
  tie: '并列裁定',
  choice: '拟入选确定',
  count: '计票确认',
  approval: '集体审定',
  notice: '公示',
  objection: '收到异议',
  finding: '异议处理结论',
  promote: '递补',
  result: '结果公布',
  revoke: '撤销证书',
  recommend: '推荐上报',
  closing: '封存记录',
  witness: '见证安排',
  archive: '活动归档',
};

const verbs: Record<RulingVerb, string> = {
  void: '裁定不计入',
  release: '核实后计入',
  restore: '恢复计入',
};

/** Heading of one line of 公开记录. */
export function actWords({ kind, ruling }: Pick<PublicAct, 'kind' | 'ruling'>): string {
  if (ruling) return `${verbs[ruling.verb]}：${grouped(ruling.ballots)} 张选票`;
  return kinds[kind];
}
