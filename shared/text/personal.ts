import { narrow } from './character.ts';

/** What can look out of a text that nobody may read in public, and what it is called. */
export const personalWords = {
  identity: '身份证号',
  phone: '电话号码',
  email: '邮箱',
  network: '网络地址',
  address: '住址',
} as const;
export type PersonalKind = keyof typeof personalWords;

/**
 * How each of them looks, in full numbers: a count, a year, a date, a document's number (应急〔2026〕12号) and a candidate's number are none.
 * A number of seven or eight digits is a telephone only where the text says so.
 */
const looks: Record<PersonalKind, readonly RegExp[]> = {
  identity: [
    /(?<![\dA-Z])[1-9]\d{5}[\s-]?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\s-]?\d{3}[\dX](?![\dA-Z])/iu,
  ],
  phone: [
    /(?<!\d)1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)/u,
    /(?<!\d)\(?0\d{2,3}\)?[\s-]?\d{3,4}[\s-]?\d{4}(?!\d)/u,
    /(?:电话|手机|座机|致电|联系方式)(?:号码?)?[\s:是为]{0,3}\d{3,4}[\s-]?\d{4}(?!\d)/u,
  ],
  email: [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/u],
  network: [
    /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])/u,
    /(?<![\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3,7}(?![\w:])/iu,
    /(?<![\w:])(?:[0-9a-f]{1,4}:)+(?::[0-9a-f]{1,4})+(?![\w:])/iu,
    /(?<![\w:])(?:[0-9a-f]{1,4}:)+:(?:\/\d{1,3})?(?![\w:])/iu,
  ],
  address: [
    /[\p{Script=Han}](?:路|街|大道|巷|弄|胡同)\s?\d{1,5}\s?(?:号|弄)(?!\s?(?:候选|人选|选手|作品|案例|文|令|公告|通告|通知))/u,
    /(?<!\d)\d{1,4}\s?(?:栋|幢|号楼|单元)\s?(?:\d{1,3}\s?单元\s?)?\d{1,5}(?:\s?室)?/u,
  ],
};

/** The first thing in a text that looks like somebody's number or address, as it stands there; null = there is none. */
export function personalIn(text: string): { kind: PersonalKind; seen: string } | null {
  const plain = narrow(text);
  for (const kind of Object.keys(looks) as PersonalKind[])
    for (const look of looks[kind]) {
      const seen = look.exec(plain)?.[0];
      if (seen) return { kind, seen };
    }
  return null;
}
