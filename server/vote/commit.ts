import { checkBallot, checkOpen, nothingUsed, openRound } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Admission } from './admission.ts';
import type { Ledger, Outcome } from './ledger.ts';
import type { CastWatch } from './watch.ts';

/** Writes a batch of one contest: gives each ballot's receipt or refusal, in order. Rejects only when the database does. */
export type Commit = (slug: string, batch: Admission[]) => Promise<Outcome[]>;

/** The room that writes down and counts, also when the contest changes under the batch. */
export function createCommit(parts: {
  contests: Contests;
  ledger: Ledger;
  clock: () => number;
  watch: CastWatch;
}): Commit {
  const { contests, ledger, clock, watch } = parts;

  /** Written down and counted, under the version of the contest it was checked with: when that has changed, it is checked again. */
  async function write(slug: string, batch: Admission[]): Promise<Outcome[]> {
    const began = performance.now();
    let contest = await contests.find(slug);
    for (let tries = 0; tries < 5; tries++) {
      const now = contest;
      // Another batch may have brought the newer contest while this one was on its way.
      if (batch.some((ballot) => ballot.contest.version !== now.version)) {
        const fit = batch.map((ballot) => recheck(now, ballot));
        if (fit.some((refusal) => refusal !== null)) return await writeFit(slug, now, batch, fit);
      }
      const outcomes = await ledger.commit(contest, batch);
      if (Array.isArray(outcomes)) {
        watch.written(batch.length, performance.now() - began);
        watch.answered(slug, outcomes);
        return outcomes;
      }
      if (outcomes !== 'stale') return await closedOutcomes(contest, batch, outcomes);
      await ledger.open(slug);
      contest = await contests.reload(slug);
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

  return write;
}

/** What the gate weighed by, of the frozen rules: the reveal says whether it may look at picks. */
function gateRules(contest: StoredContest): string {
  return JSON.stringify([policyOf(contest), contest.area, contest.networks, contest.reveal]);
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
