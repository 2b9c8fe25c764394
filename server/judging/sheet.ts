import { sql } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import { sheetCommitment, sheetSalt } from '@zuimei/shared/judging/sheet.ts';
import type { SheetLines, SheetReceipt } from '@zuimei/shared/sheet.ts';
import type { Secrets } from '../secret.ts';
import { ledgerKeys } from '../vote/keys.ts';
import type { On } from './seat.ts';

/** One revision of a seat's sheet as it was locked. */
export interface Locked extends SheetReceipt {
  seat: number;
  lines: SheetLines;
  recused: number[];
  paper: string;
  reopened: boolean;
}

/** All revisions of these seats, oldest first. */
export async function readLocked(on: On, seats: readonly number[]): Promise<Locked[]> {
  if (seats.length === 0) return [];
  const rows = await on
    .selectFrom('sheet')
    .selectAll()
    .where('seat', 'in', seats)
    .orderBy(sql`seat, revision`)
    .execute();
  return rows.map(({ seat, revision, lines, recused, digest, entry, paper, locked_at, reopened_at }) => ({
    seat,
    revision,
    lines,
    recused,
    paper,
    digest: toHex(digest),
    entry: entry === null ? null : Number(entry),
    at: locked_at.toISOString(),
    reopened: reopened_at !== null,
  }));
}

/** The revision that stands: the last, unless it was reopened. */
export function standingSheet(revisions: readonly Locked[], seat: number): Locked | null {
  const last = revisions.filter((one) => one.seat === seat).at(-1);
  return last && !last.reopened ? last : null;
}

export function receiptOf({ revision, at, entry, digest }: Locked): SheetReceipt {
  return { revision, at, entry, digest };
}

/** What of a draft is locked, of those that are due: points, without notes; an abstention gives none. */
export function linesToLock(lines: SheetLines, due: readonly number[]): SheetLines {
  return Object.fromEntries(
    due.map((number) => {
      const { abstained = false, points = {} } = lines[number] ?? {};
      return [number, { points: abstained ? {} : points, abstained, note: '' }];
    }),
  );
}

/** The digest that a lock writes, from what the database keeps of it: the same text gives the same digest, whoever works it out. */
export function digestOfSheet(
  secrets: Secrets,
  slug: string,
  seat: { code: string; panel: string },
  locked: { revision: number; lines: SheetLines; recused: readonly number[] },
): string {
  const sheet = Object.entries(locked.lines)
    .filter(([, { abstained }]) => !abstained)
    .map(([number, { points }]) => [Number(number), points] as const)
    .sort(([a], [b]) => a - b);
  const { opening } = ledgerKeys(secrets, slug);
  return sheetCommitment(sheetSalt(opening, seat.code, locked.revision), {
    contest: slug,
    panel: seat.panel,
    seat: seat.code,
    revision: locked.revision,
    sheet,
    recused: [...locked.recused].sort((a, b) => a - b),
  });
}
