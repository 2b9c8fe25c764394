import { createHash } from 'node:crypto';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ApprovalFacts } from '@zuimei/shared/result/act.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import type { CheckedFile } from '../nomination/attachment.ts';
import type { Actor } from '../staff/action.ts';
import { checkChosen, type SayParts, sayAct } from './say.ts';

/**
 * 集体审定, as it was decided: on which date, by which organ, under which number. The paper is kept beside, its digest in the entry. Refuses with
 * choice_missing, and with approval_date for a day that is still to come.
 */
export async function approve(
  parts: SayParts,
  slug: string,
  actor: Actor,
  given: Omit<ApprovalFacts, 'scan'> & { reason: string; scan: CheckedFile | null },
): Promise<void> {
  const { before, organ, date, document, reason, scan } = given;
  const digest = scan && createHash('sha256').update(scan.bytes).digest();
  await sayAct(parts, slug, actor, {
    kind: 'approval',
    act: 'course.approve',
    reason,
    reference: document,
    async find(_tx, _contest, course, at) {
      checkChosen(course);
      if (date > shanghaiDate(at)) throw new Refusal('approval_date');
      return {
        facts: { before, organ, date, document, scan: digest?.toString('hex') ?? '' },
        subject: `${organ} ${document}`,
      };
    },
    async done(tx, { contest }) {
      if (!scan || !digest) return;
      await tx
        .insertInto('approval_scan')
        .values({ contest, digest, name: scan.name, type: scan.type, bytes: Buffer.from(scan.bytes) })
        .onConflict((same) => same.doNothing())
        .execute();
    },
  });
}

/** The paper of an approval. Refuses with not_found. */
export async function readScan(
  db: Db,
  slug: string,
  digest: string,
): Promise<{ name: string; type: string; content: Buffer }> {
  const row = /^[0-9a-f]{64}$/u.test(digest)
    ? await db
        .selectFrom('approval_scan')
        .innerJoin('contest', 'contest.id', 'approval_scan.contest')
        .select(['approval_scan.name', 'approval_scan.type', 'approval_scan.bytes'])
        .where('contest.slug', '=', slug)
        .where('approval_scan.digest', '=', Buffer.from(digest, 'hex'))
        .executeTakeFirst()
    : undefined;
  if (!row) throw new Refusal('not_found');
  return { name: row.name, type: row.type, content: Buffer.from(row.bytes) };
}
