import type { StaffRequest } from '@zuimei/shared/staff.ts';
import { roleWords } from '@zuimei/shared/words.ts';

/** "新建账号 周明川（zhou）：审计" */
export function requestSentence({ act, name, login, roles }: StaffRequest): string {
  const who = `${name}（${login}）`;
  const held = roles.map((role) => roleWords[role]).join('、');
  if (act === 'invite') return `新建账号 ${who}：${held}`;
  if (act === 'roles') return `${who} 的身份改为：${held}`;
  return act === 'link' ? `为 ${who} 生成新的链接` : `恢复账号 ${who}`;
}

/** Why who reads it has no button. */
export function whyNotDecidable({ mine, second }: StaffRequest): string {
  const who = second === 'auditor' ? '另一名审计' : '另一位系统管理员或审计';
  return mine ? `等待${who}确认。` : `须由${who}确认。`;
}

export const requestStates: Record<
  StaffRequest['state'],
  { words: string; tone: 'ok' | 'hold' | 'red' | 'plain' | 'dark' }
> = {
  open: { words: '待确认', tone: 'hold' },
  granted: { words: '已确认', tone: 'ok' },
  refused: { words: '不同意', tone: 'red' },
  withdrawn: { words: '已撤回', tone: 'plain' },
  over: { words: '已过期', tone: 'plain' },
};
