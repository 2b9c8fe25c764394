import { randomInt } from 'node:crypto';
import { createChallenge, type Payload, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { Policy } from '@zuimei/shared/policy.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import { createTurns } from '../turn.ts';
import { type Brought, createQuestions, type Questions } from './question.ts';

/** What a proof is good for: this very ballot of this voter, which is counted once. So no proof need be remembered as used. */
export interface Bond {
  slug: string;
  voter: string;
  ballotId: string;
}

export interface Proofs {
  /** The refusal that asks for a proof, with a fresh challenge; `busy` when too many ask at once. waitMs: see Brought. */
  ask(bond: Bond, work: Policy['proof'], waitMs?: number): Promise<Refusal>;
  /** A proof as the page sends it: `altcha:<base64 of challenge and solution>` or `question:<token>:<answer>`. Never rejects. */
  check(bond: Bond, proof: string, work: Policy['proof']): Promise<Brought>;
  /** See Questions. */
  question(bond: Bond, address: string, work: Policy['proof']): ReturnType<Questions['ask']>;
}

const GOOD_MS = 600_000;
/** Making a challenge takes one derivation (0.3 ms of a thread at cost 1000): so many at once, in threads; so many may wait. */
const MOST_AT_ONCE = 4;
const MOST_WAITING = 1_000;

/**
 * Proofs of work by ALTCHA, bound to one ballot and signed, so that nothing is stored on any server. The number to be found is drawn here
 * and its key signed with the challenge: a proof is checked by two signatures without a derivation, and one that is forged, expired or
 * another's ends at the first of them.
 */
export function createProofs(secrets: Secrets, clock: () => number): Proofs {
  const mark = createMac(secrets.derive('proof of work: bond'));
  const signing = {
    hmacSignatureSecret: secrets.derive('proof of work: challenge').toString('hex'),
    hmacKeySignatureSecret: secrets.derive('proof of work: key').toString('hex'),
  };
  const questions = createQuestions(secrets);
  const turns = createTurns({ atOnce: MOST_AT_ONCE, waiting: MOST_WAITING, retryAfterMs: 2_000 });

  async function checkWork(bond: Bond, text: string): Promise<Brought> {
    const payload = parsePayload(text);
    if (!payload) return { kind: 'wrong' };
    const { bound, expires } = payload.challenge.parameters.data ?? {};
    if (!sameText(String(bound), mark(bondText(bond))) || !(Number(expires) > clock()))
      return { kind: 'stale' };
    const found = await verifySolution({ ...payload, ...signing, deriveKey });
    if (found.verified) return { kind: 'good' };
    return { kind: found.invalidSignature ? 'stale' : 'wrong' };
  }

  return {
    async ask(bond, { cost, guesses }, waitMs) {
      const turn = await turns.take().catch((full: Refusal) => full);
      if (turn instanceof Refusal) return turn;
      using _turn = turn;
      const made = await createChallenge({
        ...signing,
        algorithm: 'PBKDF2/SHA-256',
        cost,
        // At least half of the work is asked of everybody: a draw near zero would be a free pass.
        counter: randomInt(Math.ceil(guesses / 2), guesses + 1),
        deriveKey,
        // Not ALTCHA's own expiry, which goes by another clock than all else here.
        data: { bound: mark(bondText(bond)), expires: clock() + GOOD_MS, guesses },
      });
      return new Refusal('proof_needed', {
        challenge: JSON.stringify(made),
        question: true,
        ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
      });
    },
    async check(bond, proof, { afterMs }) {
      const cut = proof.indexOf(':');
      const [kind, rest] = [proof.slice(0, cut), proof.slice(cut + 1)];
      if (kind === 'question') return questions.check(bondText(bond), rest, afterMs, clock());
      if (kind !== 'altcha') return { kind: 'wrong' };
      try {
        return await checkWork(bond, rest);
      } catch {
        // Whatever else can be wrong with what a stranger sends.
        return { kind: 'wrong' };
      }
    },
    question: (bond, address, { afterMs }) => questions.ask(bondText(bond), address, afterMs, clock()),
  };
}

function bondText({ slug, voter, ballotId }: Bond): string {
  return `${slug} ${voter} ${ballotId}`;
}

/** As far as checking needs it; the signature vouches for the rest. */
function parsePayload(text: string): Payload | null {
  let payload: Partial<Payload> | null;
  try {
    payload = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Partial<Payload> | null;
  } catch {
    return null;
  }
  const { challenge, solution } = payload ?? {};
  const parameters: unknown = challenge?.parameters;
  if (typeof parameters !== 'object' || parameters === null) return null;
  if (typeof challenge?.signature !== 'string' || typeof solution !== 'object' || solution === null)
    return null;
  return { challenge, solution };
}
