import { narrow } from '@zuimei/shared/text/character.ts';
import { inFigures } from '@zuimei/shared/text/numeral.ts';

const YEAR_MS = 365.2425 * 86_400_000;

/**
 * Years of service in what people write: "9年", "十二年", "半年", "两年半", "18个月", "1年6个月", or when it began ("2023年起",
 * "2019.5至今"), counted until `now` (ms). Null when the text tells neither.
 */
export function yearsOf(raw: string, now: number): number | null {
  const text = inFigures(narrow(raw).replace(/\s/gu, ''));
  const began = /(?<!\d)((?:19|20)\d\d)(?:[年./-](\d{1,2})(?!\d))?/u.exec(text);
  if (began) {
    const month = Math.min(12, Math.max(1, Number(began[2] ?? 1)));
    const from = Date.UTC(Number(began[1]), month - 1, 1);
    return Math.max(0, (now - from) / YEAR_MS);
  }
  const years = /(\d+(?:\.\d+)?)(?:余|多|来)?(?:周?年|载)/u.exec(text) ?? /^(\d{1,2}(?:\.\d)?)$/u.exec(text);
  const months = /(\d+)个?月/u.exec(text);
  const half = /半(?:年|载)|年半/u.test(text);
  if (!years && !months && !half) return null;
  return Number(years?.[1] ?? 0) + Number(months?.[1] ?? 0) / 12 + (half ? 0.5 : 0);
}
