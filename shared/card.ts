import type { Contest } from './contest.ts';

/** What a shared link shows, in WeChat's chats and wherever else a page's og: tags are read. */
export interface ShareCard {
  title: string;
  text: string;
  /** Absolute, JPEG, 480 × 480; null = there is no photo to show. */
  image: string | null;
  /** Absolute, without query and fragment: the same for everybody, so that it tells nothing of who shared it. */
  link: string;
}

/** Of a candidate's page, or of the contest where the number is null or nobody's. `base`: the site's address without a slash at the end. */
export function cardOf(
  contest: Pick<Contest, 'slug' | 'title' | 'slogan' | 'organizers' | 'candidates'>,
  number: number | null,
  base: string,
): ShareCard {
  const candidate = contest.candidates.find((one) => one.number === number);
  const shown = candidate ?? contest.candidates.find((one) => one.photos.length > 0);
  const photo = shown?.photos[0];
  const link = `${base}/c/${contest.slug}`;
  return {
    title: candidate ? `${candidate.number} 号 ${candidate.name} · ${contest.title}` : contest.title,
    text: candidate
      ? `${candidate.unit}：${candidate.reason}`
      : `${contest.slogan || contest.organizers.join('、')}。每一张选票都可核验。`,
    image: photo ? `${base}/media/${photo.id}-card.jpg` : null,
    link: candidate ? `${link}/n/${candidate.number}` : link,
  };
}
