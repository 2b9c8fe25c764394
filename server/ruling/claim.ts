import { sql, type Transaction } from 'kysely';
import type { RulingProposal } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import type { Actor } from '../staff/action.ts';

/** An auditor; rulings are theirs alone. */
export interface Auditor extends Actor {
  staff: number;
}

/** An open proposal that is held until the transaction ends. */
export interface Claimed {
  verb: RulingVerb;
  ballots: number;
  proposedBy: number;
  /** The account of who asks was set up anew after it was made. */
  resetSince: boolean;
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
  { staff, now }: { staff: number; now: number },
): Promise<Claimed> {
  const { rows } = await sql<Claimed & { state: RulingProposal['state']; archived: boolean; lapsesAt: Date }>`
    select p.verb, cardinality(p.entries) as ballots, p.proposed_by as "proposedBy", p.state, p.lapses_at as "lapsesAt",
      c.archived_at is not null as archived,
      coalesce((select reset_at > p.proposed_at from staff where id = ${staff}::int), false) as "resetSince"
    from ruling_proposal p join contest c on c.id = p.contest
    where p.id = ${id} and p.contest = ${contest} for update of p`.execute(tx);
  const [proposal] = rows;
  if (!proposal) throw new Refusal('not_found');
  if (proposal.archived) throw new Refusal('archived');
  if (proposal.state !== 'open') throw new Refusal('proposal_closed');
  if (proposal.lapsesAt.getTime() <= now)
    throw new Refusal('proposal_lapsed', { at: proposal.lapsesAt.toISOString() });
  return proposal;
}

/** Refuses with own_proposal, and with reset_since: it may be another person who sits there now. */
export function checkDecides(auditor: Auditor, { proposedBy, resetSince }: Claimed): void {
  if (proposedBy === auditor.staff) throw new Refusal('own_proposal');
  if (resetSince) throw new Refusal('reset_since');
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
