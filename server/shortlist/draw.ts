import { createHash, randomBytes } from 'node:crypto';

export interface Draw {
  /** 32 random bytes in hex. */
  seed: string;
  /** SHA-256 of the seed's hex text. */
  digest: string;
  /** Nominations in the order drawn. */
  ids: number[];
}

/**
 * Draws an order by lot. The seed decides all of it, so that anyone who is shown the seed draws the same again: ascending by
 * SHA-256("<seed>/<id>") in hex.
 */
export function drawOrder(ids: readonly number[], seed = randomBytes(32).toString('hex')): Draw {
  const lots = ids.map((id) => ({ id, lot: sha256(`${seed}/${id}`) }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : 1));
  return { seed, digest: digestOf(seed), ids: lots.map(({ id }) => id) };
}

export function digestOf(seed: string): string {
  return sha256(seed);
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
