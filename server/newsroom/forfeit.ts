import type { ForfeitDraft, ForfeitList } from '@zuimei/shared/publicity/forfeit.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { recordAction } from '../staff/action.ts';
import { type Auditor, checkSecond } from '../staff/second.ts';

/** 取消附加分 of a year, the newest first, as this person sees it. */
export async function readForfeits(db: Db, reader: Auditor, year: number): Promise<ForfeitList> {
  const rows = await db
    .selectFrom('forfeit')
    .innerJoin('contributor', 'contributor.id', 'forfeit.contributor')
    .innerJoin('staff as proposer', 'proposer.id', 'forfeit.proposed_by')
    .leftJoin('staff as decider', 'decider.id', 'forfeit.decided_by')
    .selectAll('forfeit')
    .select(['contributor.name', 'proposer.name as proposer_name', 'decider.name as decider_name'])
    .where('year', '=', year)
    .orderBy('forfeit.id', 'desc')
    .execute();
  return {
    year,
    forfeits: rows.map((row) => ({
      ...{ id: row.id, year: row.year, contributor: row.contributor, name: row.name },
      ...{ reason: row.reason, state: row.state, own: row.proposed_by === reader.staff },
      proposedBy: row.proposer_name,
      proposedAt: row.proposed_at.toISOString(),
      decidedBy: row.decider_name ?? '',
      decidedAt: row.decided_at?.toISOString() ?? null,
      decidedWhy: row.decided_why,
    })),
  };
}

/**
 * Proposes that a contributor loses the bonus of a year. Refuses with not_found for one that is not there, and with forfeit_known {name, year}
 * while another proposal is open or holds.
 */
export async function proposeForfeit(db: Db, editor: Auditor, draft: ForfeitDraft): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const found = await tx
      .selectFrom('contributor')
      .select('name')
      .where('id', '=', draft.contributor)
      .executeTakeFirst();
    if (!found) throw new Refusal('not_found');
    const { name } = found;
    const made = await tx
      .insertInto('forfeit')
      .values({
        ...draft,
        ...{ proposed_by: editor.staff, decided_by: null, decided_at: null },
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) throw new Refusal('forfeit_known', { name, year: draft.year });
    const subject = `${name}，${draft.year} 年度`;
    await recordAction(tx, editor, { act: 'forfeit.propose', subject, reason: draft.reason });
  });
}

/**
 * Decides on a proposal, once. Whoever proposed it may only decline it, which withdraws it. Refuses with not_found, proposal_closed,
 * own_proposal, reset_since.
 */
export async function decideForfeit(
  db: Db,
  person: Auditor,
  id: number,
  { granted, reason }: { granted: boolean; reason: string },
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('forfeit')
      .innerJoin('contributor', 'contributor.id', 'forfeit.contributor')
      .select(['state', 'proposed_by', 'proposed_at', 'year', 'name'])
      .where('forfeit.id', '=', id)
      .forUpdate('forfeit')
      .executeTakeFirst();
    if (!row) throw new Refusal('not_found');
    if (row.state !== 'open') throw new Refusal('proposal_closed');
    const own = row.proposed_by === person.staff;
    if (granted || !own) await checkSecond(tx, person, { by: row.proposed_by, at: row.proposed_at });
    await tx
      .updateTable('forfeit')
      .set({
        ...{ state: granted ? 'done' : 'declined', decided_why: reason },
        ...{ decided_by: person.staff, decided_at: new Date(now) },
      })
      .where('id', '=', id)
      .execute();
    const act = granted ? 'forfeit.confirm' : 'forfeit.decline';
    await recordAction(tx, person, { act, subject: `${row.name}，${row.year} 年度`, reason });
  });
}
