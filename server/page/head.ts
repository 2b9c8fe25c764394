import { cardOf, type Shared } from '@zuimei/shared/card.ts';
import type { ContestView } from '@zuimei/shared/view.ts';

/** Of a page of a contest: what a shared link of it shows, and the picture that it opens with. */
export function contestHead(view: ContestView, path: string, base: string): string {
  const number = Number(/(?:\/(?:n|made)\/|\?n=)(\d+)/.exec(path)?.[1] ?? 0);
  const page = (/\/(notice|result|made)(?:\/\d+)?$/.exec(path)?.[1] ?? null) as NonNullable<
    Shared['page']
  > | null;
  const { title, text, image } = cardOf(view, { phase: view.phase, number, page }, base);
  const size = view.candidates.some((one) => one.number === number) ? 'full' : 'card';
  const picture = image?.slice(base.length).replace(/card\.jpg$/, `${size}.avif`);
  const preload = picture
    ? `<link rel="preload" as="image" type="image/avif" fetchpriority="high" href="${picture}">`
    : '';
  return preload + tags(title, text, base + path, image);
}

export function tags(title: string, description: string, url: string, image: string | null): string {
  const meta = (name: string, content: string) =>
    `<meta property="og:${name}" content="${escapeHtml(content)}">`;
  return [
    `<title>${escapeHtml(title)}</title>`,
    `<meta name="description" content="${escapeHtml(description)}">`,
    meta('type', 'website'),
    meta('site_name', '最美'),
    meta('title', title),
    meta('description', description),
    url ? meta('url', url) : '',
    image ? meta('image', image) : '',
  ].join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
