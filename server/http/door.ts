import { isUtf8 } from 'node:buffer';
import type { MiddlewareHandler } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { isWhole } from '../text.ts';

/*
 * Where bytes from outside become input. What no database can hold (NUL, half of a character), what is no UTF-8 and what nests deeper
 * than any form is refused here with bad_request, before anything is looked up. Ballots have their own parser (vote/request.ts), since
 * they are read without any of the rest; what stands in files is cleaned (document/value.ts), since nobody typed it into a request.
 */

/** A plan, the deepest body there is, has eight. */
const MOST_DEPTH = 32;

/** The value of a JSON body. */
export function parseJson(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = isUtf8(bytes) ? JSON.parse(bytes.toString('utf8')) : undefined;
  } catch {
    value = undefined;
  }
  if (value === undefined || !isHoldable(value)) throw new Refusal('bad_request', { field: 'body' });
  return value;
}

/** Level by level: a stack of calls would be the caller's to overflow. */
function isHoldable(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_DEPTH) return false;
    const below: unknown[] = [];
    for (const one of level) {
      if (typeof one === 'string' && !isWhole(one)) return false;
      if (typeof one !== 'object' || one === null) continue;
      if (!Object.keys(one).every(isWhole)) return false;
      for (const inner of Object.values(one)) below.push(inner);
    }
    level = below;
  }
  return true;
}

/** Before all routes: path and query must decode to text. */
export const addressDoor: MiddlewareHandler = async (c, next) => {
  if (c.req.url.includes('%') && !isAddress(c.req.url))
    throw new Refusal('bad_request', { field: 'address' });
  await next();
};

function isAddress(url: string): boolean {
  try {
    return isWhole(decodeURIComponent(url));
  } catch {
    return false;
  }
}
