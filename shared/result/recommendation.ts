import { sha256Hex } from '#sha256';
import type { CandidateKind, Section } from '../contest.ts';
import { entryNumber } from '../ledger/number.ts';
import type { Instant } from '../time.ts';
import type { NoticeFacts, RecommendFacts, ResultFacts } from './act.ts';
import { checkAct, type ProvenAct } from './proven.ts';

/*
 * recommendation.zip, `zuimei-recommendation@1`: those whom a contest recommends to the level above, with what shows that it chose them.
 *
 *   recommendation.json  Recommendation: who recommends whom to whom, and the log's key
 *   nominees.json        RecommendedNominee[]; its SHA-256 stands in the ledger's `recommend` act
 *   acts.json            ProvenAct[]: choice, notices, results and the recommendation itself, each with its proof
 *   photo-<n>.jpg        of nominee n; their SHA-256 stand in nominees.json
 *
 * All of it is public. Private fields go as a 报送表 beside it.
 */
export const RECOMMENDATION_FORMAT = 'zuimei-recommendation@1';
export const recommendationLimits = { nominees: 100, fileBytes: 8 << 20, photoBytes: 8 << 20 };

export interface Recommendation {
  format: typeof RECOMMENDATION_FORMAT;
  /** Slug, and what people call it. */
  contest: string;
  title: string;
  organizers: string[];
  /** Of the contest's log. */
  verifierKey: string;
  to: string;
  /** 推荐意见 */
  opinion: string;
  madeAt: Instant;
}

export interface RecommendedNominee {
  number: number;
  kind: CandidateKind;
  name: string;
  unit: string;
  /** What its category is called. */
  category: string;
  post: string | null;
  years: string | null;
  reason: string;
  deeds: Section[];
  honours: string[];
  /** Given by this contest. */
  honour: string;
  serial: string;
  /** Its line of the standing; points in units of 10 ** -decimals. */
  line: { votes: number; total: number; decimals: number; rank: number; of: number };
  photo: { name: string; digest: string } | null;
}

export interface CheckedRecommendation {
  head: Recommendation;
  nominees: RecommendedNominee[];
  /** Entries under the newest checkpoint that a proof names. */
  size: number;
}

/**
 * Checks a package: every act stands in the log of its own key, the recommendation has the digest of the nominees, each nominee is named by a
 * result that was on a notice, photos are those that were recommended, and nothing else is in it. Gives what it says, or the first fault
 * as a Chinese sentence. Whether the key is the right one is for the reader to know.
 */
export async function checkRecommendation(
  names: readonly string[],
  read: (name: string) => Uint8Array | null,
): Promise<CheckedRecommendation | { fault: string }> {
  const [head, nominees, acts] = [
    parsed<Recommendation>(read('recommendation.json')),
    parsed<RecommendedNominee[]>(read('nominees.json')),
    parsed<ProvenAct[]>(read('acts.json')),
  ];
  if (!isHead(head)) return { fault: 'recommendation.json 不是推荐材料的说明' };
  if (!Array.isArray(nominees) || !nominees.every(isNominee) || nominees.length === 0)
    return { fault: 'nominees.json 读不出被推荐人' };
  if (nominees.length > recommendationLimits.nominees) return { fault: '一份材料最多推荐 100 个' };
  if (!Array.isArray(acts) || !acts.every(isProven)) return { fault: 'acts.json 读不出账本记录' };
  let size = 0;
  for (const act of acts) {
    const outcome = await checkAct({ contest: head.contest, verifierKey: head.verifierKey }, act);
    if (!outcome.ok) return { fault: `acts.json 中第 ${entryNumber(act.index)} 号记录与账本的签名不符` };
    size = Math.max(size, outcome.size);
  }
  const fault = factsFault(nominees, acts, read('nominees.json') ?? new Uint8Array());
  return fault ? { fault } : filesFault(names, read, { head, nominees, size });
}

