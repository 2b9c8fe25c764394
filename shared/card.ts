import { type Contest, hasVote, type Phase, publishedOf } from './contest.ts';

/** What a shared link shows, in WeChat's chats and wherever else a page's og: tags are read. */
export interface ShareCard {
  title: string;
  text: string;
  /** Absolute, JPEG, at most 640 a side; null = there is no photo to show. */
  image: string | null;
  /** Absolute, without query and fragment: the same for everybody, so that it tells nothing of who shared it. */
  link: string;
}

/** Which page is shared, when. `number`: whose it is; null or nobody's = the contest's. */
export interface Shared {
  phase: Phase;
  number: number | null;
  page?: 'notice' | 'result' | 'made' | null;
}

const published = {
  notice: '拟入选名单已经公示，欢迎监督。',
  result: '评选结果已经公布，怎么评出来的，人人可以核对。',
};

/**
 * Of a candidate's page, of the notice, the result or how one of it came about, or of the contest. From the notice on the contest shows
 * nobody's face: the first candidate may be one who was not chosen. `base`: the site's address without a slash at the end.
 */
export function cardOf(
  contest: Pick<Contest, 'slug' | 'title' | 'slogan' | 'organizers' | 'candidates' | 'announced'> & {
    outcome: unknown;
    rounds: readonly unknown[];
  },
  { phase, number, page = null }: Shared,
  base: string,
): ShareCard {
  const { slug, title, candidates } = contest;
  const voted = hasVote(contest);
  const candidate = candidates.find((one) => one.number === number);
  const end = publishedOf(contest);
  const shown = candidate ?? (end || page ? undefined : candidates.find((one) => one.photos.length > 0));
  const photo = shown?.photos[0];
  const image = photo ? `${base}/media/${photo.id}-card.jpg` : null;
  const link = `${base}/c/${slug}`;
  if (page === 'notice' || page === 'result')
    return {
      title: `${page === 'notice' ? '公示' : '结果'} · ${title}`,
      text:
        end === page || (end && page === 'notice')
          ? published[page]
          : `${title}的${page === 'notice' ? '公示' : '结果'}将在这里发布。`,
      image,
      link: `${link}/${page}`,
    };
  if (candidate && page === 'made')
    return {
      title: `${candidate.name} 怎么来的 · ${title}`,
      text: '票数、评分表、折算和公示，每一步都可以核对。',
      image,
      link: `${link}/made/${candidate.number}`,
    };
  if (candidate)
    return {
      title: `${voted ? `${candidate.number} 号 ` : ''}${candidate.name} · ${title}`,
      text: [candidate.unit, candidate.reason].filter(Boolean).join('：'),
      image,
      link: `${link}/n/${candidate.number}`,
    };
  const opening =
    phase === 'judging' ? '投票已截止，名单确定后公示' : contest.slogan || contest.organizers.join('、');
  const words = voted ? `${opening}。每一张选票都可核验。` : `${opening}。`;
  return { title, text: end ? published[end] : words, image, link };
}
