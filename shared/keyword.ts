import type { Contest } from './contest.ts';

/** What to send to the account for a ballot. No number stands as an example: it would be a candidate's. */
export function whatToSend({ wechat, rule }: Pick<Contest, 'wechat' | 'rule'>): string {
  const word = `“${wechat?.keyword ?? ''}”`;
  const { min } = rule.picks;
  return min > 1 ? `${word}和至少 ${min} 个候选编号（用空格隔开）` : `${word}和候选编号`;
}
