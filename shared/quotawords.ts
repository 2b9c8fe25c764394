import { type Contest, nextPeriodAt } from './contest.ts';
import { nearTime } from './moment.ts';

/** What a voter is told about their next ballot, on the page and in a message. `now` in ms. */
type Ruled = Pick<Contest, 'rule' | 'rounds'>;

/** What a voter with no ballot left is told, and when they may vote again. */
export function spentParts(contest: Ruled, now: number): { spent: string; next: string } {
  const next = nextPeriodAt(contest, now);
  if (next === null) return { spent: '您的票已投完', next: '感谢参与' };
  return { spent: '今天的票已投完', next: `${nearTime(next, now)} 后可再投` };
}

/** The same in one sentence, without its full stop. */
export function spentWords(contest: Ruled, now: number): string {
  const { spent, next } = spentParts(contest, now);
  return `${spent}，${next}`;
}

/** After a counted ballot: when this voter may vote once more. `left` = ballots left in this period. */
export function againWords(contest: Ruled, left: number, now: number): string {
  if (left > 0) return `${periodWord(contest)}还可再投 ${left} 张。`;
  const next = nextPeriodAt(contest, now);
  return next === null ? '' : `${nearTime(next, now)} 起可再投。`;
}

/** The period a quota holds for, or '' where there is only one. */
export function periodWord({ rule, rounds }: Ruled): string {
  if (rule.period === 'day') return '今天';
  return rounds.length > 1 ? '本轮' : '';
}
