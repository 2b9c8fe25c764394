import { useRoute } from 'vue-router';
import { photoUrl } from '../lib/media.ts';

export type PictureUrl = typeof photoUrl;

/** Where this page reads pictures, published or not: behind the door of its contest, else behind its unit's. Call it in setup. */
export function usePictures(): PictureUrl {
  const slug = useRoute().params['slug'];
  const door = typeof slug === 'string' ? `/api/console/contests/${slug}` : '/api/console/unit';
  return (...picture) => door + photoUrl(...picture);
}
