import type { Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import type { FilingState } from '@zuimei/shared/publicity/filing.ts';
import type { FilingDecided, FilingVerdict } from '@zuimei/shared/publicity/newsroom.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { checkReason } from '../http/reason.ts';
import { recordAction } from '../staff/action.ts';
import type { Auditor } from '../staff/second.ts';

export interface Decision {
  ids: readonly number[];
  verdict: FilingVerdict;
  /** As it was sent; a return needs one. */
  reason?: unknown;
  /** Version that was read, by id. */
  versions: ReadonlyMap<number, number>;
}

const steps: Record<FilingVerdict, { from: readonly FilingState[]; to: FilingState; act: ActCode }> = {
  accept: { from: ['filed'], to: 'accepted', act: 'filing.accept' },
  return: { from: ['filed'], to: 'returned', act: 'filing.return' },
  undo: { from: ['accepted', 'returned'], to: 'filed', act: 'filing.undo' },
};

/**
 * Gives one verdict on many filings, each in a transaction of its own: what cannot be done is told and holds up none of the others.
 * Refuses as a whole with reason_missing when a return gives none; else every refusal is in what comes back: not_found, filing_decided
 * {state, by, at} when another was first, filing_moved when its contributor was, filing_used when an acceptance is undone that uses hang on.
 */
export async function decide(
  db: Db,
  editor: Auditor,
  decision: Decision,
  now: number,
): Promise<FilingDecided> {
  const reason = decision.verdict === 'return' ? checkReason(decision.reason) : '';
  const decided: FilingDecided = { done: [], refused: [] };
  for (const id of new Set(decision.ids)) {
    let title = '';
    try {
      const version = await db.transaction().execute(async (tx) => {
        const row = await lockFiling(tx, id);
        title = row.title;
        return await decideOne(tx, editor, row, { ...decision, reason }, now);
      });
      decided.done.push({ id, version });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      decided.refused.push({ id, title, code: error.code, details: error.details });
    }
  }
  return decided;
}

export type LockedFiling = Awaited<ReturnType<typeof lockFiling>>;

/** A filing that an editor may see, held until the transaction ends. Refuses with not_found, and with filing_moved for one that was taken back. */
export async function lockFiling(tx: Transaction<Tables>, id: number) {
  const row = await tx
    .selectFrom('filing')
    .innerJoin('contributor', 'contributor.id', 'filing.contributor')
    .selectAll('filing')
    .select('contributor.name as contributor_name')
    .where('filing.id', '=', String(id))
    .forUpdate('filing')
    .executeTakeFirst();
  if (!row || (row.state === 'draft' && row.filed_on === null)) throw new Refusal('not_found');
  if (row.state === 'draft') throw new Refusal('filing_moved');
  return row;
}

export const subjectOf = ({ title, contributor_name }: Pick<LockedFiling, 'title' | 'contributor_name'>) =>
  `${title}（${contributor_name}）`;

async function decideOne(
  tx: Transaction<Tables>,
  editor: Auditor,
  row: LockedFiling,
  { verdict, reason, versions }: Decision & { reason: string },
  now: number,
): Promise<number> {
  const { from, to, act } = steps[verdict];
  const seen = versions.get(Number(row.id));
  // What was returned may be under its contributor's hands: that is taken back only by who knows that nobody has touched it.
  const blind = row.state === 'returned' && seen === undefined;
  if (!from.includes(row.state) || blind || (seen !== undefined && seen !== row.version))
    throw await changed(tx, row, verdict);
  if (verdict === 'undo') await checkUnused(tx, row);
  const version = row.version + 1;
  const decided = verdict === 'undo' ? null : new Date(now);
  await tx
    .updateTable('filing')
    .set({
      ...{ state: to, version, reason, decided_at: decided },
      decided_by: decided && editor.staff,
    })
    .where('id', '=', row.id)
    .execute();
  await recordAction(tx, editor, { act, subject: subjectOf(row), reason });
  return version;
}

/** Who was first: another editor, or its contributor. */
async function changed(
  tx: Transaction<Tables>,
  { state, decided_by, decided_at }: LockedFiling,
  verdict: FilingVerdict,
): Promise<Refusal> {
  if (decided_by === null || decided_at === null || (verdict !== 'undo' && state === 'filed'))
    return new Refusal('filing_moved');
  const { name } = await tx
    .selectFrom('staff')
    .select('name')
    .where('id', '=', decided_by)
    .executeTakeFirstOrThrow();
  return new Refusal('filing_decided', { state, by: name, at: decided_at.toISOString() });
}

async function checkUnused(tx: Transaction<Tables>, { id }: LockedFiling): Promise<void> {
  const use = await tx.selectFrom('filing_use').select('id').where('filing', '=', id).executeTakeFirst();
  if (use) throw new Refusal('filing_used');
}
