import type { AccountAct, ActCode } from '@zuimei/shared/action.ts';
import type { AccountEvent } from '@zuimei/shared/staff.ts';
import { actWords, roleNamed } from '../lib/actwords.ts';

/** What was done to one's account, as its owner is told it. What the action log calls well enough is not here. */
const own: Partial<Record<AccountAct, string>> & Record<Exclude<AccountAct, ActCode>, string> = {
  'staff.sign_in_new': '从未用过的浏览器登录',
  'staff.sign_in_recovery': '用恢复码登录',
  'staff.recovery_used': '用恢复码确认身份',
  'staff.replay': '有人再次使用已经用过的动态码',
  'staff.locked': '多次输错密码或动态码，登录被暂时锁定',
  'staff.join': '启用账号',
  'staff.rejoin': '用链接重新设置了密码和动态码',
  'staff.password': '修改了密码',
  'staff.totp': '绑定了新的动态码',
  'staff.recovery': '重新生成了恢复码',
  'staff.session_end': '退出了一台设备',
  'staff.sessions_end': '退出了其他设备',
};
const others: Partial<Record<AccountAct, string>> = {
  'staff.link': '为您的账号生成了新的账号链接',
  'staff.roles': '更改了您的身份',
  'staff.contests': '更改了您参与的活动',
  'staff.sessions_end': '退出了您的所有设备',
  'staff.disable': '停用过您的账号',
  'staff.enable': '恢复了您的账号或解除了锁定',
  'staff.invite': '为您建立了账号',
};

export function eventSentence({ act, by, detail }: AccountEvent): string {
  const words = (by ? others[act] : own[act]) ?? (act === 'staff.recovery_used' ? own[act] : actWords(act));
  const named = detail ? `（${roleNamed(detail)}）` : '';
  return `${by ? `${by} ` : ''}${words}${named}`;
}
