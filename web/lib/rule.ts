import type { Category, Contest, PickRange } from '@zuimei/shared/contest.ts';
import type { OutcomeView, Weights } from '@zuimei/shared/judging/outcome.ts';
import type { WechatAccountView } from '@zuimei/shared/view.ts';

/** What the rules are written from. `account`: of the site in WeChat, as far as it is known. */
export type Ruled = Pick<
  Contest,
  'rule' | 'rounds' | 'categories' | 'noun' | 'reveal' | 'hideOrder' | 'wechat'
> & { outcome: OutcomeView | null; account?: WechatAccountView | null };

const ordinals = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/** "第二轮"; index counts from 0. */
export function roundName(index: number): string {
  return `第${ordinals[index] ?? index + 1}轮`;
}

/** "选 1–5 位", "选满 10 位": how many picks one ballot holds. */
export function pickSpan(range: PickRange, measure: string): string {
  if (range.min === range.max) return range.max === 1 ? `选 1 ${measure}` : `须选满 ${range.max} ${measure}`;
  return `选 ${Math.max(range.min, 1)}–${range.max} ${measure}`;
}

/** Who may cast how many ballots with how many picks: the first and shortest sentence of the page. */
export function ballotSentence({ rule, rounds, noun }: Pick<Ruled, 'rule' | 'rounds' | 'noun'>): string {
  const period = rule.period === 'day' ? '每人每天' : rounds.length > 1 ? '每人每轮' : '每人';
  return `${period}可投 ${rule.ballotsPerPeriod} 张选票，每张${pickSpan(rule.picks, noun.measure)}。`;
}

function boundWords(range: PickRange, measure: string): string | null {
  if (range.min > 0 && range.min === range.max) return `须选 ${range.max} ${measure}`;
  if (range.min > 0) return `选 ${range.min}–${range.max} ${measure}`;
  return `最多选 ${range.max} ${measure}`;
}

/** Bounds by category: one sentence for all of them, and one for each that differs. */
export function categorySentences({
  rule,
  categories,
  noun,
}: Pick<Ruled, 'rule' | 'categories' | 'noun'>): string[] {
  const named = categories.filter((category: Category) => rule.categories?.[category.id]);
  const sentences: string[] = [];
  if (rule.perCategory && named.length < categories.length) {
    const words = boundWords(rule.perCategory, noun.measure);
    sentences.push(named.length > 0 ? `其余各组${words}。` : `每组${words}。`);
  }
  for (const category of [...named].reverse()) {
    const range = rule.categories?.[category.id];
    if (range) sentences.unshift(`“${category.name}”组${boundWords(range, noun.measure)}。`);
  }
  return sentences;
}

/** Where nothing comes after the vote. */
export const BY_VOTE = '结果按公众投票产生。';

/** "投票占综合得分 40%，其余由专家、媒体评审。" */
function shortFormula(weights: Weights | undefined): string | null {
  if (!weights) return null;
  if (weights.vote === 100) return BY_VOTE;
  const judges = [weights.expert > 0 ? '专家' : '', weights.media > 0 ? '媒体' : '']
    .filter(Boolean)
    .join('、');
  const rest = [judges ? `由${judges}评审` : '', weights.merit > 0 ? '看工作成效' : '']
    .filter(Boolean)
    .join('，并');
  return `投票占综合得分 ${weights.vote}%，其余${rest}。`;
}

/** The two or three sentences under the banner: what may I do, and what it counts for. */
export function shortRule(contest: Ruled): string[] {
  return [
    ballotSentence(contest),
    contest.wechat?.outside === 'refused' ? '请在微信中投票。' : null,
    ...categorySentences(contest).slice(0, 2),
    shortFormula(contest.outcome?.weights),
    contest.hideOrder ? '排名不分先后。' : null,
  ].filter((sentence) => sentence !== null);
}
