import type { Db } from '../db.ts';
import { readNominees, type Source } from './nominees.ts';
import type { PressAsk } from './paper.ts';
import { summaryAnnex, summaryFooter, summaryTables } from './summary.ts';

/** Lines that a list to be filled in by hand has at least. */
const LEAST_LINES = 3;

/** The 汇总表 of one unit with what it has by now, drafts too, to be printed and sealed; blank lines where there is nothing yet. */
export async function unitList(
  db: Db,
  key: Uint8Array,
  source: Source,
  { unit, name }: { unit: number; name: string },
): Promise<{ ask: PressAsk; name: string[] }> {
  const nominees = (await readNominees(db, key, source, 'all')).filter(
    (one) => one.unit.id === unit && one.state !== 'withdrawn' && one.state !== 'declined',
  );
  const tables = summaryTables(source, nominees, false, undefined, name).map((table) => {
    const blank = Array.from({ length: Math.max(0, LEAST_LINES - table.rows.length) }, () =>
      table.columns.map(() => ''),
    );
    return { ...table, rows: [...table.rows, ...blank] };
  });
  const footer = summaryFooter(source, false);
  const title = source.collection?.listTitle ?? tables[0]?.title ?? '';
  return { ask: { kind: 'landscape', annex: summaryAnnex(source), tables, footer }, name: [title, name] };
}
