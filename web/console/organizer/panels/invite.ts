import type { PanelId } from '@zuimei/shared/judging/outcome.ts';
import { dayTime } from '@zuimei/shared/moment.ts';
import { panelWords, type SeatDraft, type SeatLink } from '@zuimei/shared/panel.ts';
import type { SeatKind } from '@zuimei/shared/sheet.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import type { Instant } from '@zuimei/shared/time.ts';

export const INVITED_MOST = 50;
const NAME_MOST = 40;
const UNIT_MOST = 80;

/** One judge a line, "姓名 单位"; the unit may be missing. Blanks of any width and commas part the two, and what follows belongs to the unit. */
export function parseInvited(
  text: string,
  panel: PanelId,
  kind: SeatKind,
): { seats: SeatDraft[]; wrong: string | undefined } {
  const seats = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line): SeatDraft => {
      const [, name = '', unit = ''] = /^([^\s,，、]+)[\s,，、]*(.*)$/u.exec(line) ?? [];
      return { panel, name, unit: unit.trim(), kind };
    });
  return { seats, wrong: wrongIn(seats) };
}

function wrongIn(seats: readonly SeatDraft[]): string | undefined {
  if (seats.length === 0) return '请填写至少一位评委。';
  if (seats.length > INVITED_MOST) return `一次最多邀请 ${INVITED_MOST} 位，请分批办理。`;
  const nameless = seats.findIndex(({ name }) => name === '');
  if (nameless >= 0) return `第 ${nameless + 1} 行没有姓名。`;
  const long = seats.find(({ name, unit }) => name.length > NAME_MOST || unit.length > UNIT_MOST);
  if (long)
    return `“${long.name.slice(0, 10)}”这一行太长：姓名最多 ${NAME_MOST} 字，单位最多 ${UNIT_MOST} 字。`;
  const twice = seats.find((one, at) =>
    seats.slice(0, at).some(({ name, unit }) => name === one.name && unit === one.unit),
  );
  return twice ? `“${twice.name}”写了两遍。` : undefined;
}

/** What is sent to a judge beside the link. */
export function invitation(
  { name, code, login, link, until }: SeatLink,
  { title, panel, closes, trial }: { title: string; panel: PanelId; closes: Instant | null; trial: boolean },
): string {
  const what = trial ? '试评（不计入结果）' : '评审';
  const end = closes ? `，评分 ${dayTime(closes)} 截止` : '';
  return `评审邀请：${name}您好，请参加${quoted(title)}${panelWords[panel].name}${what}，您的席位是 ${code}。请在手机上打开下面的账号链接，设置 PIN 码后开始评分。登录名 ${login}${end}。链接只能用一次，${dayTime(until)} 前有效，请勿转给他人。\n${link}`;
}
