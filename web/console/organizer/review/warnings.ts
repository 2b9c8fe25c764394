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
  floor_below: '“{title}”{words}',
  unshown: '“{title}”里有显示不出的字：“{around}”，□处请改成能显示的字。',
  over_quota: '{unit}{of}已报送 {used} 份，超过名额 {most} 份。',
};

/** What a unit is asked to do about it; null: nothing that it could mend. */
const asks: Record<WarningCode, string | null> = {
  years_few: '工作年限不足 {least} 年，请核实年限或更换人选。',
  reason_long: '推荐理由 {length} 字，请压缩到 {limit} 字以内。',
  text_long: '“{title}”{length} 字，请压缩到 {limit} 字以内。',
  leading_post: '请核实职务“{post}”是否为领导干部，不符合条件的请更换人选。',
  photo_missing: '请补交{word}。',
  photo_small: '{word}太小（{has}），请换成接近 {asked} 像素的。',
  proofs_few: '印证案例只有 {count} 个，请补足 {least} 个。',
  opinion_missing: '请补“{step}”。',
  opinion_scan: '“{step}”请补盖章的扫描件。',
  opinion_against: null,
  consent_missing: '请补本人同意公示的签字。',
  twin: null,
  namesake: null,
  deeds_short: '“{title}”只有 {length} 字，请补充具体事例。',
  phone_missing: '请补联系电话。',
  floor_below: '“{title}”{words}请核实，或改报相应的组别。',
  unshown: '“{title}”里有显示不出的字，请改成能显示的字。',
  over_quota: '已超过名额 {most} 份，请确定保留的人选。',
};

/** Reasons of a return, made of the hints of those that are returned, each once. */
export function returnReasons(warnings: readonly Warning[]): string[] {
  const found = warnings.flatMap(({ code, details }) => {
    const ask = asks[code];
    return ask === null ? [] : [filled(ask, details)];
  });
  return [...new Set(found)];
}

/** What stands in the way of an acceptance; the others are hints. */
const blocking: readonly WarningCode[] = [...opinionLacks, 'consent_missing', 'over_quota'];

export function warningSentence({ code, details }: Warning): string {
  return filled(sentences[code], details);
}

function filled(sentence: string, details: Warning['details']): string {
  return sentence.replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? ''));
}

/** What the list can be narrowed to. */
export const hintWords: Record<WarningCode, string> = {
  years_few: '年限不足',
  reason_long: '推荐理由过长',
  text_long: '文字过长',
  leading_post: '可能是领导干部',
  photo_missing: '缺照片',
  photo_small: '照片偏小',
  proofs_few: '印证案例不足',
  opinion_missing: '缺意见',
  opinion_scan: '缺意见扫描件',
  opinion_against: '意见为不同意',
  consent_missing: '缺本人同意',
  twin: '重复报送',
  namesake: '同名',
  deeds_short: '事迹太短',
  phone_missing: '缺联系电话',
  floor_below: '低于组别要求',
  unshown: '有显示不出的字',
  over_quota: '超过名额',
};

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
