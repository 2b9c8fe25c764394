import { Refusal } from '@zuimei/shared/refusal.ts';
import { repairText } from '@zuimei/shared/text/character.ts';
import { reasonFault } from '@zuimei/shared/text/reason.ts';

/** Why something is done, as shared/text/reason.ts has it; refuses anything else with reason_missing. */
export function checkReason(reason: unknown): string {
  const text = typeof reason === 'string' ? repairText(reason).trim() : '';
  if (reasonFault(text)) throw missingReason();
  return text;
}

/** As checkReason, where none need be given: then ''. */
export function optionalReason(reason: unknown): string {
  const none = reason === undefined || (typeof reason === 'string' && reason.trim() === '');
  return none ? '' : checkReason(reason);
}

/** An act turned out to need a reason after all. */
export function missingReason(): Refusal {
  return new Refusal('reason_missing');
}