function factsFault(
  nominees: readonly RecommendedNominee[],
  acts: readonly ProvenAct[],
  bytes: Uint8Array,
): string | null {
  const of = <Facts>(kind: string): Facts[] =>
    acts.filter((one) => one.kind === kind).map(({ act }) => act as unknown as Facts);
  const said = of<RecommendFacts>('recommend').at(-1);
  if (!said) return 'acts.json 中没有推荐记录';
  if (said.digest !== sha256Hex(bytes)) return 'nominees.json 与账本中推荐记录的摘要不符';
  const items = of<ResultFacts>('result').flatMap((result) => result.items);
  const noticed = of<NoticeFacts>('notice').flatMap((notice) =>
    notice.change === 'published' ? notice.numbers : [],
  );
  const revoked = of<{ serial: string }>('revoke').map(({ serial }) => serial);
  for (const { number, name, unit, honour, serial } of nominees) {
    const item = items.find((one) => one.number === number);
    const same =
      item?.name === name && item.unit === unit && item.honour === honour && item.serial === serial;
    if (!same || !said.numbers.includes(number)) return `${name}不在本级公布的结果里`;
    if (!noticed.includes(number)) return `${name}没有经过公示`;
    if (revoked.includes(serial)) return `${name}的证书已被撤销`;
  }
  return null;
}

function filesFault(
  names: readonly string[],
  read: (name: string) => Uint8Array | null,
  checked: CheckedRecommendation,
): CheckedRecommendation | { fault: string } {
  const known = new Set(['recommendation.json', 'nominees.json', 'acts.json']);
  for (const { name, photo } of checked.nominees) {
    if (!photo) continue;
    known.add(photo.name);
    const bytes = read(photo.name);
    if (!bytes || sha256Hex(bytes) !== photo.digest)
      return { fault: `${name}的照片 ${photo.name} 与推荐时的不同` };
  }
  const other = names.find((name) => !known.has(name));
  return other === undefined ? checked : { fault: `材料里多出了文件 ${other.slice(0, 80)}` };
}

function parsed<Value>(bytes: Uint8Array | null): Value | null {
  if (!bytes || bytes.length > recommendationLimits.fileBytes) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Value;
  } catch {
    return null;
  }
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most;
const isTexts = (value: unknown, count: number, most: number): value is string[] =>
  Array.isArray(value) && value.length <= count && value.every((one) => isText(one, most));

function isHead(value: Recommendation | null): value is Recommendation {
  return (
    value?.format === RECOMMENDATION_FORMAT &&
    isText(value.contest, 64) &&
    isText(value.title, 200) &&
    isTexts(value.organizers, 20, 100) &&
    isText(value.verifierKey, 400) &&
    isText(value.to, 100) &&
    isText(value.opinion, 2_000) &&
    isText(value.madeAt, 40)
  );
}

const kinds: readonly string[] = ['person', 'team', 'case', 'work', 'venue'] satisfies CandidateKind[];

/** Whatever a file says; nothing of it is trusted to be there. */
function isNominee(value: RecommendedNominee | null): value is RecommendedNominee {
  if (typeof value !== 'object' || value === null) return false;
  const { number, kind, name, unit, category, post, years, reason, deeds, honours, honour, serial, photo } =
    value;
  return (
    Number.isSafeInteger(number) &&
    kinds.includes(kind) &&
    [name, unit, category, honour, serial].every((text) => isText(text, 200)) &&
    [post, years].every((text) => text === null || isText(text, 200)) &&
    isText(reason, 2_000) &&
    isTexts(honours, 50, 500) &&
    Array.isArray(deeds) &&
    deeds.length <= 20 &&
    deeds.every((one) => isText(one?.title, 200) && isTexts(one.paragraphs, 200, 5_000)) &&
    (photo === null || (/^photo-\d{1,3}\.jpg$/u.test(photo?.name ?? '') && isText(photo.digest, 64)))
  );
}

function isProven(value: ProvenAct | null): value is ProvenAct {
  return (
    Number.isSafeInteger(value?.index) &&
    isText(value?.at, 40) &&
    isText(value?.kind, 32) &&
    isText(value?.proof, 65_536) &&
    typeof value?.act === 'object'
  );
}
