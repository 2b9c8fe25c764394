import { Refusal } from '@zuimei/shared/refusal.ts';
import { repairText } from '@zuimei/shared/text/character.ts';

const LEAST = 4;
const MOST = 200;

/** Why something is done, 4 to 200 characters beside spaces; refuses anything else with reason_missing. */
export function checkReason(reason: unknown): string {
  const text = typeof reason === 'string' ? repairText(reason).trim() : '';
  const length = [...text.replace(/\s/gu, '')].length;
  if (length < LEAST || length > MOST || text.length > 4 * MOST) throw new Refusal('reason_missing');
  return text;
}
