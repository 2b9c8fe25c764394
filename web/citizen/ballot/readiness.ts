import { checkOpen, checkPicks, openRound, type Used } from '@zuimei/shared/contest.ts';
import { dayTime } from '@zuimei/shared/moment.ts';
import { periodWord, spentWords } from '@zuimei/shared/quotawords.ts';
import { Refusal, type RefusalCode } from '@zuimei/shared/refusal.ts';
import { refusalSentence } from '@zuimei/shared/refusalwords.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { pickSpan } from '../../lib/rule.ts';

/** What stands between the voter and the main button, with the sentence beside it. */
export interface Readiness {
  kind: 'before' | 'after' | 'paused' | 'spent' | 'missing' | 'ready';
  words: string;
}

/** The same rules as the server's (shared/contest.ts), asked in the order a voter meets them. `now` in ms. */
export function readiness(
  contest: ContestView,
  picks: readonly number[],
  used: Used,
  now: number,
): Readiness {
  const opening = refusalOf(() => checkOpen(contest, now));
  if (opening?.code === 'not_open_yet')
    return { kind: 'before', words: `${dayTime(String(opening.details.opens))} 开始投票` };
  if (opening?.code === 'already_closed') return { kind: 'after', words: '投票已截止' };
  if (opening) return { kind: 'paused', words: '投票已暂停，恢复后可继续' };
  if (used.ballots >= contest.rule.ballotsPerPeriod)
    return { kind: 'spent', words: spentWords(contest, now) };
  const { measure } = contest.noun;
  const { min, max } = contest.rule.picks;
  const numbers = contest.rounds[openRound(contest, now)]?.numbers ?? null;
  const refusal = refusalOf(() => checkPicks(contest, picks, numbers));
  const rest = contest.rule.ballotsPerPeriod - used.ballots;
  const restWords = contest.rule.ballotsPerPeriod > 1 ? `，${periodWord(contest)}还可投 ${rest} 张` : '';
  if (refusal?.code === 'too_few_picks') {
    const words =
      picks.length === 0 ? `请${pickSpan({ min, max }, measure)}` : `还差 ${min - picks.length} ${measure}`;
    return { kind: 'missing', words: words.replace('请须选', '请选') + restWords };
  }
  if (refusal)
    return { kind: 'missing', words: trimmed(refusalSentence(refusal.code, refusal.details, contest.noun)) };
  if (picks.length === 0) return { kind: 'missing', words: `请选 1–${max} ${measure}${restWords}` };
  const left = max - picks.length;
  return { kind: 'ready', words: left > 0 ? `还可再选 ${left} ${measure}` : '已选好，可以投票' };
}

function trimmed(sentence: string): string {
  return sentence.replace(/。$/, '');
}

/** The rules of a ballot refuse with none but a voter's codes. */
function refusalOf(check: () => void): (Refusal & { code: RefusalCode }) | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error as Refusal & { code: RefusalCode };
    throw error;
  }
}
