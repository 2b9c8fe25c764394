import type { Transaction } from 'kysely';
import type { CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import { hasOwnShape, photoFaults } from '@zuimei/shared/picture.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import type { Nomination } from '../document/nomination.ts';
import { type Problem, problemAt } from '../document/problem.ts';
import { type EncodedPhoto, encodePhoto } from '../media/photo.ts';

/** A face's card is a square around it; the picture of a case or a work keeps its shape. */
const cardOf = (kind: CandidateKind) => (hasOwnShape(kind) ? 'own' : 'face');

/** An uploaded picture encoded anew, not yet stored. Refuses as encodePhoto, with the name of the file beside. */
export async function encodePortrait(
  sent: { name: string; bytes: Uint8Array },
  kind: CandidateKind = 'person',
): Promise<EncodedPhoto> {
  try {
    return await encodePhoto(sent.bytes, cardOf(kind));
  } catch (error) {
    throw withFile(error, sent.name);
  }
}

/** The picture of a nominee in a document, or null where there is none, or what is wrong with it: one bad picture stops nothing else. */
export async function readPortrait(nomination: Nomination): Promise<EncodedPhoto | Problem | null> {
  if (!nomination.photo) return null;
  try {
    return await encodePhoto(nomination.photo, cardOf(nomination.candidate.kind));
  } catch (error) {
    const code = error instanceof Refusal ? photoFaults.find((one) => one === error.code) : undefined;
    if (!(error instanceof Refusal) || !code) throw error;
    const details = Object.fromEntries(
      Object.entries(error.details).map(([key, value]) => [key, String(value)]),
    );
    return problemAt(code, nomination.source, { name: nomination.candidate.name, ...details }, 'photo');
  }
}

/** A refusal of a picture with the end of its file's name; anything else as it is. */
export function withFile(error: unknown, name: string): unknown {
  return error instanceof Refusal
    ? new Refusal(error.code, { name: name.slice(-80), ...error.details })
    : error;
}

/**
 * Stores the files of an encoded picture for this contest. Call it in the transaction that shows the picture, after what may refuse it:
 * what nothing shows is swept away.
 */
export async function keepPhoto(
  tx: Transaction<Tables>,
  contest: number,
  photo: EncodedPhoto,
): Promise<Photo> {
  await tx
    .insertInto('media')
    .values(photo.files.map((file) => ({ id: photo.id, contest, ...file })))
    .execute();
  return { id: photo.id, width: photo.width, height: photo.height };
}
