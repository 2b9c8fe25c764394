import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SheetLines, SheetReceipt, SheetState } from '@zuimei/shared/sheet.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Ledger } from '../vote/ledger.ts';
import { checkOpen, checkWhole, lockOwn, type Own, readState } from './draft.ts';
import { judgingSpan } from './judged.ts';
import type { Seats } from './seat.ts';
import { digestOfSheet, linesToLock, readLocked } from './sheet.ts';

type Parts = { db: Db; seats: Seats; ledger: Ledger; secrets: Secrets; clock: () => number };

/**
 * Locks the judge's own sheet: its salted digest is in the ledger and the revision in the database, both or neither. `abstained`: whom the
 * judge means to give nothing, so that nobody is left out by accident. Refuses with sheet_changed {version}, sheet_locked, seat_closed,
 * lock_closed {closes}, recusal_missing {n}, line_missing {n} and points_out.
 */
export async function lockSheet(
  parts: Parts,
  slug: string,
  actor: Actor,
  given: { version: number; abstained: readonly number[] },
): Promise<SheetReceipt> {
  return await lockBy(parts, slug, actor, {
    own: (tx) => lockOwn(tx, slug, actor.staff),
    lines(state) {
      if (state.version !== given.version) throw new Refusal('sheet_changed', { version: state.version });
      return state.lines;
    },
    abstained: given.abstained,
    paper: '',
  });
}

/** As lockSheet, of a seat and lines that the caller stands for. `paper`: what it came on; '' = the judge's own page. */
export async function lockBy(
  { seats, ledger, secrets, clock }: Omit<Parts, 'db'>,
  slug: string,
  actor: Actor,
  given: {
    own: (tx: Transaction<Tables>) => Promise<Own>;
    lines: (state: SheetState) => SheetLines;
    abstained: readonly number[] | null;
    paper: string;
  },
): Promise<SheetReceipt> {
  const receipt: SheetReceipt = { revision: 0, at: new Date(clock()).toISOString(), entry: null, digest: '' };
  let keep = async (_: Transaction<Tables>, __: number | null): Promise<void> => {};
  await ledger.amend(slug, {
    kind: 'sheet',
    actor: actor.name,
    reason: given.paper === '' ? '评委锁定评分表' : '纸质评分表两人录入一致',
    reference: given.paper,
    async change(tx) {
      const own = await given.own(tx);
      const state = await readState(tx, seats, own);
      await checkOpen(tx, own, state);
      checkInTime(own, clock());
      const lines = given.lines(state);
      checkMeant(own, state, lines, given.abstained);
      const recused = state.recusals.map(({ number }) => number);
      const due = own.standers
        .filter(({ number, withdrawn }) => !withdrawn && !recused.includes(number))
        .map(({ number }) => number);
      const kept = linesToLock(lines, due);
      receipt.revision = ((await readLocked(tx, [own.seat.id])).at(-1)?.revision ?? 0) + 1;
      receipt.digest = digestOfSheet(secrets, slug, own.seat, {
        revision: receipt.revision,
        lines: kept,
        recused,
      });
      keep = (on, entry) =>
        keepSheet(on, own.seat.id, { ...receipt, entry, lines: kept, recused, paper: given.paper });
      await tx
        .updateTable('seat')
        .set({ asked_at: null, asked_why: '' })
        .where('id', '=', own.seat.id)
        .execute();
      await recordAction(tx, actor, {
        act: given.paper === '' ? 'sheet.lock' : 'sheet.paper',
        contest: own.contest.id,
        subject: own.seat.code,
      });
      const { panel, code, kind } = own.seat;
      if (kind === 'full') return { panel, seat: code, revision: receipt.revision, digest: receipt.digest };
      await keep(tx, null);
      return null;
    },
    async done(tx, index) {
      receipt.entry = index;
      await keep(tx, index);
    },
  });
  return receipt;
}

async function keepSheet(
  tx: Transaction<Tables>,
  seat: number,
  {
    revision,
    at,
    entry,
    digest,
    lines,
    recused,
    paper,
  }: SheetReceipt & { lines: SheetLines; recused: number[]; paper: string },
): Promise<void> {
  await sql`
    insert into sheet (seat, revision, lines, recused, digest, entry, paper, locked_at)
    values (${seat}, ${revision}, ${JSON.stringify(lines)}::jsonb, ${`{${recused.join(',')}}`}::int[], ${Buffer.from(digest, 'hex')},
      ${entry}::bigint, ${paper}, ${at}::timestamptz)`.execute(tx);
}

function checkInTime({ contest, seat }: Own, now: number): void {
  const { closes } = judgingSpan(contest);
  if (closes !== null && Date.parse(closes) <= now && seat.late === '')
    throw new Refusal('lock_closed', { closes });
}

function checkMeant(
  own: Own,
  { conflicts, mustRecuse, recusals }: SheetState,
  lines: SheetLines,
  abstained: readonly number[] | null,
): void {
  if (mustRecuse && conflicts.length > 0) throw new Refusal('recusal_missing', { n: conflicts.length });
  // What was not meant is a gap.
  const isMeant = (key: string): boolean => abstained === null || abstained.includes(Number(key));
  const sure = Object.entries(lines).map(([key, line]) => [
    key,
    { ...line, abstained: line.abstained && isMeant(key) },
  ]);
  checkWhole(own, { lines: Object.fromEntries(sure), recusals });
}
