import { randomBytes } from 'node:crypto';
import { drawTied, lotDigest } from '@zuimei/shared/lot.ts';

export interface Draw {
  /** 32 random bytes in hex. */
  seed: string;
  /** SHA-256 of the seed's hex text. */
  digest: string;
  /** Nominations in the order drawn. */
  ids: number[];
}

/** Draws an order by lot. The seed decides all of it, so that anyone who is shown the seed draws the same again (drawTied). */
export function drawOrder(ids: readonly number[], seed = randomBytes(32).toString('hex')): Draw {
  return { seed, digest: lotDigest(seed), ids: drawTied(seed, ids) };
}
