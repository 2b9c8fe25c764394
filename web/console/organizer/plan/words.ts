import type { PolicyName, WechatRule } from '@zuimei/shared/contest.ts';
import type { FieldType, PresetName } from '@zuimei/shared/plan/plan.ts';
import type { WebhookEvent } from '@zuimei/shared/webhook.ts';

export const typeWords: Record<FieldType, string> = {
  line: '一行文字',
  text: '多行文字',
  choice: '选择',
  number: '数字',
  month: '年月',
  phone: '手机号',
  identity: '身份证号',
  photo: '照片',
  files: '附件',
  media: '图片、视频和附件',
  video: '视频',
};

/** What a contest can tell its robot. */
export const eventWords: Record<WebhookEvent, string> = {
  deadline: '报送截止前一天，还有几个单位没有报送',
  submitted: '新报送的份数',
  resubmitted: '退回后重报的份数',
  objection: '收到异议的件数',
  held: '刷票提示（只说有，不说多少）',
};

export const policyWords: Record<PolicyName, { label: string; note: string }> = {
  loose: { label: '宽松', note: '只记录异常，几乎不扣留选票。适合单位内部的小型活动。' },
  standard: { label: '标准', note: '机器成批投的选票扣留待核，正常群众不受影响。多数活动选这个。' },
  strict: { label: '严格', note: '宁可多扣留，由审计人员逐批放行。适合曾被刷票的活动。' },
};

export const outsideWords: Record<WechatRule['outside'], { label: string; note: string }> = {
  refused: { label: '引导到微信', note: '照常浏览，投票时请其到微信里打开。每张选票都出自一个微信号。' },
  weighed: {
    label: '允许投票但更严格把关',
    note: '不用微信也能投；选票记“微信之外”，从严验证或待核。',
  },
};

/** The section 微信 in one line. */
export function wechatWords(wechat: WechatRule | null | undefined): string {
  if (!wechat) return '不用微信识别';
  const { outside, early, follow, keyword } = wechat;
  return [
    '微信识别',
    `微信之外${outsideWords[outside].label}`,
    early ? '打开页面即识别' : '投票时识别',
    follow ? '须先关注公众号' : '',
    keyword ? `发消息“${keyword}”可投票` : '',
  ]
    .filter(Boolean)
    .join('，');
}

export const presetWords: Record<PresetName, string> = {
  'zuimei-district': '最美应急人·区县',
  'zuimei-province': '最美应急人·省级',
  anli: '典型实践案例',
  volunteer: '最美消防志愿者',
  works: '作品展播',
  venues: '体验馆摸排',
};

/** A short id that no other has: what people name in Chinese the program keeps under a letter and a number. */
export function freshId(stem: string, taken: readonly string[]): string {
  for (let n = taken.length + 1; ; n++) if (!taken.includes(`${stem}${n}`)) return `${stem}${n}`;
}
