import { type Effect, effects, type FindingVerdict, findings } from '@zuimei/shared/result/act.ts';
import { effectsOf, isOnNumbers } from '@zuimei/shared/result/effect.ts';
import type { FindingDraft, ObjectionLine, ObjectionList } from '@zuimei/shared/result/view.ts';
import { effectWords, findingWords } from '@zuimei/shared/result/words.ts';
import type { SelectOption } from '../../frame/SelectField.vue';

/** Numbers with their names: “1 号林立夏、3 号陈望”. */
export function whomWords(candidates: ObjectionList['candidates'], numbers: readonly number[]): string {
  const nameOf = (number: number): string => candidates.find((one) => one.number === number)?.name ?? '';
  return numbers.map((number) => `${number} 号${nameOf(number)}`).join('、');
}

/** How far an objection is. */
export function lineMark(line: ObjectionLine): { words: string; tone: 'ok' | 'hold' | 'red' | 'plain' } {
  const last = line.findings.at(-1);
  if (line.proposal) return { words: '待审计确认', tone: 'hold' };
  if (last) return { words: findingWords[last.verdict], tone: last.effect === 'hold' ? 'hold' : 'ok' };
  if (line.late) return { words: '已逾期', tone: 'red' };
  return line.sentBack ? { words: '审计退回', tone: 'hold' } : { words: '待办理', tone: 'plain' };
}

/** What an effect does, said before it is chosen and before it is confirmed. */
export const effectNotes: Record<Effect, string> = {
  none: '名单不变，照常进入下一步。',
  hold: '所选候选暂不公布，其他人照常公布；查清后须另作结论。',
  fall: '所选候选不再入选，空出的名额由主办单位递补，递补者重新公示。',
  recompute: '现有综合得分作废，由主办单位重新计算，再定拟入选并重新公示。',
};

export const verdictOptions: SelectOption[] = findings.map((value) => ({
  value,
  label: findingWords[value],
}));

export function effectOptions(verdict: FindingVerdict, published: boolean): SelectOption[] {
  const may = effectsOf(verdict);
  return effects.map((value) => ({
    value,
    label: effectWords[value],
    note: effectNotes[value],
    disabled: !may.includes(value) || (value === 'recompute' && published),
  }));
}

/** A finding in one line. */
export function findingLine(
  candidates: ObjectionList['candidates'],
  { verdict, effect, numbers }: Pick<FindingDraft, 'verdict' | 'effect' | 'numbers'>,
): string {
  const whom = isOnNumbers(effect) ? `：${whomWords(candidates, numbers)}` : '';
  return `${findingWords[verdict]}，${effectWords[effect]}${whom}`;
}

/** 2026-10-09 as 10月9日. */
export function dueWords(due: string): string {
  return `${Number(due.slice(5, 7))}月${Number(due.slice(8))}日`;
}
