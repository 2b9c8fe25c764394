import type { Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import type { Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Facts, Ledger } from '../vote/ledger.ts';
import { type Judged, readJudged } from './judged.ts';
import { type Documents, digestOfDocument, keepVerdict, type VerdictKind } from './verdict.ts';

export type FixParts = { ledger: Ledger; clock: () => number };

const actOf: Record<VerdictKind, ActCode> = {
  standing: 'standing.fix',
  tie: 'tie.settle',
  choice: 'choice.fix',
};

/**
 * Finds a verdict under the contest's lock and fixes it: the entry of the ledger with the digest of the document, the document, and the line
 * of the action log, all or none. Refuses with what `find` refuses.
 */
export async function fixVerdict<Kind extends VerdictKind>(
  { ledger, clock }: FixParts,
  slug: string,
  actor: Actor,
  given: {
    kind: Kind;
    reason: string;
    find(
      tx: Transaction<Tables>,
      contest: Judged,
    ): Promise<{ document: Documents[Kind]; facts: Facts; subject: string }>;
  },
): Promise<void> {
  const { kind, reason, find } = given;
  let found: { contest: number; document: Documents[Kind] } | null = null;
  await ledger.amend(slug, {
    kind,
    actor: actor.name,
    reason,
    async change(tx) {
      const contest = await readJudged(tx, slug);
      const { document, facts, subject } = await find(tx, contest);
      found = { contest: contest.id, document };
      await recordAction(tx, actor, { act: actOf[kind], contest: contest.id, subject, reason });
      return { ...facts, digest: digestOfDocument(document) };
    },
    async done(tx, entry) {
      if (!found) throw new Error(`a ${kind} without a document`);
      const { contest, document } = found;
      await keepVerdict(tx, contest, kind, { document, entry, actor: actor.name, now: clock() });
    },
  });
}
