import { sql, type Transaction } from 'kysely';
import type { Candidate, Category } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { candidateDocument } from '../contest/document.ts';
import { checkMayJoin } from '../contest/held.ts';
import { readStored, type StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import type { Nomination } from '../document/nomination.ts';
import type { Problem } from '../document/problem.ts';
import type { EncodedPhoto } from '../media/photo.ts';
import { checkPlaces } from '../review/places.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { keepPhoto, readPortrait } from '../upload/portrait.ts';
import { sealPrivate } from '../vault.ts';
import type { Ledger } from '../vote/ledger.ts';
import { compare, type Plan, planNominations } from './match.ts';

export interface Importer {
  db: Db;
  ledger: Pick<Ledger, 'amend'>;
  /** Seals the private fields: 32 bytes, from outside the database. */
  key: Uint8Array;
  clock(): number;
}

export interface SaveOptions {
  actor: Actor;
  reason: string;
  /** With any problem that is an error, save nothing. `problems` of an earlier step count too. */
  strict?: boolean;
  /** Check everything, pictures included, and save nothing. */
  dryRun?: boolean;
  problems?: readonly Problem[];
}

/**
 * Adds nominations to a contest in one transaction, as an act of `actor`: all that fit, or (strict, with an error) none. Numbers go on
 * after the last candidate; a nominee already there is reported and left as it is, so importing twice changes nothing and is no act.
 * Resolves with the candidates added, or in a dry run those that would be. Refuses with not_found when there is no such contest, and with
 * archived or voting_begun {opens} when nobody may join it any more; with places_over {over} when those who are new are more than its places:
 * which of them to leave out is not for a file to say.
 */
export async function saveNominations(
  { db, ledger, key, clock }: Importer,
  slug: string,
  nominations: readonly Nomination[],
  { actor, reason, strict = false, dryRun = false, problems = [] }: SaveOptions,
): Promise<{ candidates: Candidate[]; problems: Problem[] }> {
  const stored = await joinable(db, slug, clock());
  const { id } = stored;
  const first = await planNominations(db, id, nominations, key);
  const photos = await encodePhotos(first);
  const stop = (plan: Plan): boolean => strict && hasError(problems, plan);
  const candidatesOf = (plan: Plan): Candidate[] =>
    stop(plan) ? [] : plan.fresh.map((one) => candidateOf(one, photos.encoded.get(one.nomination)));
  let saved = { candidates: candidatesOf(first), problems: first.problems };
  await checkJoining(db, stored, saved.candidates);
  if (!dryRun && saved.candidates.length > 0)
    await ledger.amend(slug, {
      kind: 'shortlist',
      actor: actor.name,
      reason,
      async change(tx) {
        const held = await joinable(tx, slug, clock());
        // Planned again under the lock: another import may have come first. It can only have made the plan shorter.
        const plan = await planNominations(tx, id, nominations, key);
        const candidates = candidatesOf(plan);
        saved = { candidates, problems: plan.problems };
        await checkJoining(tx, held, candidates);
        if (candidates.length === 0) return null;
        await insert(tx, id, plan, candidates, photos.encoded, key);
        const added = candidates.map(({ number, name }) => ({ number, name }));
        const subject = added.map(({ number, name }) => `${number} ${name}`).join('，');
        await recordAction(tx, actor, { act: 'candidate.import', contest: id, subject, reason });
        return { added, draw: null };
      },
    });
  return { candidates: saved.candidates, problems: [...saved.problems, ...photos.problems] };
}

const hasError = (problems: readonly Problem[], plan: Plan): boolean =>
  [...problems, ...plan.problems].some((problem) => problem.level === 'error');

/** What saveNominations would come to in a contest of these categories that does not exist yet; stores nothing. */
export async function foreseeNominations(
  categories: readonly Category[],
  nominations: readonly Nomination[],
  { strict = false, problems = [] }: Pick<SaveOptions, 'strict' | 'problems'>,
): Promise<{ candidates: Candidate[]; problems: Problem[] }> {
  const plan = compare(nominations, categories);
  const photos = await encodePhotos(plan);
  const fresh = strict && hasError(problems, plan) ? [] : plan.fresh;
  return {
    candidates: fresh.map((one) => candidateOf(one, photos.encoded.get(one.nomination))),
    problems: [...plan.problems, ...photos.problems],
  };
}

/** The contest, if somebody may still join it: a draft has no voting that could have begun. */
async function joinable(on: Db | Transaction<Tables>, slug: string, now: number): Promise<StoredPlan> {
  const stored = await readStored(on, slug);
  if (stored.publishedAt) await checkMayJoin(on, stored, now);
  else if (stored.archivedAt) throw new Refusal('archived');
  return stored;
}

/** Nobody new, nothing to refuse: to import a file again is no act, whatever the places are by now. */
async function checkJoining(on: Db | Transaction<Tables>, stored: StoredPlan, joining: readonly Candidate[]) {
  const categories = joining.map(({ category }) => category);
  if (categories.length > 0) await checkPlaces(on, stored, categories);
}

/** One after another: a picture takes both cores by itself. */
async function encodePhotos(
  plan: Plan,
): Promise<{ encoded: Map<Nomination, EncodedPhoto>; problems: Problem[] }> {
  const encoded = new Map<Nomination, EncodedPhoto>();
  const problems: Problem[] = [];
  for (const { nomination } of plan.fresh) {
    const photo = await readPortrait(nomination);
    if (photo === null) continue;
    if ('files' in photo) encoded.set(nomination, photo);
    else problems.push(photo);
  }
  return { encoded, problems };
}

function candidateOf(
  { nomination, number, category }: Plan['fresh'][number],
  photo: EncodedPhoto | undefined,
): Candidate {
  const photos = photo ? [{ id: photo.id, width: photo.width, height: photo.height }] : [];
  return { ...nomination.candidate, number, category, photos };
}

async function insert(
  tx: Transaction<Tables>,
  contest: number,
  plan: Plan,
  candidates: readonly Candidate[],
  photos: ReadonlyMap<Nomination, EncodedPhoto>,
  key: Uint8Array,
): Promise<void> {
  for (const { nomination } of plan.fresh) {
    const photo = photos.get(nomination);
    if (!photo) continue;
    await keepPhoto(tx, contest, photo);
  }
  for (const [at, { nomination, number }] of plan.fresh.entries()) {
    const candidate = candidates[at];
    if (!candidate) continue;
    const { file, sheet, row } = nomination.source;
    await tx
      .insertInto('candidate')
      .values({
        contest,
        number,
        body: sql`${candidateDocument.text(candidate)}::jsonb`,
        private: sealPrivate(key, nomination.private, { contest, number }),
        source: [file, sheet, row === undefined ? undefined : `第${row}行`]
          .filter((part) => part !== undefined)
          .join(' '),
      })
      .execute();
  }
}
