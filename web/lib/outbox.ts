import type { Receipt } from '@zuimei/shared/ballot.ts';
import type { RefusalCode, RefusalDetails } from '@zuimei/shared/refusal.ts';
import type { Answer } from './client.ts';

/** A ballot on its way. It is kept on the phone and sent under one ballotId until a definite answer comes. */
export interface Letter {
  slug: string;
  ballotId: string;
  picks: number[];
  /** Moment (ms) the voter pressed 投票. */
  written: number;
  attempts: number;
  /** Tickets refused in a row. */
  tickets?: number;
  /**
   * The ballot may already be counted: an attempt ended without an answer, or is out for one (then it is kept like this, as the page may
   * be gone before it comes).
   */
  uncertain: boolean;
  /** How often WeChat was asked who casts it. Without another tap it is asked once. */
  asked?: number;
  /** The voter says that they follow the account by now. */
  followed?: boolean;
  /** What was noticed of the visit until then. A letter that an earlier visit left tells of that visit, not of this one. */
  seen?: { dwellMs: number; touches: number };
}

export type Step =
  | { kind: 'counted'; receipt: Receipt }
  | { kind: 'refused'; code: RefusalCode; details: RefusalDetails }
  /** Send the same letter again after `afterMs`; `renew` = with a new page ticket. */
  | { kind: 'again'; letter: Letter; afterMs: number; renew: boolean; why: 'lost' | 'busy' | 'ticket' }
  /** A proof is asked for. `challenge`: the work to do, null = none was given with the answer. `wrong` = one was brought and not taken. */
  | { kind: 'prove'; letter: Letter; challenge: string | null; wrong: boolean }
  /** WeChat is to say who casts it; then the same letter goes on. Otherwise it is refused by this code. */
  | { kind: 'identify'; letter: Letter; code: RefusalCode; details: RefusalDetails }
  /** Refused, but an earlier attempt may have been counted: look into the voter's own record before saying no. */
  | { kind: 'look'; letter: Letter; code: RefusalCode; details: RefusalDetails };

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

const waitAndSend: ReadonlySet<string> = new Set(['busy', 'too_many_requests', 'internal']);
const needTicket: ReadonlySet<string> = new Set(['ticket_expired', 'ticket_invalid', 'ticket_too_fresh']);
/** A ticket that is refused this often is not a matter of time. */
const TICKET_TRIES = 4;

/**
 * What to do after one attempt. `random` in [0, 1) spreads phones apart: waits double from one second up to thirty and are drawn
 * from the upper half; the server's Retry-After is a floor. Only a definite answer ends a letter.
 */
export function nextStep(letter: Letter, answer: Answer<Receipt>, random: number): Step {
  if (answer.ok) return { kind: 'counted', receipt: answer.value };
  const { code, details, retryAfterMs } = answer.fault;
  const tickets = needTicket.has(code) ? (letter.tickets ?? 0) + 1 : 0;
  const tried = { ...letter, attempts: letter.attempts + 1, tickets };
  if (code === 'lost' || code === 'internal') {
    const uncertain = { ...tried, uncertain: true };
    return {
      kind: 'again',
      letter: uncertain,
      afterMs: wait(tried.attempts, retryAfterMs, random),
      renew: false,
      why: 'lost',
    };
  }
  if (waitAndSend.has(code))
    return {
      kind: 'again',
      letter: tried,
      afterMs: wait(tried.attempts, retryAfterMs, random),
      renew: false,
      why: 'busy',
    };
  if (needTicket.has(code) && tickets < TICKET_TRIES) {
    // A ticket must be two seconds old; a little more covers clocks that differ.
    const renew = code !== 'ticket_too_fresh';
    return { kind: 'again', letter: tried, afterMs: 2_200, renew, why: 'ticket' };
  }
  if (code === 'proof_needed' || code === 'proof_wrong') {
    const challenge = typeof details.challenge === 'string' ? details.challenge : null;
    return { kind: 'prove', letter: tried, challenge, wrong: code === 'proof_wrong' };
  }
  // Before its voter becomes somebody else, it must be certain that the ballot is not counted under who they are now.
  if (letter.uncertain) return { kind: 'look', letter: tried, code, details };
  const asks = code === 'wechat_needed' || (code === 'follow_needed' && letter.followed === true);
  return asks && !letter.asked
    ? { kind: 'identify', letter: { ...tried, asked: 1 }, code, details }
    : { kind: 'refused', code, details };
}

function wait(attempts: number, retryAfterMs: number | null, random: number): number {
  const span = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10));
  return Math.round((retryAfterMs ?? 0) + span * (0.5 + random / 2));
}

/** Letters as kept on the phone; anything else found there is left out. */
export function parseLetters(stored: unknown): Letter[] | null {
  return Array.isArray(stored) ? stored.filter(isLetter).slice(0, 50) : null;
}

function isLetter(one: unknown): one is Letter {
  if (typeof one !== 'object' || one === null) return false;
  const letter = one as Partial<Record<keyof Letter, unknown>>;
  return (
    typeof letter.slug === 'string' &&
    typeof letter.ballotId === 'string' &&
    Array.isArray(letter.picks) &&
    letter.picks.every((pick) => Number.isSafeInteger(pick)) &&
    typeof letter.written === 'number' &&
    typeof letter.attempts === 'number' &&
    typeof letter.uncertain === 'boolean' &&
    (letter.tickets === undefined || typeof letter.tickets === 'number') &&
    (letter.asked === undefined || typeof letter.asked === 'number') &&
    (letter.followed === undefined || typeof letter.followed === 'boolean') &&
    (letter.seen === undefined || isSeen(letter.seen))
  );
}

function isSeen(seen: unknown): boolean {
  if (typeof seen !== 'object' || seen === null) return false;
  const { dwellMs, touches } = seen as Record<string, unknown>;
  return Number.isSafeInteger(dwellMs) && Number.isSafeInteger(touches);
}
