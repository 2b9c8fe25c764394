import type { RefusalCode } from '../refusal.ts';
import { type ObjectionRefusal, refusalWords } from '../refusalwords.ts';

const objectionWords: Record<ObjectionRefusal, string> = {
  objection_closed: '公示已经结束，异议不再在线受理。如有新的情况，请按公示上的电话联系受理单位。',
  objection_anonymous: '本次公示只受理署名异议，请填写姓名和联系电话。您填写的内容仍保留在本页。',
  objection_too_many: '您在一天内提交的异议已达到 {most} 件。如需补充，请按公示上的电话联系受理单位。',
  objection_file: '附件{name}不能接收。请换成 PDF、Word、Excel、JPG 或 PNG 文件，最多 5 个。',
  objection_unknown: '没有找到这个查询码。请核对后再试，字母不分大小写。',
};

/** The sentence of every refusal a citizen can meet, whether they vote or object. */
export const allRefusalWords: Record<RefusalCode, string> = { ...refusalWords, ...objectionWords };
