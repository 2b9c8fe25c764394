import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { hiddenUntil, sealed } from '../analyst/hidden.ts';
import { findContest, type StoredContest } from '../contest/contest.ts';
import { lockContest } from '../contest/lock.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction, staffOf } from '../staff/action.ts';
import { auditorOf, checkSecond } from '../staff/second.ts';
import type { Facts, Ledger } from '../vote/ledger.ts';
import { digestOf, readFigures, readLast } from './facts.ts';

/**
 * 封存记录: when a contest has ended, its figures become an act of the ledger that two persons sign. An organizer or an auditor proposes it, since
 * either may be the one whose office asks for it; another auditor confirms it, so that who ran the contest never vouches for it alone.
 */
export interface Proposed {
  reason: string;
  /** Number of the document it rests on, or ''. */
  reference: string;
}

/** Refuses with not_found, closing_early before the result or the archive, and sealed while counts are hidden. */
export async function readEnded(
  on: Db | Transaction<Tables>,
  slug: string,
  now: number,
): Promise<StoredContest> {
  const contest = await findContest(on, slug);
  const { archived_at } = await on
    .selectFrom('contest')
    .select('archived_at')
    .where('id', '=', contest.id)
    .executeTakeFirstOrThrow();
  if (contest.announced.result === null && archived_at === null) throw new Refusal('closing_early');
  if (hiddenUntil(contest, now) !== null) throw sealed(contest, now);
  return contest;
}

/** Refuses as readEnded, and with closing_open where one waits. */
export async function proposeClosing(
  db: Db,
  actor: Actor,
  slug: string,
  { reason, reference }: Proposed,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockContest(tx, slug, 'update');
    const contest = await readEnded(tx, slug, now);
    const digest = digestOf(await readFigures(tx, contest));
    const { numInsertedOrUpdatedRows = 0n } = await tx
      .insertInto('closing')
      .values({
        ...{ contest: contest.id, reason, reference, digest: Buffer.from(digest, 'hex') },
        proposed_by: staffOf(actor),
      })
      .onConflict((open) => open.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw new Refusal('closing_open');
    await recordAction(tx, actor, { act: 'closing.propose', contest: contest.id, subject: digest, reason });
  });
}

/**
 * The second person's signature; `digest`: of the figures that they were shown. Gives the index of the entry. Refuses as readEnded, with
 * proposal_closed where none is open, own_proposal, reset_since, not_sealed_yet, and closing_changed when the figures are others than those proposed or shown.
 */
export async function confirmClosing(
  { db, ledger }: { db: Db; ledger: Pick<Ledger, 'amend'> },
  actor: Actor,
  slug: string,
  digest: string,
  now: number,
): Promise<number> {
  const asked = await readOpen(db, (await readEnded(db, slug, now)).id);
  const checkpoint = await readLast(db, asked.contest);
  const entry = await ledger.amend(slug, {
    ...{ kind: 'closing', actor: actor.name, reason: asked.reason, reference: asked.reference },
    async change(tx, id) {
      const open = await readOpen(tx, id);
      if (open.id !== asked.id) throw new Refusal('proposal_closed');
      await checkSecond(tx, auditorOf(actor), { by: open.proposed_by, at: open.proposed_at });
      const figures = await readFigures(tx, await readEnded(tx, slug, now));
      const stands = digestOf(figures);
      if (stands !== digest || stands !== open.digest.toString('hex')) throw new Refusal('closing_changed');
      await recordAction(tx, actor, {
        ...{ act: 'closing.confirm', contest: id, subject: digest, reason: asked.reason },
      });
      const said = { ...figures, checkpoint, proposed: open.name };
      return said as unknown as Facts;
    },
    async done(tx, index) {
      await tx
        .updateTable('closing')
        .set({ state: 'done', decided_by: staffOf(actor), decided_at: new Date(now), entry: index })
        .where('id', '=', asked.id)
        .execute();
    },
  });
  if (entry === null) throw new Refusal('not_found');
  return entry;
}

/** Another person declines it, or who proposed it takes it back. Refuses with not_found and proposal_closed. */
export async function declineClosing(
  db: Db,
  actor: Actor,
  slug: string,
  reason: string,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { id: contest } = await lockContest(tx, slug, 'update');
    const open = await readOpen(tx, contest);
    await tx
      .updateTable('closing')
      .set({ state: 'declined', decided_by: staffOf(actor), decided_at: new Date(now) })
      .where('id', '=', open.id)
      .execute();
    const subject = open.digest.toString('hex');
    await recordAction(tx, actor, { act: 'closing.decline', contest, subject, reason });
  });
}

/** The one that waits, null = none. */
export async function findOpen(on: Db | Transaction<Tables>, contest: number) {
  const row = await on
    .selectFrom('closing')
    .innerJoin('staff', 'staff.id', 'closing.proposed_by')
    .select([
      ...([
        'closing.id',
        'closing.contest',
        'closing.reason',
        'closing.reference',
        'closing.digest',
      ] as const),
      ...(['closing.proposed_by', 'closing.proposed_at', 'staff.name'] as const),
    ])
    .where('closing.contest', '=', contest)
    .where('closing.state', '=', 'open')
    .executeTakeFirst();
  return row ?? null;
}

async function readOpen(on: Db | Transaction<Tables>, contest: number) {
  const open = await findOpen(on, contest);
  if (!open) throw new Refusal('proposal_closed');
  return open;
}
