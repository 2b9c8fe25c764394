import type { BallotRequest, Receipt } from '@zuimei/shared/ballot.ts';
import { checkBallot, checkOpen, nothingUsed, openRound } from '@zuimei/shared/contest.ts';
import { UNSCREENED } from '@zuimei/shared/ledger/evidence.ts';
import { channels } from '@zuimei/shared/live.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import type { Places } from '../address/place.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Desk } from '../contest/desk.ts';
import type { Gate, Verdict } from '../gate/gate.ts';
import { type Admission, createAdmissions, type Sender } from './admission.ts';
import type { Ledger, Outcome } from './ledger.ts';
import { createPool, type Pool } from './pool.ts';
import type { Bond, Proofs } from './proof.ts';
import type { Brought } from './question.ts';
import { checkIdentity, type Voters } from './voter.ts';

export interface Cast {
  /** One ballot, from request to receipt: resolves once it is committed, or rejects with the Refusal that says why not. */
  cast(slug: string, request: BallotRequest, sender: Sender): Promise<Receipt>;
  waiting(): number;
  drain(): Promise<void>;
}

/** What the numbers of a batch are told to (metrics). */
export interface CastWatch {
  gated(ms: number): void;
  written(size: number, ms: number): void;
  proved(kind: 'work' | 'question', found: Brought['kind']): void;
  answered(outcome: string, count: number, slug: string): void;
  failed(error: unknown): void;
}

const LIMITS = { waiting: 5_000, batch: 500, spacingMs: 5 };
const MOST_LOOKUPS = 64;
const IN_WECHAT = channels.indexOf('wechat');

