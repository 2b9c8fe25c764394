import { groupBy } from '@zuimei/shared/judging/group.ts';
import type { Panel } from '@zuimei/shared/judging/outcome.ts';
import { dayTime, nearTime } from '@zuimei/shared/moment.ts';
import { type PanelsView, type PanelView, panelWords, type SeatView } from '@zuimei/shared/panel.ts';
import type { RecusalGround, SeatState } from '@zuimei/shared/sheet.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import { numberLabel } from '../../../lib/words.ts';

export type Tone = 'ok' | 'hold' | 'red' | 'plain';

export const seatStateWords: Record<SeatState, string> = {
  seated: '在席',
  absent: '缺席',
  removed: '已撤下',
};

/** What each word does to the counting; the four are easily mixed up. */
export const effectWords: readonly { word: string; effect: string }[] = [
  { word: '回避', effect: '评委不评这位候选；这位候选少一份评分表，不算零分。' },
  { word: '弃权', effect: '评委自愿不给这位候选打分；这一行不计入，不算零分。' },
  { word: '缺席', effect: '整份评分表不计入；席位仍计入应到，影响法定人数。' },
  { word: '撤下', effect: '不再是评审组成员；评分表不计入，席位也不计入应到。' },
];

export const groundWords: Record<RecusalGround, string> = {
  unit: '同单位',
  declared: '本人申报',
  ordered: '主办单位要求',
};

const digits = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/** [2, 3] is 三分之二. */
export function fractionWords([part, whole]: readonly [number, number]): string {
  if (part === whole) return '全部';
  return `${digits[whole] ?? whole}分之${digits[part] ?? part}`;
}

/** The rule of a panel in a sentence: what is scored, what is dropped, how many sheets it takes. */
export function ruleSentence({ criteria, trim, trimFrom, least, quorum, severity, blind }: Panel): string {
  const scored = criteria.map(({ name, full, weight }) => `${name} ${full} 分（占 ${weight}%）`).join('、');
  const half = criteria.some((one) => one.half) ? '，可打半分' : '';
  const dropped =
    trim > 0 ? `满 ${trimFrom} 份时去掉最高、最低各 ${trim} 份后平均，不满则全部平均` : '全部评分表平均';
  const severe = severity === 'remove' ? '，平均前先扣除各席位的宽严' : '';
  const shut = blind ? '评委看不到报送单位。' : '';
  return `${scored}${half}。${dropped}${severe}；每位候选至少 ${least} 份，${fractionWords(quorum)}席位锁定才能计算。${shut}`;
}

/** How far a seat is, in a word. */
export function seatMark(seat: SeatView): { words: string; tone: Tone } {
  if (seat.state !== 'seated') return { words: seatStateWords[seat.state], tone: 'plain' };
  if (seat.locked) return { words: '已锁定', tone: 'ok' };
  if (!seat.joined)
    return seat.invitedUntil ? { words: '待启用', tone: 'hold' } : { words: '链接已过期', tone: 'red' };
  if (seat.done === 0) return { words: '未开始', tone: 'hold' };
  return seat.done < seat.of ? { words: '评分中', tone: 'hold' } : { words: '待锁定', tone: 'hold' };
}

/** When the judge was here last, or that they never were. */
export function seenWords(seat: SeatView, now: number): string {
  if (!seat.joined) return seat.invitedUntil ? `未打开，链接 ${dayTime(seat.invitedUntil)} 前有效` : '未打开';
  return seat.seenAt ? `最近 ${nearTime(seat.seenAt, now)}` : '已启用';
}

/** "03 号 张三" */
export function candidateWords(candidates: PanelsView['candidates'], number: number): string {
  const name = candidates.find((one) => one.number === number)?.name;
  return `${numberLabel(number)} 号${name ? ` ${name}` : ''}`;
}

/** "02 号 李四（同单位）、05 号 …", '' where there is none. */
export function recusalWords(seat: SeatView, candidates: PanelsView['candidates']): string {
  return seat.recusals
    .map(({ number, ground }) => `${candidateWords(candidates, number)}（${groundWords[ground]}）`)
    .join('、');
}

const NAMED_MOST = 5;

/** Whom a panel cannot judge as its rule asks, and what helps; one sentence for all who can get as few. */
export function gapSentences(gaps: PanelView['gaps'], candidates: PanelsView['candidates']): string[] {
  const alike = groupBy(gaps, ({ sheets }) => sheets);
  return [...alike].map(([sheets, own]) => {
    const least = own[0]?.least ?? 0;
    const named = own.slice(0, NAMED_MOST).map(({ number }) => candidateWords(candidates, number));
    const who = named.join('、') + (own.length > NAMED_MOST ? ` 等 ${own.length} 位` : '');
    const most = sheets > 0 ? `最多只能得到 ${sheets} 份评分表` : '得不到评分表';
    return `${who} ${most}，至少要 ${least} 份：请增补 ${least - sheets} 位评委，或恢复记为缺席的席位。`;
  });
}

/** "已锁定 3 份，至少 4 份，共 6 席" */
export function quorumWords({ quorum: { locked, needed, appointed } }: PanelView): string {
  const missing = Math.max(0, needed - locked);
  return `已锁定 ${locked} 份，法定 ${needed} 份，应到 ${appointed} 席${missing > 0 ? `，还差 ${missing} 份` : ''}`;
}

/** The seats that are still at it. */
export function unfinished(panels: readonly PanelView[]): { panel: PanelView; seat: SeatView }[] {
  return panels.flatMap((panel) =>
    panel.seats
      .filter((seat) => seat.kind === 'full' && seat.state === 'seated' && !seat.locked)
      .map((seat) => ({ panel, seat })),
  );
}

/** One message for each judge who is not done, to be sent one by one: it says nothing of the others, and no points. */
export function reminders({
  title,
  panels,
  closes,
}: Pick<PanelsView, 'title' | 'panels' | 'closes'>): string[] {
  const until = closes ? `请于 ${dayTime(closes)} 前` : '请尽快';
  return unfinished(panels).map(({ panel, seat: { name, code, done, of, joined } }) => {
    const how = !joined
      ? '还没有打开账号链接。'
      : done < of
        ? `已评 ${done} 位，共 ${of} 位。`
        : `${of} 位已全部评完，尚未锁定。`;
    return `${name || code}您好：${quoted(title)}${panelWords[panel.id].name}（席位 ${code}）${how}${until}评完并锁定评分表。`;
  });
}
