import type { Instant } from '@zuimei/shared/time.ts';

const SHANGHAI = '+08:00';
const OFFSET_MS = 8 * 3_600_000;

/** An instant as a date-and-time field writes it, in Shanghai time: "2026-03-28T17:00". '' stays ''; so does what is no instant. */
export function toField(instant: Instant | ''): string {
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? '' : new Date(ms + OFFSET_MS).toISOString().slice(0, 16);
}

/** The other way: what the field holds, read as Shanghai time whatever the computer's own zone. Unfinished input gives ''. */
export function fromField(text: string): Instant | '' {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) return '';
  const ms = Date.parse(text + SHANGHAI);
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString();
}
