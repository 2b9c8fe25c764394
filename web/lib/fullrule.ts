import type { Reveal } from '@zuimei/shared/contest.ts';
import type { PartId, Weights } from '@zuimei/shared/judging/outcome.ts';
import { whatToSend } from '@zuimei/shared/keyword.ts';
import { dayTime, minuteOfDay } from '@zuimei/shared/moment.ts';
import { partWords } from '@zuimei/shared/words.ts';
import { BY_VOTE, ballotSentence, categorySentences, type Ruled, roundName } from './rule.ts';

/** Every rule the page knows, one sentence each, in the order a voter asks. */
export function fullRule(contest: Ruled): string[] {
  return [
    ballotSentence(contest),
    contest.rule.period === 'day' ? '每天 0:00 起重新计算可投张数。' : null,
    ...wechatSentences(contest),
    ...categorySentences(contest),
    repeatSentence(contest),
    roundsSentence(contest),
    revealSentence(contest.reveal),
    contest.hideOrder ? '排名不分先后，页面不显示名次。' : null,
    formulaSentence(contest.outcome?.weights),
    contest.outcome ? sampleSentence(contest.outcome.sample) : null,
    contest.outcome ? `最终产生 ${contest.outcome.places} ${contest.noun.measure}。` : null,
  ].filter((sentence) => sentence !== null);
}

/** Rounds, when there is more than one: their spans, and that each counts from zero. */
export function roundsSentence({ rounds }: Pick<Ruled, 'rounds'>): string | null {
  if (rounds.length < 2) return null;
  const spans = rounds.map(
    (round, index) => `${roundName(index)} ${dayTime(round.opens)} 至 ${dayTime(round.closes)}`,
  );
  return `投票分 ${rounds.length} 轮：${spans.join('；')}。每轮重新计票。`;
}

/** How voters are known, where WeChat is asked; of the account's name what is known. */
export function wechatSentences({
  wechat,
  account,
  rule,
}: Pick<Ruled, 'wechat' | 'account' | 'rule'>): string[] {
  if (!wechat) return [];
  const { outside, follow, keyword } = wechat;
  const name = account ? `公众号“${account.name}”` : '主办单位的公众号';
  return [
    `${outside === 'refused' ? '请在微信中投票' : '在微信中投票时'}，由微信确认一人一份；不读取昵称、头像，不保存微信号。`,
    outside === 'weighed' ? '也可以用其他浏览器投票，选票核对得更仔细。' : '',
    follow ? `投票前请先关注${name}。` : '',
    keyword ? `也可以给${name}发消息投票：发${whatToSend({ wechat, rule })}，次数与页面合计。` : '',
  ].filter(Boolean);
}

/** What a voter has to know of the ballots that are opened at the end; null where none are. */
export function sampleSentence(sample: number): string | null {
  if (sample === 0) return null;
  return `为便于公众核对计票，投票截止后从全部选票中随机抽取最多 ${sample} 张，公开选了谁，不公开是谁投的；把回执编号告诉过别人的，抽中后会被认出。`;
}

/** May one candidate be picked again in a period? Said only where several ballots make it a question. */
export function repeatSentence({ rule, noun }: Pick<Ruled, 'rule' | 'noun'>): string | null {
  if (rule.ballotsPerPeriod < 2) return null;
  const period = rule.period === 'day' ? '每天' : '整轮';
  return rule.repeatCandidate
    ? `同一${noun.measure}候选可以在不同的选票里重复选。`
    : `同一${noun.measure}候选${period}只能选一次。`;
}

/** "公众投票占综合得分 40%，其余为专家评审 40%、媒体评审 20%。" */
export function formulaSentence(weights: Weights | undefined): string | null {
  if (!weights) return null;
  const rest = formulaParts(weights).filter((part) => part.key !== 'vote');
  if (rest.length === 0) return BY_VOTE;
  return `公众投票占综合得分 ${weights.vote}%，其余为${rest.map((part) => `${part.name} ${part.percent}%`).join('、')}。`;
}

export interface FormulaPart {
  key: keyof Weights;
  name: string;
  percent: number;
}

/** The parts of the composite that count at all, in the order of the stages: vote, experts, media, merit. */
export function formulaParts(weights: Weights): FormulaPart[] {
  const parts = (Object.keys(partWords) as PartId[]).map((key) => ({
    key,
    name: partWords[key],
    percent: weights[key],
  }));
  return parts.filter((part) => part.percent > 0);
}

export function revealSentence(reveal: Reveal): string {
  if (reveal.kind === 'live') return '票数实时公布。';
  if (reveal.kind === 'daily') return `票数每天 ${minuteOfDay(reveal.at)} 公布一次。`;
  return `投票期间不公布票数，${dayTime(reveal.from)} 起公布。`;
}
