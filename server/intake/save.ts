import { sql, type Transaction } from 'kysely';
import type { Candidate } from '@zuimei/shared/contest.ts';
import { lockContest } from '../contest/lock.ts';
import type { Db, Tables } from '../db.ts';
import type { Nomination } from '../document/nomination.ts';
import type { Problem } from '../document/problem.ts';
import type { EncodedPhoto } from '../media/photo.ts';
import { keepPhoto, readPortrait } from '../upload/portrait.ts';
import { sealPrivate } from '../vault.ts';
import { type Plan, planNominations } from './match.ts';

export interface SaveOptions {
  /** 32 bytes, from outside the database. */
  key: Uint8Array;
  /** With any problem that is an error, save nothing. `problems` of an earlier step count too. */
  strict?: boolean;
  /** Check everything, pictures included, and save nothing. */
  dryRun?: boolean;
  problems?: readonly Problem[];
}

/**
 * Adds nominations to a contest in one transaction: all that fit, or (strict, with an error) none. Numbers go on after the
 * last candidate; a nominee already there is reported and left as it is, so importing twice changes nothing. The contest's
 * version grows by one when anybody was added. Resolves with the candidates added, or in a dry run those that would be.
 * Refuses with not_found when there is no such contest.
 */
export async function saveNominations(
  db: Db,
  contestId: number,
  nominations: readonly Nomination[],
  { key, strict = false, dryRun = false, problems = [] }: SaveOptions,
): Promise<{ candidates: Candidate[]; problems: Problem[] }> {
  const first = await planNominations(db, contestId, nominations, key);
  const photos = await encodePhotos(first);
  const stop = (plan: Plan): boolean =>
    strict && [...problems, ...plan.problems].some((problem) => problem.level === 'error');
  const candidatesOf = (plan: Plan): Candidate[] =>
    plan.fresh.map((one) => candidateOf(one, photos.encoded.get(one.nomination)));
  if (dryRun || stop(first))
    return {
      candidates: stop(first) ? [] : candidatesOf(first),
      problems: [...first.problems, ...photos.problems],
    };
  return db.transaction().execute(async (tx) => {
    await lockContest(tx, contestId, 'update');
    // Planned again under the lock: another import may have come first. It can only have made the plan shorter.
    const plan = await planNominations(tx, contestId, nominations, key);
    const candidates = stop(plan) ? [] : candidatesOf(plan);
    if (candidates.length > 0) await insert(tx, contestId, plan, candidates, photos.encoded, key);
    return { candidates, problems: [...plan.problems, ...photos.problems] };
  });
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
    const { file, sheet, row } = nomination.source;
    await tx
      .insertInto('candidate')
      .values({
        contest,
        number,
        body: sql`${JSON.stringify(candidates[at])}::jsonb`,
        private: sealPrivate(key, nomination.private, { contest, number }),
        source: [file, sheet, row === undefined ? undefined : `第${row}行`]
          .filter((part) => part !== undefined)
          .join(' '),
      })
      .execute();
  }
  await tx.updateTable('contest').set({ version: sql`version + 1` }).where('id', '=', contest).execute();
}
