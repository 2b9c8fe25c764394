import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SheetLines, SheetReceipt } from '@zuimei/shared/sheet.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Parts } from './appoint.ts';
import { checkKnown, checkOpen, checkWhole, type Own, ownOf, readState } from './draft.ts';
import { readJudged } from './judged.ts';
import { lockBy } from './lock.ts';
import { type On, seatById } from './seat.ts';

/**
 * A sheet on paper: the first clerk's entry is kept, a second one's is held against it, and only when both are the same is the sheet locked.
 * `reference`: where the paper is filed, e.g. its number or that of the scan. A clerk who enters again replaces their own. Gives the receipt, or null while another clerk has still to repeat it. Refuses with
 * paper_differs {number, criterion} at the first difference, and with what a lock refuses.
 */
export async function enterPaper(
  { db, seats, ledger, secrets, clock }: Parts & { secrets: Secrets },
  slug: string,
  actor: Actor,
  id: number,
  given: { lines: SheetLines; reference: string },
): Promise<SheetReceipt | null> {
  const own = await ownById(db, slug, id);
  const state = await readState(db, seats, own);
  await checkOpen(db, own, state);
  checkKnown(own, state, given.lines);
  checkWhole(own, { lines: given.lines, recusals: state.recusals });
  const other = await db
    .selectFrom('sheet_paper')
    .select(['lines', 'staff'])
    .where('seat', '=', id)
    .where('staff', '!=', actor.staff ?? 0)
    .executeTakeFirst();
  if (other) checkSame(own, other.lines, given.lines);
  const receipt =
    other &&
    (await lockBy({ seats, ledger, secrets, clock }, slug, actor, {
      own: (tx) => ownById(tx, slug, id),
      lines: () => given.lines,
      abstained: null,
      paper: given.reference,
    }));
  if (receipt) {
    await db.deleteFrom('sheet_paper').where('seat', '=', id).execute();
    return receipt;
  }
  await db.transaction().execute(async (tx) => {
    await sql`
      insert into sheet_paper (seat, staff, lines, at)
      values (${id}, ${actor.staff}, ${JSON.stringify(given.lines)}::jsonb, ${new Date(clock()).toISOString()}::timestamptz)
      on conflict (seat, staff) do update set lines = excluded.lines, at = excluded.at`.execute(tx);
    await recordAction(tx, actor, { act: 'sheet.enter', contest: own.contest.id, subject: own.seat.code });
  });
  return null;
}

async function ownById(on: On, slug: string, id: number): Promise<Own> {
  const contest = await readJudged(on, slug);
  return ownOf(contest, await seatById(on, contest.id, id));
}

function checkSame({ standers, panel }: Own, one: SheetLines, other: SheetLines): void {
  for (const { number } of standers) {
    const [first, second] = [one[number], other[number]];
    if ((first?.abstained ?? false) !== (second?.abstained ?? false))
      throw new Refusal('paper_differs', { number, criterion: '弃权' });
    const criterion = panel.criteria.find(({ id }) => first?.points[id] !== second?.points[id]);
    if (criterion) throw new Refusal('paper_differs', { number, criterion: criterion.name });
  }
}