/** The write path: who → rules → pool → may they → written down and counted → receipt. The only file that knows this order. */
export function createCast(parts: {
  desk: Desk;
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
  const { desk, voters, gate, proofs, ledger, follows, clock, watch } = parts;
  const prepare = createAdmissions(parts.places);
  const pools = new Map<string, Pool<Admission>>();
  let lookups = 0;

  async function cast(slug: string, request: BallotRequest, sender: Sender): Promise<Receipt> {
    const found = desk.find(slug);
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
        admit: (batch: Admission[]) => admit(slug, batch),
        write: (batch: Admission[]) => write(slug, batch),
        failed: watch.failed,
      };
      pools.set(slug, (pool = createPool(rooms, LIMITS)));
    }
    return pool;
  }

  /** May they: marks what is held. Who is refused or must bring a proof gets that as an outcome, or the receipt if this very ballot had been committed before. */
  async function admit(slug: string, batch: Admission[]): Promise<(Outcome | null)[]> {
    const began = performance.now();
    const verdicts = await weigh(slug, batch);
    const turned: number[] = [];
    const outcomes = batch.map((ballot, i): Outcome | null => {
      const verdict = verdicts[i];
      if (!verdict || verdict.step === 'refuse' || verdict.step === 'challenge') {
        turned.push(i);
        if (verdict?.step === 'challenge')
          return new Refusal(ballot.brought?.kind === 'wrong' ? 'proof_wrong' : 'proof_needed');
        return new Refusal('gate_refused', { signals: verdict?.signals ?? 0 });
      }
      ballot.state = verdict.step === 'hold' ? 'held' : 'counted';
      ballot.flags = verdict.signals | (verdict.unscreened ? UNSCREENED : 0);
      return null;
    });
    if (turned.length > 0) {
      const earlier = await ledger.findReceipts(
        batch[0]?.contest.id ?? 0,
        turned.flatMap((i) => batch[i] ?? []),
      );
      turned.forEach((i, k) => (outcomes[i] = earlier[k] ?? outcomes[i] ?? null));
    }
    watch.gated(performance.now() - began);
    count(slug, outcomes);
    return outcomes;
  }

  /** By the policy that each ballot was checked with: in one call, but for the moment in which a contest changes. */
  async function weigh(slug: string, batch: Admission[]): Promise<(Verdict | undefined)[]> {
    const policies = new Set(batch.map((ballot) => policyOf(ballot.contest)));
    const verdicts = new Map<Admission, Verdict | undefined>();
    for (const policy of policies) {
      const under =
        policies.size === 1 ? batch : batch.filter((ballot) => policyOf(ballot.contest) === policy);
      const facts = under.map((ballot) => ballot.facts);
      const weighed = await gate.admit(slug, policy, facts);
      if (under === batch) return weighed;
      under.forEach((ballot, i) => {
        verdicts.set(ballot, weighed[i]);
      });
    }
    return batch.map((ballot) => verdicts.get(ballot));
  }

  /** Written down and counted, under the version of the contest it was checked with: when that has changed, it is checked again. */
  async function write(slug: string, batch: Admission[]): Promise<Outcome[]> {
    const began = performance.now();
    let contest = await desk.find(slug);
    for (let tries = 0; tries < 5; tries++) {
      const now = contest;
      // Another batch may have brought the newer contest to the desk while this one was on its way.
      if (batch.some((ballot) => ballot.contest.version !== now.version)) {
        const fit = batch.map((ballot) => recheck(now, ballot));
        if (fit.some((refusal) => refusal !== null)) return await writeFit(slug, now, batch, fit);
      }
      const outcomes = await ledger.commit(contest, batch);
      if (Array.isArray(outcomes)) {
        watch.written(batch.length, performance.now() - began);
        count(slug, outcomes);
        return outcomes;
      }
      if (outcomes !== 'stale') return await closedOutcomes(contest, batch, outcomes);
      await ledger.open(slug);
      contest = await desk.reload(slug);
    }
    throw new Error('the contest changed faster than a batch could be written');
  }

  function recheck(contest: StoredContest, ballot: Admission): Refusal | null {
    const weighedBy = gateRules(ballot.contest);
    ballot.contest = contest;
    // Weighed by numbers that are no longer in force: the page sends it again.
    if (gateRules(contest) !== weighedBy) return new Refusal('busy', { retryAfterMs: 500 });
    return refusalOf(() => checkBallot(contest, ballot.picks, nothingUsed, clock()));
  }

  function count(slug: string, outcomes: readonly (Outcome | null)[]): void {
    const sums = new Map<string, number>();
    for (const outcome of outcomes) {
      if (!outcome) continue;
      const name = outcome instanceof Refusal ? outcome.code : outcome.state;
      sums.set(name, (sums.get(name) ?? 0) + 1);
    }
    for (const [name, sum] of sums) watch.answered(name, sum, slug);
  }

  /** Some ballots no longer fit the contest: they get their refusal (or earlier receipt), the others go on. */
  async function writeFit(
    slug: string,
    contest: StoredContest,
    batch: Admission[],
    fit: (Refusal | null)[],
  ): Promise<Outcome[]> {
    const earlier = await ledger.findReceipts(contest.id, batch);
    const going = batch.filter((_, i) => fit[i] === null);
    const written = going.length > 0 ? await write(slug, going) : [];
    let next = 0;
    return batch.map((_, i) => {
      const refusal = fit[i];
      return (refusal ? (earlier[i] ?? refusal) : written[next++]) ?? new Refusal('internal');
    });
  }

  /** By the database's clock the contest is not open although it was by ours: its opening or its closing second. */
  async function closedOutcomes(
    contest: StoredContest,
    batch: Admission[],
    why: 'closed' | 'paused',
  ): Promise<Outcome[]> {
    const earlier = await ledger.findReceipts(contest.id, batch);
    const now = clock();
    const refusal =
      refusalOf(() => checkOpen(contest, now)) ??
      refusalOf(() => checkOpen(contest, beyondEdge(contest, now))) ??
      new Refusal(why === 'paused' ? 'paused' : 'already_closed');
    return batch.map((_, i) => earlier[i] ?? refusal);
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
    if (!voter || !(refusal instanceof Refusal) || refusal.code === 'no_voter') throw refusal;
    if (lookups >= MOST_LOOKUPS) throw new Refusal('busy', { retryAfterMs: 2000 });
    lookups++;
    try {
      const [receipt] = await ledger.findReceipts(contest.id, [{ voter, ballotId: request.ballotId }]);
      if (receipt) return receipt;
    } finally {
      lookups--;
    }
    count(contest.slug, [refusal]);
    throw refusal;
  }

  function ownVoter(slug: string, cookie: string | undefined): string | null {
    const visitor = voters.read(cookie);
    return visitor && voters.pseudonym(slug, visitor);
  }

  return {
    cast,
    waiting: () => [...pools.values()].reduce((sum, pool) => sum + pool.waiting(), 0),
    drain: async () => void (await Promise.all([...pools.values()].map((pool) => pool.drain()))),
  };
}

function bondOf(slug: string, { voter, ballotId }: Admission): Bond {
  return { slug, voter, ballotId };
}

/** What the gate weighed by, of the frozen rules: the reveal says whether it may look at picks. */
function gateRules(contest: StoredContest): string {
  return JSON.stringify([policyOf(contest), contest.area ?? [], contest.networks ?? [], contest.reveal]);
}

/** The moment just outside the round open at `now`, on the side of its nearer end. */
function beyondEdge({ rounds }: StoredContest, now: number): number {
  const round = rounds[openRound({ rounds }, now)];
  if (!round) return now;
  const [opens, closes] = [Date.parse(round.opens), Date.parse(round.closes)];
  return now - opens < closes - now ? opens - 1 : closes;
}

function refusalOf(check: () => void): Refusal | null {
  try {
    check();
    return null;
  } catch (refusal) {
    if (refusal instanceof Refusal) return refusal;
    throw refusal;
  }
}
