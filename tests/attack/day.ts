import type { Parts } from '@zuimei/server/parts.ts';
import { channelOf } from '@zuimei/server/vote/request.ts';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { Refusal, type RefusalCode } from '@zuimei/shared/refusal.ts';
import type { Answer } from '../../web/lib/client.ts';
import { type Letter, nextStep } from '../../web/lib/outbox.ts';
import { type Chance, createChance } from './chance.ts';
import { doProof } from './proof.ts';
import { byTime } from './queue.ts';
import type { Visit } from './visit.ts';

/** What became of a visit. */
export interface Fate {
  visit: Visit;
  receipt: Receipt | null;
  /** Why there is no receipt. */
  code: RefusalCode | 'given-up' | null;
  /** Requests sent. */
  attempts: number;
  asked: boolean;
  solved: boolean;
  /** When the last answer came. */
  endedAt: number;
}

interface Errand {
  at: number;
  visit: Visit;
  letter: Letter;
  fate: Fate;
  cookie: string;
  ticketAt: number;
  proof: string | null;
}

/** What the simulated day needs of a server and of the two clocks. */
export interface Stage {
  parts: Pick<Parts, 'cast' | 'voters' | 'ledger' | 'contests'>;
  /** Moves the database's clock, and the server's, to this moment. */
  moveTo(ms: number): Promise<void>;
  /** Moves the server's clock alone. */
  at(ms: number): void;
}

/** Ballots within so many ms are committed in one batch, each having arrived at its own moment: far below any gap that is measured. */
const TOGETHER_MS = 700;
const MOST_TOGETHER = 400;
const MOST_TRIES = 60;

/**
 * Sends every visit's ballot when its time has come, through the real write path, and goes on as the page does (web/lib/outbox.ts):
 * the same ballotId again after a loss or `busy`, a fresh ticket for a stale one, a proof of work when one is asked for.
 */
export async function liveThrough(
  stage: Stage,
  slug: string,
  visits: readonly Visit[],
  seed: string,
): Promise<Fate[]> {
  const chance = createChance(`${seed} waits`);
  const cookies = new Map<string, string>();
  const queue = byTime<Errand>();
  const errands = visits.map((visit) => errandOf(stage, slug, visit, cookies));
  for (const errand of errands) queue.add(errand);
  for (let first = queue.next(); first; first = queue.next()) {
    const together = [first];
    for (let next = queue.peek(); next && together.length < MOST_TOGETHER; next = queue.peek()) {
      if (next.at > first.at + TOGETHER_MS) break;
      together.push(next);
      queue.next();
    }
    const at = together.at(-1)?.at ?? first.at;
    await stage.moveTo(at);
    // What the server keeps of the contest for a moment is renewed here, so that no ballot waits for it and arrives late.
    await stage.parts.contests.find(slug);
    const answers = await Promise.all(together.map((errand) => send(stage, slug, errand)));
    for (const [i, errand] of together.entries()) {
      const again = await take(stage, slug, errand, answers[i] as Answer<Receipt>, chance, at);
      if (again) queue.add(again);
    }
  }
  return errands.map((errand) => errand.fate);
}

function errandOf({ parts }: Stage, slug: string, visit: Visit, cookies: Map<string, string>): Errand {
  const known = visit.voter === null ? undefined : cookies.get(visit.voter);
  const cookie = known ?? parts.voters.issue(visit.identityAt);
  if (visit.voter !== null) cookies.set(visit.voter, cookie);
  return {
    at: visit.castAt,
    visit,
    letter: {
      slug,
      ballotId: visit.ballotId,
      picks: visit.picks,
      written: visit.castAt,
      attempts: 0,
      uncertain: false,
    },
    fate: {
      visit,
      receipt: null,
      code: null,
      attempts: 0,
      asked: false,
      solved: false,
      endedAt: visit.castAt,
    },
    cookie,
    ticketAt: visit.openedAt,
    proof: null,
  };
}

