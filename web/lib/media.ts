import type { Photo } from '@zuimei/shared/contest.ts';

export type PhotoSize = 'thumb' | 'card' | 'full';
export type PhotoFormat = 'avif' | 'webp' | 'jpg';

/** Where a photo lies: thumb 96 × 96, card 480 × 480 (focus kept on the face; of cases and works at most 640 in its own shape), full at most 1080 wide in its own shape. */
export function photoUrl(photo: Pick<Photo, 'id'>, size: PhotoSize, format: PhotoFormat): string {
  return `/media/${photo.id}-${size}.${format}`;
}
