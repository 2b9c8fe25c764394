import { Refusal } from '@zuimei/shared/refusal.ts';
import { personalIn } from '@zuimei/shared/text/personal.ts';

/**
 * Words that everybody will read and nobody can take back. Refuses with personal_words {kind, seen} what looks like somebody's telephone,
 * identity number or address. Reasons of acts come through here in vote/ledger.ts; what becomes public in another way, or later, through
 * `publicWords` (shape.ts) or by its own call.
 */
export function checkPublic(text: string): string {
  const found = personalIn(text);
  if (found) throw new Refusal('personal_words', { ...found });
  return text;
}
