import type { CandidateKind } from '@zuimei/shared/contest.ts';
import { opinionLacks, lackWords as opinionWords } from '@zuimei/shared/opinion.ts';
import { smallWords } from '@zuimei/shared/picture.ts';
import type { ShortlistLack, Warning, WarningCode } from '@zuimei/shared/shortlist.ts';

const sentences: Record<WarningCode, string> = {
  years_few: '工作年限写的是“{said}”，少于要求的 {least} 年。',
  reason_long: '推荐理由 {length} 字，超过 {limit} 字。',
  text_long: '“{title}”{length} 字，超过 {limit} 字。',
  leading_post: '职务“{post}”中有“{title}”，可能是领导干部，请核实。',
  photo_missing: '没有{word}。',
  photo_small: `{word}${smallWords}。`,
  proofs_few: '印证案例 {count} 个，少于要求的 {least} 个。',
  opinion_missing: `${opinionWords.opinion_missing}。`,
  opinion_scan: `${opinionWords.opinion_scan}。`,
  opinion_against: `${opinionWords.opinion_against}。`,
  consent_missing: '没有记录本人同意公示。',
  twin: '同一人选也由{unit}报送。',
  namesake: '{unit}报送了同名人选，请核实是否同一人。',
  deeds_short: '“{title}”只有 {length} 字，群众难以了解事迹。',
  phone_missing: '没有可用的联系电话。',
  unshown: '“{title}”里有显示不出的字：“{around}”，□处请改成能显示的字。',
  over_quota: '{unit}{of}已报送 {used} 份，超过名额 {most} 份。',
};

/** What stands in the way of an acceptance; the others are hints. */
const blocking: readonly WarningCode[] = [...opinionLacks, 'consent_missing', 'over_quota'];

export function warningSentence({ code, details }: Warning): string {
  return sentences[code].replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? ''));
}

export function isBlocking({ code }: Warning): boolean {
  return blocking.includes(code);
}

const lackWords: Record<ShortlistLack, string> = {
  number: '编号',
  photo: '照片',
  consent: '本人同意',
  name: '姓名',
  category: '组别',
};

/** What is missing of a nominee of this kind: a work has a cover or is a picture, a face it has not. */
export function lackWord(lack: ShortlistLack, kind: CandidateKind | undefined): string {
  return lack === 'photo' && kind === 'work' ? '封面或画面' : lackWords[lack];
}
