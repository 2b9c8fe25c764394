import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha256Hex } from '#sha256';
import { concatBytes, fromHex, toHex, utf8 } from '../bytes.ts';
import { type Canonical, canonical } from '../ledger/canonical.ts';
import { Refusal } from '../refusal.ts';
import type { Criterion } from './outcome.ts';

/** What a judge locks, as it is hashed. */
export interface LockedSheet {
  contest: string;
  panel: string;
  revision: number;
  seat: string;
  /** Lines by ascending number: what each criterion was given, in units. */
  sheet: readonly (readonly [number, Readonly<Record<string, number>>])[];
  /** Ascending. */
  recused: readonly number[];
}

/**
 * The digest that a lock writes: SHA-256(salt ‖ canonical sheet) in hex. It tells nothing before the salt is opened and lets nothing be
 * changed after. Takes the salt as 32 bytes in hex; refuses another with `bad_request` {part: 'sheet', fault: 'salt'}.
 */
export function sheetCommitment(
  salt: string,
  sheet: LockedSheet & { readonly [key: string]: Canonical },
): string {
  const bytes = fromHex(salt);
  if (bytes?.length !== 32) throw new Refusal('bad_request', { part: 'sheet', fault: 'salt' });
  return sha256Hex(concatBytes(bytes, canonical(sheet)));
}

/** The salt of one revision, hex: HMAC-SHA256 under the contest's opening key. A seat's code says its panel too (E1, M2). */
export function sheetSalt(openingKey: Uint8Array, seat: string, revision: number): string {
  return toHex(hmac(sha256, openingKey, utf8(`sheet/${seat}/${revision}`)));
}

/**
 * Is every point of a line within its criterion, in whole points or halves where halves may be given? Refuses with `line_missing` {n} where n
 * criteria have none, and with `points_out` {criterion}, its name.
 */
export function checkLine(
  criteria: readonly Pick<Criterion, 'id' | 'name' | 'full' | 'half'>[],
  points: Readonly<Record<string, number>>,
  unit: number,
): void {
  const missing = criteria.filter(({ id }) => points[id] === undefined).length;
  if (missing > 0) throw new Refusal('line_missing', { n: missing });
  for (const { id, name, full, half } of criteria) {
    const given = points[id] ?? -1;
    const twice = (2 * given) / unit;
    if (given < 0 || given > full * unit || !Number.isInteger(half ? twice : twice / 2))
      throw new Refusal('points_out', { criterion: name });
  }
}
