import {
  check,
  integer,
  isoTimestamp,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  regex,
  safeParse,
  string,
  toLowerCase,
  transform,
  trim,
  unknown,
} from 'valibot';
import type { CandidateKind } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { narrow, repairName, repairText } from '@zuimei/shared/text/character.ts';
import { isDate } from '@zuimei/shared/time.ts';
import { checkPublic } from './public.ts';

/*
 * What bodies and addresses are made of. A text has its most characters, a number its bounds: nothing endless comes in. Ballots have
 * their own parser (vote/request.ts).
 */

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) =>
  pipe(number(), integer(), minValue(least), maxValue(most));
/** Place of an entry in a ledger, or of a line in a log. */
export const index = whole(0, Number.MAX_SAFE_INTEGER);
/** What the database counts rows and their versions with. */
export const rowNumber = whole(1, 0x7fffffff);
/** As rowNumber, where all is text: in an address, a query or a form. */
export const rowText = pipe(string(), regex(/^[1-9]\d{0,9}$/), transform(Number), rowNumber);

/** A text that a person typed: without blanks around it, each of its characters under its own number (shared/text/character.ts). */
export const words = (most: number) => pipe(string(), maxLength(most), transform(repairText), trim());
/** As words, of a text that everybody will read (public.ts). */
export const publicWords = (most: number) => pipe(words(most), transform(checkPublic));
/** As words, of a name, which must be there. */
export const named = (most: number) => pipe(words(most), transform(repairName), minLength(1));
/** What somebody signs in with, as it is kept. Which ones can be given to an account is for its route to say. */
export const login = pipe(string(), maxLength(64), transform(narrow), trim(), toLowerCase(), minLength(1));
/** A contest in an address. */
export const slug = pipe(string(), regex(/^[a-z0-9][a-z0-9-]{0,63}$/));
/** What checkReason or optionalReason (reason.ts) has still to judge: what is no reason has a refusal of its own. */
export const unjudged = optional(unknown());

/** A calendar day that there is, YYYY-MM-DD: the database refuses any other. */
export const day = pipe(string(), check(isDate));
/** Written in one form, whatever way the instant came. */
export const instant = pipe(
  string(),
  maxLength(40),
  isoTimestamp(),
  check((text) => !Number.isNaN(Date.parse(text))),
  transform((text) => new Date(text).toISOString()),
);

export const kind = picklist(['person', 'team', 'case', 'work', 'venue'] satisfies CandidateKind[]);

/** The number of a row in an address. Refuses with not_found for anything that can be none. */
export function rowId(text: string | undefined): number {
  const result = safeParse(rowText, text);
  if (!result.success) throw new Refusal('not_found');
  return result.output;
}
