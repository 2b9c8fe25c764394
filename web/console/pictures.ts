import { useRoute } from 'vue-router';
import { photoUrl } from '../lib/media.ts';
import { link } from '../lib/place.ts';

export type PictureUrl = typeof photoUrl;

/** Where this page reads pictures, published or not: behind the door of its contest, else behind its unit's. Call it in setup. */
export function usePictures(): PictureUrl {
  const slug = useRoute().params['slug'];
  return (...picture) => {
    const file = photoUrl(...picture).replace(/^.*\//, '');
    return typeof slug === 'string'
      ? link('/api/console/contests/:slug/media/:file', { slug, file })
      : link('/api/console/unit/media/:file', { file });
  };
}
