import { type Effect, effects, type FindingVerdict } from './act.ts';
import { type Course, itemsOf, promotionsOf } from './course.ts';
import type { FindingDraft } from './view.ts';

/** Whether the objection was right, wholly or in part. */
export function isUpheld(verdict: FindingVerdict): boolean {
  return verdict === 'upheld' || verdict === 'partly';
}

/** What may follow from a verdict: from an objection that was not upheld, nothing. */
export function effectsOf(verdict: FindingVerdict): readonly Effect[] {
  return isUpheld(verdict) ? effects : ['none'];
}

/** Whether the effect is on single candidates. */
export function isOnNumbers(effect: Effect): boolean {
  return effect === 'hold' || effect === 'fall';
}

export type FindingFault =
  | { code: 'finding_effect' | 'finding_numbers' | 'result_out' }
  | { code: 'finding_final'; number: number };

/**
 * Why a finding on objection `no` cannot be, as the course stands; null = it can. Its effect must follow from its verdict and be on who stands on the
 * notice that was objected to. What a result has published is not touched by it (that is a revocation), nor is a fall taken back for whose
 * place somebody has moved up.
 */
export function findingFault(
  course: Course,
  no: number,
  { verdict, effect, numbers }: Pick<FindingDraft, 'verdict' | 'effect' | 'numbers'>,
): FindingFault | null {
  const objection = course.objections.find((one) => one.no === no);
  const notice = course.notices.find((one) => one.no === objection?.notice);
  if (!effectsOf(verdict).includes(effect)) return { code: 'finding_effect' };
  const whole = new Set(numbers).size === numbers.length && numbers.length > 0 === isOnNumbers(effect);
  if (!whole || numbers.some((number) => !notice?.numbers.includes(number)))
    return { code: 'finding_numbers' };
  const published = itemsOf(course).map(({ number }) => number);
  if (
    numbers.some((number) => published.includes(number)) ||
    (effect === 'recompute' && course.results.length > 0)
  )
    return { code: 'result_out' };
  const before = objection?.findings.at(-1);
  const stays = effect === 'fall' ? numbers : [];
  const final = promotionsOf(course)
    .map(({ fallen }) => fallen)
    .find(
      (number) => before?.effect === 'fall' && before.numbers.includes(number) && !stays.includes(number),
    );
  return final === undefined ? null : { code: 'finding_final', number: final };
}
