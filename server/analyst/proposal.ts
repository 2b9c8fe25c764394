import { sql } from 'kysely';
import type { RulingProposal } from '@zuimei/shared/audit.ts';
import type { Db } from '../db.ts';

const MOST_SHOWN = 500;

interface Row extends Omit<RulingProposal, 'proposedAt' | 'decidedAt' | 'lapsesAt' | 'mine'> {
  proposer: number;
  proposedAt: Date;
  lapsesAt: Date;
  decidedAt: Date | null;
}

/**
 * Proposals of a contest as this member of staff sees them (0 = nobody in particular) at `now` (ms): open ones first, then newest first, at
 * most 500. `only`: one of them.
 */
export async function readProposals(
  db: Db,
  contestId: number,
  staff: number,
  now: number,
  only: number | null = null,
): Promise<RulingProposal[]> {
  const at = new Date(now).toISOString();
  const { rows } = await sql<Row>`
    select p.id, p.verb, p.found as scope, p.part, cardinality(p.entries) as ballots, m.moved, p.reason, p.reference, a.name as "proposedBy",
      p.proposed_by as proposer, p.proposed_at as "proposedAt", p.lapses_at as "lapsesAt", s.state, d.name as "decidedBy", p.decided_at as "decidedAt",
      p.decided_why as "decidedWhy", to_jsonb(p.rulings) as rulings,
      (select count(*) from ruling_remark r where r.proposal = p.id)::int as remarks,
      (select count(*) from ruling_file f where f.proposal = p.id)::int as files
    from ruling_proposal p join staff a on a.id = p.proposed_by left join staff d on d.id = p.decided_by
    cross join lateral (
      select case when p.state = 'open' and p.lapses_at <= ${at}::timestamptz then 'lapsed' else p.state end as state
    ) s
    left join lateral (
      select sum(jsonb_array_length(e.act -> 'entries'))::int as moved from ledger_entry e
      where e.contest = p.contest and e.index = any(p.rulings)
    ) m on true
    where p.contest = ${contestId} and (${only}::int is null or p.id = ${only}::int)
    order by s.state = 'open' desc, p.id desc limit ${MOST_SHOWN}`.execute(db);
  return rows.map(({ proposer, proposedAt, lapsesAt, decidedAt, ...row }) => ({
    ...row,
    proposedAt: proposedAt.toISOString(),
    lapsesAt: lapsesAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    mine: proposer === staff,
  }));
}

/** How many ballots of a contest are held now, and how many are void. */
export async function readRuled(db: Db, contestId: number): Promise<{ held: number; voided: number }> {
  const { rows } = await sql<{ held: number; voided: number }>`
    select coalesce((select sum(held) from tally where contest = ${contestId} and candidate = 0), 0)::float8 as held,
      (select count(*) from ballot_ruling where contest = ${contestId} and state = 'void')::float8 as voided`.execute(
    db,
  );
  return rows[0] ?? { held: 0, voided: 0 };
}
