import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { hostOf, outletLimits } from '@zuimei/shared/publicity/outlet.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db, Tables } from '../db.ts';
import type { CheckedFile } from '../nomination/attachment.ts';
import { recordAction } from '../staff/action.ts';
import type { Auditor } from '../staff/second.ts';
import { type LockedFiling, lockFiling, subjectOf } from './decide.ts';

export interface UseDraft {
  outlet: number;
  day: string;
  /** '' = none. */
  link: string;
}

/**
 * Notes that an outlet used an accepted filing on a day: where it is to be read, or a scan of it. Refuses with not_found, filing_waits before
 * it was accepted, use_link for what is no link, use_unseen with neither link nor scan, use_day {event} for a day before the event or to
 * come, outlet_day {name, day} where the outlet has no class then, use_known when that is noted, list_full {most}.
 */
export async function noteUse(
  db: Db,
  editor: Auditor,
  id: number,
  { outlet, day, link }: UseDraft,
  scan: CheckedFile | null,
  now: number,
): Promise<void> {
  if (link !== '' && hostOf(link) === null) throw new Refusal('use_link');
  if (link === '' && !scan) throw new Refusal('use_unseen');
  await db.transaction().execute(async (tx) => {
    const row = await lockFiling(tx, id);
    if (row.state !== 'accepted') throw new Refusal('filing_waits');
    if (day > shanghaiDate(now) || (row.event !== null && day < row.event))
      throw new Refusal('use_day', { event: row.event });
    await checkRoom(tx, row);
    const name = await holdOutlet(tx, outlet, day);
    const file = scan && (await keepScan(tx, row, scan));
    const noted = await tx
      .insertInto('filing_use')
      .values({ filing: row.id, outlet, day, link, file, noted_by: editor.staff })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!noted) throw new Refusal('use_known', { name, day });
    await recordAction(tx, editor, { act: 'filing.use', subject: `${subjectOf(row)}：${name}，${day}` });
  });
}

/** Takes a use off again, and its scan. Refuses with not_found. */
export async function dropUse(
  db: Db,
  editor: Auditor,
  id: number,
  use: number,
  reason: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await lockFiling(tx, id);
    const found = await tx
      .selectFrom('filing_use')
      .innerJoin('outlet', 'outlet.id', 'filing_use.outlet')
      .select(['filing_use.file', 'filing_use.day', 'outlet.name'])
      .where('filing_use.id', '=', use)
      .where('filing', '=', row.id)
      .executeTakeFirst();
    if (!found) throw new Refusal('not_found');
    await tx.deleteFrom('filing_use').where('id', '=', use).execute();
    if (found.file) await tx.deleteFrom('filing_file').where('id', '=', found.file).execute();
    const subject = `${subjectOf(row)}：${found.name}，${found.day}`;
    await recordAction(tx, editor, { act: 'filing.unuse', subject, reason });
  });
}

async function checkRoom(tx: Transaction<Tables>, { id }: LockedFiling): Promise<void> {
  const { count } = await tx
    .selectFrom('filing_use')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('filing', '=', id)
    .executeTakeFirstOrThrow();
  if (count >= outletLimits.uses) throw new Refusal('list_full', { most: outletLimits.uses });
}

/** The outlet's name; it keeps its class and its days until the transaction ends. */
async function holdOutlet(tx: Transaction<Tables>, id: number, day: string): Promise<string> {
  const row = await tx
    .selectFrom('outlet')
    .select(['name', 'since', 'until'])
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  if (day < row.since || (row.until !== null && row.until < day))
    throw new Refusal('outlet_day', { name: row.name, day });
  return row.name;
}

async function keepScan(
  tx: Transaction<Tables>,
  { id: filing }: LockedFiling,
  { name, type, bytes }: CheckedFile,
): Promise<string> {
  const id = randomUUID();
  await tx
    .insertInto('filing_file')
    .values({ id, filing, name, type, size: bytes.length, bytes: Buffer.from(bytes) })
    .execute();
  return id;
}
