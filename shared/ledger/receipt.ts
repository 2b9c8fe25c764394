import type { OwnOpening, Receipt } from '../ballot.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { parseProof } from '../log/proof.ts';
import { checkInclusion } from '../merkle.ts';
import { openNote, parseVerifierKey } from '../note.ts';
import { commitmentOf } from './commitment.ts';
import { leafOf } from './entry.ts';

export interface ReceiptClaim {
  /** Text of GET /api/contests/:slug/receipts/:index. */
  proof: string;
  /** The log's key, from a source the reader trusts; its name is the log's origin. */
  verifierKey: string;
  /** Slug. */
  contest: string;
  receipt: Receipt;
  opening: OwnOpening;
  /** What this device chose. Left out, the picks in the opening are taken for it. */
  picks?: readonly number[];
}

/**
 * The first step at which a receipt fails:
 * proof (not readable), signature (not by the log's key), origin (a checkpoint of another log or contest), index (of another
 * entry), ballot (the opening is not of this receipt or not of these picks), inclusion (no such entry under the checkpoint).
 */
export type ReceiptStep = 'proof' | 'signature' | 'origin' | 'index' | 'ballot' | 'inclusion';

export type ReceiptOutcome = { ok: true; origin: string; size: number } | { ok: false; step: ReceiptStep };

/**
 * Is my ballot, with my picks, in the public ledger? Rebuilds the entry from what the voter holds (commitment from opening,
 * leaf from commitment and receipt) and climbs from it to the root that the log signed: nothing the server says is taken on
 * trust but its key. Never rejects.
 */
export function checkReceipt(claim: ReceiptClaim): Promise<ReceiptOutcome> {
  const { proof, verifierKey, contest, receipt } = claim;
  return climb({ proof, verifierKey, contest, index: receipt.index, leaf: () => leafOfBallot(claim) });
}

/** From a leaf to the signed root; `leaf` gives null when there is none to start from, the step 'ballot'. Never rejects. */
export async function climb(claim: {
  proof: string;
  verifierKey: string;
  contest: string;
  index: number;
  leaf(): Uint8Array | null;
}): Promise<ReceiptOutcome> {
  let step: ReceiptStep = 'proof';
  try {
    const { index, hashes, checkpoint } = parseProof(claim.proof);
    step = 'signature';
    const { text } = await openNote(checkpoint, [claim.verifierKey]);
    step = 'origin';
    const { origin, size, root } = parseCheckpoint(text);
    if (origin !== parseVerifierKey(claim.verifierKey).name || !origin.endsWith(`/${claim.contest}`))
      return { ok: false, step };
    step = 'index';
    if (index !== claim.index) return { ok: false, step };
    step = 'ballot';
    const leaf = claim.leaf();
    if (!leaf) return { ok: false, step };
    step = 'inclusion';
    return checkInclusion({ index, size, leaf, root, proof: hashes })
      ? { ok: true, origin, size }
      : { ok: false, step };
  } catch {
    return { ok: false, step };
  }
}

function leafOfBallot({ contest, receipt, opening, picks = opening.picks }: ReceiptClaim): Uint8Array | null {
  const mine = [...picks].sort((a, b) => a - b);
  const same = mine.length === opening.picks.length && mine.every((pick, i) => pick === opening.picks[i]);
  if (!same || opening.ballotId !== receipt.ballotId || opening.state !== receipt.state) return null;
  const commitment = commitmentOf(contest, opening);
  return leafOf({ at: receipt.at, commitment, contest, kind: 'ballot', tag: opening.tag });
}
