import { sql, type Transaction } from 'kysely';
import type { RulingProposal } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import type { Auditor } from '../staff/second.ts';

/** An open proposal that is held until the transaction ends. */
export interface Claimed {
  verb: RulingVerb;
  ballots: number;
  proposed: { by: number; at: Date };
}

const verbWords: Record<RulingVerb, string> = { void: '作废', restore: '恢复', release: '放行' };

/** Of the published contest of this slug. Refuses with not_found. */
export async function contestId(db: Db | Transaction<Tables>, slug: string): Promise<number> {
  const row = await db.selectFrom('contest').select('id').where('slug', '=', slug).executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row.id;
}

/** Locks an open proposal until the transaction ends. Refuses with not_found, archived, proposal_closed, and proposal_lapsed {at}. */
export async function claim(
  tx: Transaction<Tables>,
  contest: number,
  id: number,
  now: number,
): Promise<Claimed> {
  const { rows } = await sql<{
    verb: RulingVerb;
    ballots: number;
    by: number;
    at: Date;
    state: RulingProposal['state'];
    lapsesAt: Date;
    archived: boolean;
  }>`
    select p.verb, cardinality(p.entries) as ballots, p.proposed_by as by, p.proposed_at as at, p.state, p.lapses_at as "lapsesAt",
      c.archived_at is not null as archived
    from ruling_proposal p join contest c on c.id = p.contest
    where p.id = ${id} and p.contest = ${contest} for update of p`.execute(tx);
  const [proposal] = rows;
  if (!proposal) throw new Refusal('not_found');
  if (proposal.archived) throw new Refusal('archived');
  if (proposal.state !== 'open') throw new Refusal('proposal_closed');
  if (proposal.lapsesAt.getTime() <= now)
    throw new Refusal('proposal_lapsed', { at: proposal.lapsesAt.toISOString() });
  const { verb, ballots, by, at } = proposal;
  return { verb, ballots, proposed: { by, at } };
}

/** Closes what is claimed. `rulings`: the entries of the ledger it became. */
export async function decide(
  tx: Transaction<Tables>,
  id: number,
  auditor: Auditor,
  { state, why, rulings }: { state: 'confirmed' | 'declined' | 'withdrawn'; why: string; rulings: number[] },
): Promise<void> {
  await sql`
    update ruling_proposal set state = ${state}, decided_by = ${auditor.staff}, decided_at = now(), decided_why = ${why},
      rulings = ${`{${rulings.join(',')}}`}::bigint[]
    where id = ${id}`.execute(tx);
}

/** As the action log names it. */
export function named(id: number, { verb, ballots }: { verb: RulingVerb; ballots: number }): string {
  return `提议 ${id}：${verbWords[verb]} ${ballots} 张选票`;
}
