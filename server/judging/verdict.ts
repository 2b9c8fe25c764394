import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import { type Canonical, canonical } from '@zuimei/shared/ledger/canonical.ts';
import { recomputeDue } from '@zuimei/shared/result/course.ts';
import type { ChoiceDocument, Found, StandingDocument, TieDocument } from '@zuimei/shared/verdict.ts';
import type { Tables } from '../db.ts';
import { readCourse } from './course.ts';
import type { On } from './seat.ts';

/** What each kind of verdict holds. */
export interface Documents {
  standing: StandingDocument;
  tie: TieDocument;
  choice: ChoiceDocument;
}
export type VerdictKind = keyof Documents;

/** Everything found so far: the standing in force, the ties settled on it and the choice made of it. */
export interface Verdicts {
  standing: Found<StandingDocument> | null;
  ties: Found<TieDocument>[];
  choice: Found<ChoiceDocument> | null;
}

/** The digest that the ledger has of a document. */
export function digestOfDocument(document: Documents[VerdictKind]): string {
  const text = canonical(JSON.parse(JSON.stringify(document)) as Canonical);
  return createHash('sha256').update(text).digest('hex');
}

export async function keepVerdict<Kind extends VerdictKind>(
  tx: Transaction<Tables>,
  contest: number,
  kind: Kind,
  given: { document: Documents[Kind]; entry: number; actor: string; now: number },
): Promise<void> {
  const { document, entry, actor, now } = given;
  await sql`
    insert into verdict (contest, entry, kind, document, digest, actor, at)
    values (${contest}, ${entry}::bigint, ${kind}, ${JSON.stringify(document)}::jsonb,
      ${Buffer.from(digestOfDocument(document), 'hex')}, ${actor}, ${new Date(now).toISOString()}::timestamptz)`.execute(
    tx,
  );
}

/** Ties and choice count only after the last standing: a new one begins anew. */
export async function readVerdicts(on: On, contest: number): Promise<Verdicts> {
  const rows = await on
    .selectFrom('verdict')
    .selectAll()
    .where('contest', '=', contest)
    .orderBy('entry')
    .execute();
  const found: Verdicts = { standing: null, ties: [], choice: null };
  for (const { kind, document, entry, digest, actor, at } of rows) {
    const kept = { entry: Number(entry), digest: toHex(digest), by: actor, at: at.toISOString() };
    if (kind === 'standing') {
      found.standing = { ...kept, document: document as StandingDocument };
      [found.ties, found.choice] = [[], null];
    } else if (kind === 'tie') found.ties.push({ ...kept, document: document as TieDocument });
    else found.choice = { ...kept, document: document as ChoiceDocument };
  }
  return found;
}

/**
 * Whether sheets are closed to be written, and open to be read: a standing was computed, and no finding since says that it has to be computed
 * anew.
 */
export async function isComputed(on: On, contest: number): Promise<boolean> {
  const course = await readCourse(on, contest);
  return course.standing !== null && !recomputeDue(course);
}
