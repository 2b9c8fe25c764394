import { numbersOf, sheetTotal } from '@zuimei/shared/score.ts';
import type { ReopenedSheet } from '@zuimei/shared/verdict.ts';
import { type Judged, panelOf } from './judged.ts';
import { type On, readSeats } from './seat.ts';
import { type Locked, readLocked } from './sheet.ts';

/** What was changed in sheets that were locked, given back and locked again: each revision beside the next one. */
export async function reopenedSheets(on: On, contest: Judged): Promise<ReopenedSheet[]> {
  const seats = (await readSeats(on, contest.id)).filter(({ kind }) => kind === 'full');
  const revisions = await readLocked(
    on,
    seats.map(({ id }) => id),
  );
  return seats.flatMap(({ id, code, panel }) => {
    const { criteria } = panelOf(contest.outcome, panel);
    const own = revisions.filter(({ seat }) => seat === id);
    const totals =
      (sheet: Locked | undefined) =>
      (number: number): number | null => {
        const line = sheet?.lines[number];
        return line && !line.abstained ? sheetTotal(criteria, line.points) : null;
      };
    return own
      .filter(({ reopened }) => reopened)
      .map((before): ReopenedSheet => {
        const after = own.find(({ revision }) => revision === before.revision + 1);
        const [was, is] = [totals(before), totals(after)];
        return {
          seat: code,
          panel,
          before: { revision: before.revision, lockedAt: before.at },
          after: after ? { revision: after.revision, lockedAt: after.at } : null,
          changed: numbersOf({ ...before.lines, ...after?.lines })
            .map((number) => ({ number, before: was(number), after: is(number) }))
            .filter((line) => line.before !== line.after),
        };
      });
  });
}
