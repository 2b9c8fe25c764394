import type { Transaction } from 'kysely';
import type { Photo } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { type EncodedPhoto, encodePhoto } from '../media/photo.ts';

/** An uploaded picture encoded anew, not yet stored. Refuses with file_refused {name} for anything but a readable photograph. */
export async function encodePortrait(sent: { name: string; bytes: Uint8Array }): Promise<EncodedPhoto> {
  const photo = await encodePhoto(sent.bytes);
  if (!photo) throw new Refusal('file_refused', { name: sent.name.slice(-80) });
  return photo;
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
