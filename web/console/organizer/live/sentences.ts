import { hasVote } from '@zuimei/shared/contest.ts';
import type { Attention, Channel, LiveView, ReadyCheck, ReadyCode } from '@zuimei/shared/live.ts';
import { dayTime, minuteOfDay, span } from '@zuimei/shared/moment.ts';
import { overWords, phaseWord } from '@zuimei/shared/words.ts';
import { grouped } from '../../../lib/words.ts';

export const channelWords: Record<Channel, string> = {
  wechat: '微信',
  phone: '手机浏览器',
  computer: '电脑',
  message: '公众号消息',
  unknown: '未知',
};

/** Why a ballot was refused, in a word or two. */
const refusedWords: Record<string, string> = {
  quota_spent: '本期已投完',
  picked_already: '重复投同一候选',
  gate_refused: '过于频繁',
  proof_needed: '要求安全验证',
  proof_wrong: '安全验证未通过',
  no_voter: '没有投票身份',
  wechat_needed: '不在微信里',
  wechat_away: '微信没有回应',
  snapshot_user: '微信快照页',
  follow_needed: '没有关注公众号',
  ticket_invalid: '页面已失效',
  ticket_expired: '页面打开过久',
  ticket_too_fresh: '页面刚打开',
  not_open_yet: '尚未开始',
  no_vote: '不投票的活动',
  already_closed: '已截止',
  paused: '已暂停',
  candidate_withdrawn: '候选已退出',
  unknown_candidate: '不在名单',
  too_few_picks: '选得不够',
  too_many_picks: '选得过多',
  category_too_few: '组别选得不够',
  category_too_many: '组别选得过多',
  duplicate_pick: '同票重复选',
  busy: '服务器忙',
};

export function refusedWord(code: string): string {
  return refusedWords[code] ?? '其他';
}

export function refusedNote({ total, by }: LiveView['refused']): string {
  const [first] = by;
  return total > 0 && first ? `最多：${refusedWord(first.code)}` : '还没有';
}

/** One thing to look at: what it is, and what follows from it. */
export interface Note {
  tone: 'hold' | 'red';
  title: string;
  words: string;
}

export function attentionNote(one: Attention): Note {
  if (one.kind === 'paused')
    return { tone: 'red', title: `投票已暂停（${dayTime(one.since)} 起）`, words: `原因：${one.reason}` };
  if (one.kind === 'held')
    return {
      tone: 'hold',
      title: `${grouped(one.ballots)} 张选票待核`,
      words: '暂未计入，等待审计两人裁定。',
    };
  if (one.kind === 'surge')
    return {
      tone: 'hold',
      title: `${two(one.number)} 号 ${one.name} 近 1 小时占比${one.tenths > 0 ? `为此前一天的 ${one.tenths / 10} 倍` : '明显上升'}`,
      words: `近 1 小时 ${grouped(one.lastHour)} 张。可能是集中动员，也可能异常，选票照常计入。`,
    };
  if (one.kind === 'unscreened')
    return {
      tone: 'hold',
      title: one.now ? '计数器（Redis）没有连上' : `${grouped(one.ballots)} 张选票未经共享计数器核对`,
      words: one.now
        ? `选票照常接收，由本服务器单独核对。已有 ${grouped(one.ballots)} 张这样入账。`
        : '计数器曾经断开，这些选票已在账本里标明，可供审计查看。',
    };
  if (one.kind === 'sealer')
    return {
      tone: 'red',
      title: '存证签名延迟',
      words: `${grouped(one.pending)} 条账目还没有签名，选票不受影响。请告知系统管理员。`,
    };
  if (one.kind === 'witness')
    return {
      tone: 'hold',
      title: `${one.name} ${grouped(one.minutes)} 分钟没有新的见证`,
      words: '请联系该单位，确认见证程序在运行。选票不受影响。',
    };
  if (one.kind === 'few')
    return {
      tone: 'hold',
      title: `存证点 ${grouped(one.minutes)} 分钟没有成为正式`,
      words: `要求 ${one.needed} 家见证，最新的存证点有 ${one.signed} 家签名。请联系见证单位，选票不受影响。`,
    };
  return { tone: 'hold', title: '规则刚刚变更', words: '正在写入账本，一两秒后完成。' };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

const readyWords: Record<ReadyCode, (count: number) => { done: string; todo: string }> = {
  published: () => ({ done: '活动已发布', todo: '活动还没有发布，公众看不到' }),
  candidates: (n) => ({
    done: `候选 ${n} 个`,
    todo: n === 0 ? '还没有公布候选' : `候选只有 ${n} 个，不够填一张选票`,
  }),
  categories: (n) => ({ done: '各组别都有候选', todo: `${n} 个组别没有候选，或不够最少选择数` }),
  organizers: () => ({ done: '主办单位已填写', todo: '主办单位还没有填写' }),
  wechat: () => ({
    done: '微信识别已接通公众号',
    todo: '设置了微信识别，但本站没有接入公众号',
  }),
  reported: (n) => ({ done: '各单位都已报送', todo: `${n} 个单位还没有报送` }),
  reviewed: (n) => ({ done: '报送都已审核', todo: `${n} 份报送还没有审核` }),
  reasons: (n) => ({ done: '候选都有推荐理由或事迹', todo: `${n} 个候选没有推荐理由和事迹` }),
  photos: (n) => ({ done: '候选都有照片', todo: `${n} 个候选没有照片` }),
  reveal: () => ({ done: '票数公布时间合适', todo: '票数在投票截止前就会公布' }),
  footer: () => ({ done: '页脚备案和联系方式已填写', todo: '页脚的 ICP 备案或联系方式还没有填写' }),
};

export function readySentence({ code, ok, count }: ReadyCheck): string {
  const words = readyWords[code](count);
  return ok ? words.done : words.todo;
}

/** When counts that are hidden now will be shown, and to whom they are hidden. */
export function sealedSentence({ reveal, nextRevealAt }: Pick<LiveView, 'reveal' | 'nextRevealAt'>): string {
  const when = nextRevealAt ? `${dayTime(nextRevealAt)} 起公布` : '到时公布';
  const daily = reveal.kind === 'daily' ? `，每天 ${minuteOfDay(reveal.at)} 更新` : '';
  return `投票期间不公布各候选的票数，主办单位和审计也看不到。${when}${daily}。`;
}

/** "投票中 · 余 3 天 06:41" */
export function stageWords(
  view: LiveView,
  now: number,
): { tone: 'ok' | 'hold' | 'red' | 'plain'; words: string } {
  if (!hasVote(view)) return { tone: 'plain', words: phaseWord(view.phase, false) };
  const round = view.rounds[view.round];
  if (view.stage === 'open' && round) {
    if (view.paused) return { tone: 'red', words: '已暂停' };
    return { tone: 'ok', words: `投票中 · 余 ${span(Date.parse(round.closes) - now)}` };
  }
  const next = view.rounds.find((one) => now < Date.parse(one.opens));
  if (next) {
    const words = view.stage === 'between' ? '下一轮' : '距投票开始';
    return { tone: 'hold', words: `${words} ${span(Date.parse(next.opens) - now)}` };
  }
  return { tone: 'plain', words: overWords(view.phase) };
}
