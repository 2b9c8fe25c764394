import { dayTime } from './moment.ts';
import type { RefusalCode, RefusalDetails } from './refusal.ts';

/** Met by who objects alone: their sentences stand apart (result/refusalwords.ts), so that a phone that votes does not load them. */
export type ObjectionRefusal = Extract<RefusalCode, `objection_${string}`>;

/**
 * What a person reads for each refusal. `{name}` is filled from the refusal's details (instants become "3月28日 17:00");
 * `{measure}` and `{noun}` are the contest's own words (位 / 人物). Say what happened, that nothing is lost, and the next step.
 */
export const refusalWords: Record<Exclude<RefusalCode, ObjectionRefusal>, string> = {
  bad_request: '这次提交没有被识别，请刷新页面后再试。',
  not_found: '没有找到要看的内容，它可能已经撤下。',
  too_large: '提交的内容超出了大小限制。',
  too_many_requests: '当前请求较多，请稍候再试。',
  busy: '现在投票的人较多，正在排队，会自动重试。',
  internal: '系统暂时出了问题，您的选择仍保存在本机，请稍后再试。',
  no_voter: '没有取得投票身份，请刷新页面后再投。请确认浏览器允许保存 Cookie。',
  wechat_needed: '本活动请在微信中投票，您的选择已保留。',
  wechat_away: '微信暂时没有回应，您的选择已保留，请稍后再点投票。',
  snapshot_user:
    '您正在以“快照页”浏览，微信没有给出身份，不能投票。请点页面下方的“使用完整服务”，再点投票，您的选择已保留。',
  follow_needed: '本活动请先关注公众号“{account}”再投票，您的选择已保留。',
  ticket_invalid: '页面已更新，请刷新后再投。',
  ticket_expired: '页面打开时间较长，请刷新后再投。',
  ticket_too_fresh: '页面刚刚打开，请稍候一两秒再投。',
  not_open_yet: '投票将于 {opens} 开始。',
  no_vote: '这个活动只作展示，不投票。',
  already_closed: '投票已截止。',
  paused: '主办单位已暂停投票：{reason}',
  quarantined: '系统正在核对数据，暂不接受投票，恢复后请再试。已投的选票和您的选择都在。',
  quota_spent: '您这一期的 {limit} 张选票已投完。',
  picked_already: '{number} 号您已经投过，请换一{measure}再投。',
  gate_refused: '这张选票没有被接收。如有疑问，请联系主办单位。',
  proof_needed: '需要先做一次安全验证，验证后会自动提交，您的选择已保留。',
  proof_wrong: '安全验证没有通过，请再试一次，您的选择已保留。',
  unknown_candidate: '{number} 号不在本轮候选名单里，请重新选择。',
  candidate_withdrawn: '{number} 号 {name} 已退出，请重新选择。',
  duplicate_pick: '同一{measure}在一张选票里只能选一次。',
  too_few_picks: '每张选票至少选 {min} {measure}。',
  too_many_picks: '每张选票最多选 {max} {measure}。',
  category_too_few: '“{category}”组至少选 {min} {measure}。',
  category_too_many: '“{category}”组最多选 {max} {measure}。',
  not_sealed_yet: '正在等待下一个存证点，请稍候。',
  sealed: '票数尚未公布。',
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** The sentence for a refusal; a detail that is missing leaves no hole in braces. `words`: where those of a vote are not all. */
export function refusalSentence(
  code: RefusalCode,
  details: RefusalDetails,
  noun: { measure: string; name: string },
  words: Partial<Record<RefusalCode, string>> = refusalWords,
): string {
  const values: RefusalDetails = { measure: noun.measure, noun: noun.name, ...details };
  return (words[code] ?? refusalWords.internal).replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined || value === null) return '';
    return typeof value === 'string' && INSTANT.test(value) ? dayTime(value) : String(value);
  });
}
