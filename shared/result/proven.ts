import type { Act } from '../ledger/act.ts';
import { actCommitment, leafOf } from '../ledger/entry.ts';
import { climb, type ReceiptOutcome } from '../ledger/receipt.ts';
import type { Instant } from '../time.ts';

/** An act of a ledger with everything that shows that it stands there. */
export interface ProvenAct {
  index: number;
  at: Instant;
  kind: string;
  act: Act;
  /** c2sp.org/tlog-proof@v1 */
  proof: string;
}

/** Does this act stand in the contest's ledger, under a checkpoint that the key signed? Never rejects. */
export function checkAct(
  { contest, verifierKey }: { contest: string; verifierKey: string },
  { index, at, kind, act, proof }: ProvenAct,
): Promise<ReceiptOutcome> {
  const leaf = (): Uint8Array => leafOf({ at, commitment: actCommitment(act), contest, kind });
  return climb({ proof, verifierKey, contest, index, leaf });
}
