import type { WechatRule } from '@zuimei/shared/contest.ts';
import type { RefusalCode } from '@zuimei/shared/refusal.ts';

/** What came of asking WeChat who the visitor is; the page they come back to is told in its fragment, `#wx=…`. */
export type WechatOutcome = 'ok' | 'snapshot' | 'away' | 'again';

/** By the same mark as the server (vote/request.ts). */
export function inWechat(agent: string): boolean {
  return agent.includes('MicroMessenger');
}

export function isIos(agent: string): boolean {
  return /iPhone|iPad|iPod/.test(agent);
}

/** Must WeChat know who casts this ballot? The server decides it by the same rule (vote/voter.ts). */
export function asksWechat(rule: WechatRule | null | undefined, inside: boolean): boolean {
  return rule ? inside || rule.outside === 'refused' : false;
}

export function parseOutcome(fragment: string): WechatOutcome | null {
  const [, outcome] = /^#wx=(ok|snapshot|away|again)$/.exec(fragment) ?? [];
  return (outcome as WechatOutcome | undefined) ?? null;
}

/** Why the ballot that waited cannot go on; null = it can. */
export const refusalOf: Record<WechatOutcome, RefusalCode | null> = {
  ok: null,
  snapshot: 'snapshot_user',
  away: 'wechat_away',
  again: 'wechat_needed',
};

/** To WeChat's silent authorization, and back to the contest, or to its candidate whose page `path` is. */
export function goPath(slug: string, path: string): string {
  const [, number] = /\/n\/(\d+)$/.exec(path) ?? [];
  return `/wechat/go?slug=${slug}${number ? `&n=${number}` : ''}`;
}
