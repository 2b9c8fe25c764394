import type { Contest } from './contest.ts';

/** What to send to the account for a ballot. No number stands as an example: it would be a candidate's. */
export function whatToSend({ wechat, rule }: Pick<Contest, 'wechat' | 'rule'>): string {
  const word = `“${wechat?.keyword ?? ''}”`;
  const { min, max } = rule.picks;
  if (max === 1) return `${word}和候选编号`;
  const count = min === max ? ` ${min} 个` : min > 1 ? ` ${min}–${max} 个` : '';
  // Several numbers must come in one message: the first message already spends the ballot.
  return `${word}和${count}候选编号（${count ? '' : `最多 ${max} 个，`}用空格隔开）`;
}
