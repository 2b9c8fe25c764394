import type { AnswerFault } from '@zuimei/shared/answer.ts';

/** What to do about one answer. */
export function answerWords({ code, length = 0, limit = 0 }: AnswerFault): string {
  const words: Record<AnswerFault['code'], string> = {
    missing: '还没有填写。',
    too_long: `写了 ${length} 个字，请删减到 ${limit} 个字以内（空格不计）。`,
    not_a_choice: '请从给出的选项中选择。',
    not_a_month: '请选择年和月，如 1988 年 6 月。',
    not_a_phone: '应为 11 位手机号，或带区号的座机号。',
    not_an_identity: '应为 18 位身份证号，请核对。',
    not_a_number: '请填写数字。',
  };
  return words[code];
}
