import type { SheetRecord } from '@zuimei/shared/bundle/format.ts';
import type { Outcome, PanelId } from '@zuimei/shared/judging/outcome.ts';
import { sheetSalt } from '@zuimei/shared/judging/sheet.ts';
import { sheetTotal } from '@zuimei/shared/score.ts';
import { type On, readSeats } from '../judging/seat.ts';
import { readLocked } from '../judging/sheet.ts';
import type { Secrets } from '../secret.ts';
import { ledgerKeys } from '../vote/keys.ts';

/** Every revision that was locked below `size`, with what opens its entry: no name, no note. */
export async function readSheetRecords(
  on: On,
  secrets: Secrets,
  contest: { id: number; slug: string },
  { outcome, size }: { outcome: Outcome; size: number },
): Promise<SheetRecord[]> {
  const seats = (await readSeats(on, contest.id)).filter(({ kind }) => kind === 'full');
  const locked = await readLocked(
    on,
    seats.map(({ id }) => id),
  );
  const { opening } = ledgerKeys(secrets, contest.slug);
  return locked
    .flatMap(({ seat, revision, entry, lines, recused }): SheetRecord[] => {
      const own = seats.find(({ id }) => id === seat);
      if (!own || entry === null || entry >= size) return [];
      const sheet = Object.entries(lines)
        .filter(([, { abstained }]) => !abstained)
        .map(([number, { points }]): [number, Record<string, number>] => [Number(number), points])
        .sort(([a], [b]) => a - b);
      return [
        {
          entry,
          panel: own.panel,
          seat: own.code,
          revision,
          salt: sheetSalt(opening, own.code, revision),
          sheet,
          recused: [...recused].sort((a, b) => a - b),
          totals: totalsOf(outcome, own.panel, sheet),
        },
      ];
    })
    .sort((a, b) => a.entry - b.entry);
}

function totalsOf(outcome: Outcome, panel: PanelId, sheet: SheetRecord['sheet']): SheetRecord['totals'] {
  const criteria = outcome.panels[panel]?.criteria ?? [];
  return Object.fromEntries(sheet.map(([number, points]) => [number, sheetTotal(criteria, points)]));
}
