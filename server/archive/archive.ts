import { sql, type Transaction } from 'kysely';
import { phaseAt } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { announcedOf } from '../contest/contest.ts';
import { collectionDocument, settingsDocument } from '../contest/document.ts';
import { lockContest } from '../contest/lock.ts';
import { readStored } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { type Seals, sealedColumns } from '../staff/seal.ts';
import type { Ledger } from '../vote/ledger.ts';
import { archivableAt } from './retention.ts';

/** Whether staff may no longer change it; of one that is not there, false. */
export async function isArchived(db: Db | Transaction<Tables>, slug: string): Promise<boolean> {
  const row = await db
    .selectFrom('contest')
    .select('archived_at')
    .where('slug', '=', slug)
    .executeTakeFirst();
  return (row?.archived_at ?? null) !== null;
}

/**
 * Ends a contest for good: the public goes on reading it, staff may no longer change it, units' links and sessions end. Of a published
 * one the act is the ledger's last word. Refuses with not_found, archived, or not_now {until} while votes (or nominations) may still come.
 */
export async function archiveContest(
  db: Db,
  { ledger, seals }: { ledger: Pick<Ledger, 'amend'>; seals: Seals },
  actor: Actor,
  { slug, reason }: { slug: string; reason: string },
  now: number,
): Promise<void> {
  const stored = await readStored(db, slug);
  if (stored.archivedAt) throw new Refusal('archived');
  const allowed = archivableAt(stored, stored.settings, now);
  if (!allowed.now) throw new Refusal('not_now', allowed.from ? { until: allowed.from } : {});
  await ledger.amend(slug, {
    kind: 'archive',
    actor: actor.name,
    reason,
    async change(tx, contest) {
      await close(tx, seals, actor, contest, reason, now);
      return {};
    },
  });
}

async function close(
  tx: Transaction<Tables>,
  seals: Seals,
  actor: Actor,
  contest: number,
  reason: string,
  now: number,
): Promise<void> {
  // Read again under the lock: two may press the button at once, and the closing may have been put off meanwhile.
  await lockContest(tx, contest, 'update');
  const row = await tx
    .selectFrom('contest')
    .select(['settings', 'archived_at', 'collection', 'published_at', 'noticed_at', 'resulted_at'])
    .where('id', '=', contest)
    .executeTakeFirstOrThrow();
  if (row.archived_at) throw new Refusal('archived');
  const settings = settingsDocument.read(row.settings);
  const collection = row.collection === null ? null : collectionDocument.read(row.collection);
  const publishedAt = row.published_at;
  if (!archivableAt({ publishedAt, collection }, settings, now).now) throw new Refusal('not_now');
  const at = new Date(now);
  const schedule = [
    ...settings.schedule.filter((step) => step.phase !== 'archived' && Date.parse(step.from) <= now),
    { phase: 'archived' as const, from: at.toISOString() },
  ];
  await sql`
    update contest set archived_at = ${at.toISOString()}::timestamptz, settings = ${settingsDocument.text({ ...settings, schedule })}::jsonb
    where id = ${contest}`.execute(tx);
  await endAccounts(tx, seals, contest, at);
  await recordAction(tx, actor, {
    act: 'contest.archive',
    contest,
    subject: `${settings.title}（${phaseAt({ ...settings, announced: announcedOf(row) }, now)}）`,
    reason,
  });
}

/** Makes every unit's link void, signs units and judges out and closes their accounts. */
export async function endAccounts(
  tx: Transaction<Tables>,
  seals: Seals,
  contest: number,
  at: Date,
): Promise<void> {
  await sql`update unit set link_version = link_version + 1 where contest = ${contest}`.execute(tx);
  const theirs = sql<boolean>`(staff.unit in (select id from unit where contest = ${contest})
    or staff.id in (select staff from seat where contest = ${contest}))`;
  await sql`
    delete from session where unit in (select id from unit where contest = ${contest})
      or staff in (select staff.id from staff where ${theirs})`.execute(tx);
  const accounts = await tx
    .selectFrom('staff')
    .select(sealedColumns)
    .where(theirs)
    .where('staff.disabled_at', 'is', null)
    .orderBy('staff.id')
    .forUpdate('staff')
    .execute();
  // One that was altered past the program opens nothing as it is.
  for (const row of accounts) if (seals.holds(row)) await seals.put(tx, { ...row, disabled_at: at });
}
