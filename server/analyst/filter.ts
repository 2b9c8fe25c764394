import {
  hexadecimal,
  integer,
  length,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  regex,
  strictObject,
  string,
  toLowerCase,
  transform,
  trim,
} from 'valibot';
import type { BallotFilter } from '@zuimei/shared/audit.ts';
import { addressClasses, type Signal, signalBits } from '@zuimei/shared/policy.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import { parseInput } from '../http/body.ts';
import { instant } from '../http/shape.ts';
import { parseNet } from './net.ts';

/** A whole number as a query has it. */
export const wholeText = (least: number, most: number) =>
  pipe(
    string(),
    regex(/^\d{1,16}$/),
    transform(Number),
    number(),
    integer(),
    minValue(least),
    maxValue(most),
  );
/** As it was typed or copied, full-width perhaps. */
const plain = pipe(string(), transform(narrow), trim(), toLowerCase());
const hex = (digits: number) => pipe(plain, hexadecimal(), length(digits));
export const signals = Object.keys(signalBits) as [Signal, ...Signal[]];

/** What a filter is in a query. */
export const filterFields = {
  from: optional(instant),
  to: optional(instant),
  candidate: optional(wholeText(1, 32_767)),
  verdict: optional(picklist(['counted', 'held', 'void'])),
  signal: optional(picklist(signals)),
  unscreened: optional(picklist(['only'])),
  region: optional(pipe(string(), minLength(1), maxLength(60))),
  class: optional(picklist(addressClasses)),
  net: optional(pipe(plain, maxLength(60))),
  device: optional(hex(16)),
  voter: optional(hex(32)),
  cluster: optional(pipe(string(), minLength(1), maxLength(200))),
};

/** A parsed filter without the parts that were not asked for. Refuses with bad_request a net that is none. */
export function filterOf(
  query: { [Key in keyof BallotFilter]?: BallotFilter[Key] | undefined },
): BallotFilter {
  if (query.net !== undefined && parseNet(query.net) === null)
    throw new Refusal('bad_request', { field: 'net' });
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as BallotFilter;
}

/** A filter as JSON has it, its numbers as numbers; otherwise it is what stands in a query. Refuses with bad_request. */
export function parseFilter(filter: Record<string, string | number>): BallotFilter {
  const texts = Object.fromEntries(Object.entries(filter).map(([key, value]) => [key, String(value)]));
  return filterOf(parseInput(strictObject(filterFields), texts));
}
