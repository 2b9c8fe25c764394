import { sql } from 'kysely';
import type { ClosingView } from '@zuimei/shared/closing.ts';
import type { ClosingFile } from '@zuimei/shared/export/closing.ts';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { closingOf } from '@zuimei/shared/ledger/closing.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { findContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { type Actor, staffOf } from '../staff/action.ts';
import { findOpen, readEnded } from './closing.ts';
import { digestOf, readFigures } from './facts.ts';

interface Row {
  index: number;
  at: Date;
  act: Act;
}

/** The newest record of a contest, null before the first. */
async function readNewest(db: Db, contest: number): Promise<ClosingFile['entry'] | null> {
  const { rows } = await sql<Row>`
    select index::float8 as index, at, act from ledger_entry
    where contest = ${contest} and kind = 'closing' order by index desc limit 1`.execute(db);
  const [row] = rows;
  return row ? { index: row.index, at: row.at.toISOString(), act: row.act } : null;
}

/** What the file holds but format, key and proof. Refuses with not_found before there is a record. */
export async function readClosing(db: Db, contest: number): Promise<ClosingFile['entry']> {
  const entry = await readNewest(db, contest);
  if (!entry) throw new Refusal('not_found');
  return entry;
}

/** What staff see of it: the figures as they stand, what waits, and what was signed. Refuses with not_found. */
export async function readClosingView(db: Db, slug: string, actor: Actor, now: number): Promise<ClosingView> {
  const contest = await findContest(db, slug);
  const fault = await readEnded(db, slug, now).then(
    () => null,
    (error: unknown) => {
      if (error instanceof Refusal) return error.code;
      throw error;
    },
  );
  const figures = fault === null ? await readFigures(db, contest) : null;
  const digest = figures && digestOf(figures);
  const open = await findOpen(db, contest.id);
  const entry = await readNewest(db, contest.id);
  const said = closingOf(entry?.act);
  return {
    title: contest.title,
    ended: fault === null,
    hidden: fault === 'sealed',
    figures,
    digest,
    asked: open && {
      ...{ by: open.name, at: open.proposed_at.toISOString(), reason: open.reason },
      ...{ reference: open.reference, own: open.proposed_by === staffOf(actor) },
      changed: open.digest.toString('hex') !== digest,
    },
    record:
      entry && said
        ? { entry: entry.index, at: entry.at, proposed: said.proposed, confirmed: said.actor }
        : null,
  };
}