function ticketOf({ parts }: Stage, slug: string, { cookie, ticketAt }: Errand): string {
  return parts.voters.ticket(slug, { cookie, issuedAt: 0 }, ticketAt);
}

/** One request; of a visit with losses every second one does not even reach the server, the others' answers do not come back. */
async function send(stage: Stage, slug: string, errand: Errand): Promise<Answer<Receipt>> {
  const { visit, fate, proof } = errand;
  fate.attempts++;
  const losing = fate.attempts <= visit.losses;
  if (losing && fate.attempts % 2 === 1) return lost;
  const { device, touches } = visit;
  const dwellMs = visit.dwellMs + Math.max(0, errand.at - visit.castAt);
  const request = {
    ballotId: visit.ballotId,
    picks: visit.picks,
    ticket: ticketOf(stage, slug, errand),
    seen: { device, dwellMs, touches },
    ...(proof === null ? {} : { proof }),
  };
  const { address, userAgent } = visit;
  stage.at(errand.at);
  const sender = { cookie: `zv=${errand.cookie}`, address, userAgent, channel: channelOf(userAgent) };
  try {
    const value = await stage.parts.cast.cast(slug, request, sender);
    return losing ? lost : { ok: true, value };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const retryAfterMs = typeof error.details.retryAfterMs === 'number' ? error.details.retryAfterMs : null;
    const fault = { code: error.code as RefusalCode, details: error.details, retryAfterMs };
    return losing ? lost : { ok: false, fault };
  }
}

const lost: Answer<Receipt> = { ok: false, fault: { code: 'lost', details: {}, retryAfterMs: null } };

/** Ends the errand's fate, or gives the errand as it goes on. */
async function take(
  stage: Stage,
  slug: string,
  errand: Errand,
  answer: Answer<Receipt>,
  chance: Chance,
  now: number,
): Promise<Errand | null> {
  const { fate } = errand;
  fate.endedAt = now;
  if (!answer.ok && answer.fault.code === 'proof_needed') return await prove(errand, answer.fault.details);
  const step = nextStep(errand.letter, answer, chance.next());
  if (step.kind === 'counted') fate.receipt = step.receipt;
  else if (step.kind === 'refused' || step.kind === 'look' || step.kind === 'identify')
    await conclude(stage, slug, errand, step.code);
  else if (step.kind === 'prove') fate.code = 'proof_wrong';
  else if (fate.attempts >= MOST_TRIES) fate.code = 'given-up';
  else {
    const at = now + step.afterMs;
    return { ...errand, letter: step.letter, at, ticketAt: step.renew ? now : errand.ticketAt };
  }
  if (fate.receipt && errand.proof !== null) fate.solved = true;
  return null;
}

/** Refused; but an earlier sending whose answer was lost may have been taken: then the voter's own record has it. */
async function conclude({ parts }: Stage, slug: string, errand: Errand, code: RefusalCode): Promise<void> {
  const { fate, letter } = errand;
  fate.code = code;
  if (!letter.uncertain) return;
  const visitor = parts.voters.read(`zv=${errand.cookie}`);
  const contest = await parts.contests.find(slug);
  if (!visitor) return;
  const asked = [{ voter: parts.voters.pseudonym(slug, visitor), ballotId: letter.ballotId }];
  const [receipt] = await parts.ledger.findReceipts(contest.id, asked);
  if (!receipt) return;
  fate.receipt = receipt;
  fate.code = null;
}

/** A proof is done once a visit: one that is not taken ends it. */
async function prove(errand: Errand, details: Refusal['details']): Promise<Errand | null> {
  const { fate, visit } = errand;
  fate.asked = true;
  if (visit.solvesInMs === null || errand.proof !== null) {
    fate.code = 'proof_needed';
    return null;
  }
  return { ...errand, proof: await doProof(details), at: fate.endedAt + visit.solvesInMs };
}
