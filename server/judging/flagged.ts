import { sql } from 'kysely';
import { isDoubtful, signalBits } from '@zuimei/shared/policy.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import { firstCounted, type Judged } from './judged.ts';
import type { On } from './seat.ts';

/**
 * Counted ballots by candidate whose signals reach the policy's doubt (as the auditors' what-if has it) and that nobody has ruled on, of the
 * rounds that count. What the standing would be without them is one of its what-ifs.
 */
export async function readFlagged(on: On, contest: Judged): Promise<Record<number, number>> {
  const policy = policyOf(contest);
  const { rows } = await sql<{ signals: number; number: number; ballots: number }>`
    select e.signals, pick::int as number, count(*)::int as ballots
    from ledger_entry e left join ballot_ruling r on r.contest = e.contest and r.index = e.index, unnest(e.picks) as pick
    where e.contest = ${contest.id} and e.kind = 'ballot' and e.round >= ${firstCounted(contest)} and e.state = 'counted'
      and (e.signals & ${~signalBits.proven}::int) <> 0 and r.index is null
    group by e.signals, pick`.execute(on);
  const flagged: Record<number, number> = {};
  for (const { signals, number, ballots } of rows)
    if (isDoubtful(policy, signals)) flagged[number] = (flagged[number] ?? 0) + ballots;
  return flagged;
}
