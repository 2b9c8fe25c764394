import { countChars } from './character.ts';

/** How long a reason is that somebody gives for what they do, blanks not counted. */
export const reasonRule = { least: 4, most: 200 };
/** Blanks are not counted, and yet kept: there is an end to them too. */
const MOST_KEPT = 4 * reasonRule.most;

/** What is wrong with a reason, or null: one rule for every act, on the page and on the server. */
export function reasonFault(text: string): 'short' | 'long' | null {
  const length = countChars(text);
  if (length < reasonRule.least) return 'short';
  return length > reasonRule.most || text.trim().length > MOST_KEPT ? 'long' : null;
}
