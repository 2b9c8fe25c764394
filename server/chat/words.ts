import type { Receipt } from '@zuimei/shared/ballot.ts';
import { openRound, publishedOf } from '@zuimei/shared/contest.ts';
import { whatToSend } from '@zuimei/shared/keyword.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { dayTime, dayTimeSeconds, nearTime } from '@zuimei/shared/moment.ts';
import { againWords, periodWord, spentWords } from '@zuimei/shared/quotawords.ts';
import type { Refusal, RefusalCode } from '@zuimei/shared/refusal.ts';
import { refusalSentence, refusalWords } from '@zuimei/shared/refusalwords.ts';
import type { TallyView } from '@zuimei/shared/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { OwnRecord } from '../vote/receipt.ts';

/** What the account says in a chat. A line for each thing, links as WeChat shows them; chat.ts decides which. */

const MOST_BYTES = 2_048;
const MOST_SHOWN = 5;
const MOST_NAMED = 10;
const MOST_NAME = 20;

/** One contest as a chat tells of it. `base`: the site's address without a slash at the end; `now` in ms. */
export interface Talk {
  contest: StoredContest;
  base: string;
  now: number;
}

/** Lines as one answer, as many as WeChat takes: its bound is in bytes, and one beyond it is shown to nobody. */
export function answerOf(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    if (line === '') continue;
    const longer = text === '' ? line : `${text}\n${line}`;
    if (Buffer.byteLength(longer) <= MOST_BYTES) text = longer;
  }
  return text;
}

export function votedLines(talk: Talk, receipt: Receipt, picks: readonly number[], left: number): string[] {
  const { contest, now } = talk;
  const entered = `${dayTimeSeconds(receipt.at)} 记入公开账本，序号 ${entryNumber(receipt.index)}。`;
  return [
    receipt.state === 'held'
      ? `选票已收到：${picksWords(contest, picks)}。需要核对后再计入票数，您不用做什么。`
      : `投票成功：${picksWords(contest, picks)}。`,
    entered,
    againWords(contest, left, now),
    link(talk, '查看投票页面', picks.length === 1 ? picks[0] : undefined),
  ];
}

/** Why a vote by message was not taken, and what to do. */
export function refusedLines(talk: Talk, { code, details }: Refusal): string[] {
  const { contest, now } = talk;
  const sentence = (): string =>
    code in refusalWords
      ? plain(refusalSentence(code as RefusalCode, details, contest.noun))
      : refusalWords.internal;
  const page = link(talk, '打开投票页面');
  switch (code) {
    case 'quota_spent':
      return [`${spentWords(contest, now)}。`, '发“查票”可看自己的选票。', page];
    case 'follow_needed':
      return [`请先关注公众号“${plain(String(details['account'] ?? ''))}”，再发一次。`, page];
    case 'proof_needed':
    case 'proof_wrong':
      return ['这一次要先做安全验证，请在投票页面投票。', page];
    case 'busy':
    case 'too_many_requests':
      return ['现在投票的人较多，这一次没有办成。请过一会儿发“查票”看看，没有记下再发一次。'];
    case 'too_few_picks':
      return [sentence(), `请在一条消息里发${whatToSend(contest)}。`, page];
    case 'unknown_candidate':
    case 'candidate_withdrawn':
      return [sentence().replace('请重新选择', '请看编号后再发'), link(talk, '查看候选编号')];
    case 'already_closed':
      return [`《${plain(contest.title)}》投票已截止，感谢参与。`, endLink(talk) || link(talk, '查看活动')];
    case 'not_open_yet':
      return [`《${plain(contest.title)}》${sentence()}`, link(talk, '先看候选')];
    default:
      return [sentence(), page];
  }
}

/** How many votes a candidate has, as far as the page shows it too. */
export function countLines(talk: Talk, tally: TallyView, number: number): string[] {
  const { contest, now } = talk;
  const candidate = contest.candidates.find((one) => one.number === number);
  if (!candidate)
    return [`没有 ${number} 号${contest.noun.name}，请看编号后再发。`, link(talk, '查看候选编号')];
  const name = `${number} 号 ${plain(candidate.name)}`;
  const page = link(talk, `查看这${contest.noun.measure}候选`, number);
  if (candidate.withdrawn) return [`${name} 已退出。`, page, endLink(talk)];
  if (!tally.counts) {
    const next = tally.nextRevealAt;
    return [
      `${name} 的票数尚未公布${next ? `，将于 ${nearTime(next, now)} 公布` : ''}。`,
      page,
      endLink(talk),
    ];
  }
  const { votes, held } = tally.counts.find((one) => one.number === number) ?? { votes: 0, held: 0 };
  const heldWords = held > 0 ? `，另有 ${grouped(held)} 票待核` : '';
  return [`${name}：${grouped(votes)} 票${heldWords}（${dayTime(tally.asOf)}）。`, page, endLink(talk)];
}

