import type { PaperName } from '@zuimei/shared/out.ts';
import { paperTitles } from '@zuimei/shared/out.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';

const SHANGHAI_MS = 8 * 3_600_000;

/** "2026年4月2日 9:05", Shanghai. */
export function momentWords(ms: number): string {
  const date = new Date(ms + SHANGHAI_MS);
  const minute = String(date.getUTCMinutes()).padStart(2, '0');
  return `${date.getUTCFullYear()}年${date.getUTCMonth() + 1}月${date.getUTCDate()}日 ${date.getUTCHours()}:${minute}`;
}

/** "2026-04-02" of a number of days since 1970, as shared/time.ts shanghaiDay counts them. */
export function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** "2026年度最美应急人-汇总表-20260402.docx": no character that a file's name must not have. */
export function fileName(title: string, what: PaperName, name: string, now: number, ending: string): string {
  return fileNamed([title, paperTitles[what], name], now, ending);
}

/** These parts, those that are not empty, and the day. */
export function fileNamed(parts: readonly string[], now: number, ending: string): string {
  const day = shanghaiDate(now).replaceAll('-', '');
  return `${[...parts, day]
    .map(plain)
    .filter((part) => part !== '')
    .join('-')}.${ending}`;
}

function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\\/:*?"<>|“”\p{Cc}\p{Cf}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^\.+/u, '')
    .slice(0, 60)
    .toWellFormed();
}
