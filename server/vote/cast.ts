import type { BallotRequest, Receipt } from '@zuimei/shared/ballot.ts';
import { checkBallot, nothingUsed } from '@zuimei/shared/contest.ts';
import { channels } from '@zuimei/shared/live.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import type { Places } from '../address/place.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Gate } from '../gate/gate.ts';
import { type Admission, createAdmissions, type Sender } from './admission.ts';
import { createCommit } from './commit.ts';
import type { Ledger } from './ledger.ts';
import { createPool, type Pool } from './pool.ts';
import type { Bond, Proofs } from './proof.ts';
import { createScreen } from './screen.ts';
import { checkIdentity, type Voters } from './voter.ts';
import type { CastWatch } from './watch.ts';

export interface Cast {
  /** One ballot, from request to receipt: resolves once it is committed, or rejects with the Refusal that says why not. */
  cast(slug: string, request: BallotRequest, sender: Sender): Promise<Receipt>;
  waiting(): number;
  /** How long the oldest of them has waited, ms. */
  waitingMs(): number;
  drain(): Promise<void>;
}

const LIMITS = { waiting: 5_000, batch: 500, spacingMs: 5 };
const MOST_LOOKUPS = 64;
const IN_WECHAT = channels.indexOf('wechat');

/** The write path: who → rules → pool → may they → written down and counted → receipt. The only file that knows this order. */
export function createCast(parts: {
  contests: Contests;
  voters: Voters;
  places: Places;
  gate: Gate;
  proofs: Proofs;
  ledger: Ledger;
  /** Refuses with follow_needed who is not known to follow the account. */
  follows: (person: string) => Promise<void>;
  clock: () => number;
  watch: CastWatch;
}): Cast {
  const { contests, voters, proofs, ledger, follows, clock, watch } = parts;
  const screen = createScreen(parts);
  const commit = createCommit(parts);
  const prepare = createAdmissions(parts.places);
  const pools = new Map<string, Pool<Admission>>();
  let lookups = 0;

  async function cast(slug: string, request: BallotRequest, sender: Sender): Promise<Receipt> {
    const found = contests.find(slug);
    const contest = found instanceof Promise ? await found : found;
    let ballot: Admission;
    try {
      const now = clock();
      const voter = sender.voter ?? voters.identify(slug, sender.cookie, request.ticket, now);
      checkBallot(contest, request.picks, nothingUsed, now);
      checkIdentity(contest, voter.identity, sender.channel === IN_WECHAT);
      if (contest.wechat?.follow) await follows(voter.person);
      ballot = prepare(request, sender, voter, contest, now);
    } catch (refusal) {
      return await earlierReceipt(contest, request, sender, refusal);
    }
    const { proof } = request;
    if (proof !== undefined) await prove(ballot, slug, proof);
    try {
      return await poolOf(slug).join(ballot);
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'proof_needed') throw refusal;
      // Made here and not in the batch, which would wait for it.
      const { brought } = ballot;
      const waitMs = brought?.kind === 'early' ? brought.waitMs : undefined;
      throw await proofs.ask(bondOf(slug, ballot), policyOf(ballot.contest).proof, waitMs);
    }
  }

  /** What a proof is worth is known before the pool; whether one is needed, the gate says: so every try counts as an attempt. */
  async function prove(ballot: Admission, slug: string, proof: string): Promise<void> {
    const brought = await proofs.check(bondOf(slug, ballot), proof, policyOf(ballot.contest).proof);
    ballot.brought = brought;
    ballot.facts.proven = brought.kind === 'good';
    watch.proved(proof.startsWith('question:') ? 'question' : 'work', brought.kind);
  }

  function poolOf(slug: string): Pool<Admission> {
    let pool = pools.get(slug);
    if (!pool) {
      const rooms = {
        admit: (batch: Admission[]) => screen(slug, batch),
        write: (batch: Admission[]) => commit(slug, batch),
        failed: watch.failed,
      };
      pools.set(slug, (pool = createPool(rooms, LIMITS)));
    }
    return pool;
  }

  /**
   * A ballot refused before the pool may still have been acknowledged earlier, its reply lost, and the contest closed or the ticket
   * gone stale since: then its receipt is the answer. Costs one query, so only a bounded number at a time.
   */
  async function earlierReceipt(
    contest: StoredContest,
    request: BallotRequest,
    sender: Sender,
    refusal: unknown,
  ): Promise<Receipt> {
    const voter = sender.voter?.id ?? ownVoter(contest.slug, sender.cookie);
    if (!(refusal instanceof Refusal)) throw refusal;
    if (!voter || refusal.code === 'no_voter') {
      watch.answered(contest.slug, [refusal]);
      throw refusal;
    }
    if (lookups >= MOST_LOOKUPS) throw new Refusal('busy', { retryAfterMs: 2000 });
    lookups++;
    try {
      const [receipt] = await ledger.findReceipts(contest.id, [{ voter, ballotId: request.ballotId }]);
      if (receipt) return receipt;
    } finally {
      lookups--;
    }
    watch.answered(contest.slug, [refusal]);
    throw refusal;
  }

  function ownVoter(slug: string, cookie: string | undefined): string | null {
    const visitor = voters.read(cookie);
    return visitor && voters.pseudonym(slug, visitor);
  }

  return {
    cast,
    waiting: () => [...pools.values()].reduce((sum, pool) => sum + pool.waiting(), 0),
    waitingMs: () => Math.round(Math.max(0, ...[...pools.values()].map((pool) => pool.waitingMs()))),
    drain: async () => void (await Promise.all([...pools.values()].map((pool) => pool.drain()))),
  };
}

function bondOf(slug: string, { voter, ballotId }: Admission): Bond {
  return { slug, voter, ballotId };
}