/** The sender's own ballots of this contest, newest first, and how many are left now. */
export function mineLines(talk: Talk, ballots: readonly OwnRecord[], left: number): string[] {
  const { contest, now } = talk;
  const open = openRound(contest, now) >= 0;
  const period = periodWord(contest);
  return [
    ballots.length === 0
      ? `《${plain(contest.title)}》里还没有您的选票。`
      : `您在《${plain(contest.title)}》投了 ${ballots.length} 张选票：`,
    ...ballots
      .slice(0, MOST_SHOWN)
      .map((one) => `${dayTimeSeconds(one.at)} ${picksWords(contest, one.picks)}，${stands[one.now]}`),
    ballots.length > MOST_SHOWN ? '更早的请在投票页面“我的选票”查看。' : '',
    !open ? '' : left > 0 ? `${period}还可投 ${left} 张。` : `${spentWords(contest, now)}。`,
    endLink(talk) || link(talk, '打开投票页面'),
  ];
}

const stands: Record<OwnRecord['now'], string> = {
  counted: '已计票',
  held: '待核',
  void: '经裁定未计入',
};

/** What came of a contest, or how far it is. */
export function outcomeLines(talk: Talk): string[] {
  const { contest, now } = talk;
  const title = `《${plain(contest.title)}》`;
  const end = publishedOf(contest);
  if (end)
    return [`${title}${end === 'notice' ? '拟入选名单已经公示。' : '评选结果已经公布。'}`, endLink(talk)];
  const closes = contest.rounds.at(-1)?.closes ?? '';
  if (now < Date.parse(closes))
    return [`${title}投票 ${dayTime(closes)} 截止，之后才有结果。`, link(talk, '打开投票页面')];
  return contest.outcome
    ? [`${title}投票已截止，名单确定后先行公示。`, link(talk, '查看活动')]
    : [`${title}投票已截止，票数见排行。`, anchor(`${talk.base}/c/${contest.slug}/rank`, '查看排行')];
}

/** The word came without a number. */
export function askLines(talk: Talk): string[] {
  return [`请在一条消息里发${whatToSend(talk.contest)}。`, link(talk, '查看候选编号')];
}

/** How a contest is voted in by message. */
export function helpLines(talk: Talk): string[] {
  const { contest } = talk;
  return [
    `《${plain(contest.title)}》正在投票：`,
    contest.wechat?.keyword
      ? `发${whatToSend(contest)}，就是一张选票；发“查票”和编号看票数，只发“查票”看自己的选票。`
      : '',
    link(talk, '打开投票页面'),
  ];
}

export function unclearLines(talks: readonly Talk[]): string[] {
  return ['没有看懂这条消息。', ...talks.flatMap(helpLines)];
}

/** A number by itself, while more than one contest is open. */
export function severalLines(talks: readonly Talk[]): string[] {
  return [
    `有 ${talks.length} 个活动正在投票，请在页面里投：`,
    ...talks.slice(0, MOST_SHOWN).map((talk) => link(talk, plain(talk.contest.title))),
  ];
}

/** To who has just followed the account. */
export function welcomeLines(account: string, talks: readonly Talk[], base: string): string[] {
  if (talks.length === 0)
    return [`感谢关注“${plain(account)}”。现在没有正在进行的投票。`, anchor(`${base}/`, '查看活动')];
  return [`感谢关注“${plain(account)}”。`, ...talks.slice(0, MOST_SHOWN).flatMap(helpLines)];
}

/** Nothing is open, and somebody asks how to vote. */
export function quietLines(base: string): string[] {
  return ['现在没有可以发消息投票的活动。', anchor(`${base}/`, '查看活动')];
}

/** WeChat does not say who sent it. */
export function awayLines(base: string): string[] {
  return ['微信暂时没有回应，请稍后再发一次，或在投票页面投票。', anchor(`${base}/`, '查看活动')];
}

/** Said when the true answer would come too late for WeChat: what was sent may have been entered, or be entered yet. */
export const lateWords = '现在投票的人较多，您的消息正在处理，请不要重复发送。过一会儿发“查票”看结果。';
/** Something of ours is broken. */
export const brokenWords = '系统暂时出了问题，请过一会儿发“查票”，看选票是否已经记下。';
/** More messages in a minute than anybody types. */
export const hastyWords = '消息太频繁了，请过一分钟再发。';

/** Short enough that a whole ballot stands in a line. */
function picksWords({ candidates, noun }: StoredContest, picks: readonly number[]): string {
  const names = picks.slice(0, MOST_NAMED).map((pick) => {
    const name = candidates.find((one) => one.number === pick)?.name ?? '';
    return `${pick} 号 ${plain(name.slice(0, MOST_NAME))}`.trimEnd();
  });
  const rest = picks.length > names.length ? `等 ${picks.length} ${noun.measure}` : '';
  return names.join('、') + rest;
}

function link({ contest, base }: Talk, words: string, number?: number): string {
  return anchor(`${base}/c/${contest.slug}${number === undefined ? '' : `/n/${number}`}`, words);
}

/** To the notice or the result; '' while there is neither. */
function endLink({ contest, base }: Talk): string {
  const end = publishedOf(contest);
  return end ? anchor(`${base}/c/${contest.slug}/${end}`, end === 'notice' ? '查看公示' : '查看结果') : '';
}

function anchor(url: string, words: string): string {
  return `<a href="${url}">${words}</a>`;
}

/** Names are never markup. */
function plain(text: string): string {
  return text.replaceAll('<', '＜').replaceAll('>', '＞');
}

function grouped(value: number): string {
  return value.toLocaleString('zh-CN');
}
