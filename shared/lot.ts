import { sha256Hex } from '#sha256';
import { utf8 } from './bytes.ts';
import { Refusal } from './refusal.ts';

const SECRET = /^[0-9a-f]{64}$/;

/** Numbers in the order of the lot: ascending by SHA-256("<seed>/<number>") in hex, so that anyone who is shown the seed draws the same. */
export function drawTied(seed: string, numbers: readonly number[]): number[] {
  return numbers
    .map((number) => ({ number, lot: sha256Hex(utf8(`${seed}/${number}`)) }))
    .sort((a, b) => (a.lot < b.lot ? -1 : 1))
    .map(({ number }) => number);
}

/** What is published of a secret before the lot: the SHA-256 of its hex text. */
export function lotDigest(secret: string): string {
  return sha256Hex(utf8(secret));
}

/**
 * The seed of a tie's lot, from one secret of the organizer and one of the auditor, each 32 bytes in hex: SHA-256 of both texts, one after
 * the other. Neither alone decides it. Refuses what is no such secret with `bad_request` {part: 'lot'}.
 */
export function lotSeed(organizer: string, auditor: string): string {
  for (const secret of [organizer, auditor])
    if (!SECRET.test(secret)) throw new Refusal('bad_request', { part: 'lot', fault: 'secret' });
  return lotDigest(organizer + auditor);
}
