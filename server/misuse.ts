import { Refusal } from '@zuimei/shared/refusal.ts';
import { checkReason } from './http/reason.ts';

/** What a command throws that was given wrongly: the sentence is printed with its usage, and it leaves with 2. */
export function misuse(message: string): Error {
  return Object.assign(new Error(message), { code: 'usage' });
}

/** What --reason says, as acts keep it. Throws misuse. */
export function reasonOption(given: string): string {
  try {
    return checkReason(given);
  } catch (error) {
    if (error instanceof Refusal) throw misuse('--reason 须为 4 到 200 个字的理由');
    throw error;
  }
}
