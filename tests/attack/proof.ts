import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { RefusalDetails } from '@zuimei/shared/refusal.ts';

/**
 * Work that a contest of the simulation asks for, as thresholds: a thousandth of what phones do, so that thousands of proofs are done in
 * seconds. They are real ones, made and checked by the real code; what they would have cost is told by Visit.solvesInMs.
 */
export const cheapProofs = { 'proof.cost': 1, 'proof.guesses': 8 } as const;

/** Does the work that a `proof_needed` asks for; gives the proof as the page sends it. */
export async function doProof(details: RefusalDetails): Promise<string> {
  const challenge = JSON.parse(String(details.challenge)) as Challenge;
  const solution = await solveChallenge({ challenge, deriveKey });
  if (!solution) throw new Error('no solution found');
  return `altcha:${Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')}`;
}
