import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { cardOf } from '@zuimei/shared/card.ts';
import { phaseAt } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ContestSummary, ContestView } from '@zuimei/shared/view.ts';
import { type Prebuilt, prebuild, send } from '../reply.ts';
import { voterCookie } from '../vote/route.ts';
import type { Voters } from '../vote/voter.ts';
import type { StoredContest } from './contest.ts';
import type { Desk } from './desk.ts';
import type { Views } from './route.ts';

/** What the page is rendered from, on the server and again in the browser. */
interface FirstData {
  path: string;
  now: string;
  elder: boolean;
  contest?: ContestView;
  contests?: ContestSummary[];
  notFound?: true;
}

/** The built web client: its template, its renderer and its files. */
export interface Site {
  template: string;
  csp: string;
  render(first: FirstData): Promise<string>;
  files: Map<string, { reply: Prebuilt }>;
}

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  ico: 'image/x-icon',
  txt: 'text/plain; charset=utf-8',
};
const MOST_PAGES = 500;

/** Reads web/dist into memory. The one stylesheet is put into the page itself: it saves the first view a round trip. */
export async function openSite(folder: URL): Promise<Site> {
  const client = new URL('client/', folder);
  const files: Site['files'] = new Map();
  let css = '';
  for (const entry of await readdir(client, { recursive: true, withFileTypes: true })) {
    const type = TYPES[entry.name.split('.').at(-1) ?? ''];
    if (!entry.isFile() || !type) continue;
    const path = `/${relative(fileURLToPath(client), join(entry.parentPath, entry.name))}`;
    const bytes = await readFile(new URL(`.${path}`, client));
    const binary = !/text|svg/.test(type);
    const age = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
    const headers = { 'Content-Type': type, 'Cache-Control': age, 'X-Content-Type-Options': 'nosniff' };
    files.set(path, { reply: prebuild(binary ? new Uint8Array(bytes) : bytes.toString(), headers, 11) });
  }
  let template = await readFile(new URL('index.html', client), 'utf8');
  const links = [...template.matchAll(/<link rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/g)];
  for (const [link, href = ''] of links) {
    css += await readFile(new URL(`.${href}`, client), 'utf8');
    template = template.replace(link, '');
  }
  if (css) template = template.replace('<!--head-->', () => `<style>${css}</style><!--head-->`);
  const { render } = (await import(new URL('server/first.js', folder).href)) as Pick<Site, 'render'>;
  return { template, csp: contentPolicy(css), render, files };
}

function contentPolicy(css: string): string {
  const inline = css ? ` 'sha256-${hash('sha256', css, 'base64')}'` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The proof of work is done in a worker; Safari before 15.5 knows only child-src.
    "worker-src 'self'",
    "child-src 'self'",
    "frame-src 'none'",
    `style-src 'self'${inline}`,
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "connect-src 'self'",
    "font-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/**
 * The citizen's pages: /, /c/:slug and everything below it. Public; gives a voter cookie to who has none. The HTML depends on the
 * contest's version and phase and on 长辈版 alone, so it is rendered once for each and sent as bytes.
 */
export function pageRoute(parts: {
  site: Site;
  desk: Desk;
  views: Views;
  voters: Voters;
  clock: () => number;
  publicUrl: string | null;
  secure: boolean;
}) {
  const { site, desk, views, voters, clock } = parts;
  const pages = new Map<string, { of: StoredContest | null; phase: string; at: number; reply: Prebuilt }>();

  async function contestPage(slug: string, path: string, elder: boolean, base: string): Promise<Prebuilt> {
    const contest = await desk.find(slug);
    const phase = phaseAt(contest, clock());
    const key = `${elder} ${base} ${path}`;
    const kept = pages.get(key);
    if (kept && kept.of === contest && kept.phase === phase) return kept.reply;
    const view = await views.view(contest);
    const head = contestHead(view, path, base);
    const reply = await build({ path, now: view.now, elder, contest: lightView(view, path) }, head);
    keep(key, { of: contest, phase, at: clock(), reply });
    return reply;
  }

  async function homePage(elder: boolean, base: string): Promise<Prebuilt> {
    const key = `${elder} ${base} /`;
    const kept = pages.get(key);
    if (kept && clock() - kept.at < 1_000) return kept.reply;
    const first: FirstData = {
      path: '/',
      now: new Date(clock()).toISOString(),
      elder,
      contests: await views.summaries(),
    };
    const reply = await build(
      first,
      tags('最美 · 公众投票', '推选身边的最美应急人，每一张选票都可核验。', `${base}/`, null),
    );
    keep(key, { of: null, phase: '', at: clock(), reply });
    return reply;
  }

  async function build(first: FirstData, head: string): Promise<Prebuilt> {
    return prebuild(await pageHtml(site, first, head), pageHeaders(site.csp), 6);
  }

  function keep(
    key: string,
    page: { of: StoredContest | null; phase: string; at: number; reply: Prebuilt },
  ): void {
    if (pages.size >= MOST_PAGES) pages.delete(pages.keys().next().value ?? '');
    pages.set(key, page);
  }

  return new Hono()
    .get('/', async (c) =>
      send(c, await homePage(isElder(c.req.header('cookie')), parts.publicUrl ?? new URL(c.req.url).origin)),
    )
    .on('GET', ['/c/:slug', '/c/:slug/*'], async (c) => {
      const cookie = c.req.header('cookie');
      const url = new URL(c.req.url);
      const elder = isElder(cookie);
      const path = url.pathname.replace(/\/+$/, '') + (/^\?n=\d{1,5}$/.test(url.search) ? url.search : '');
      let response: Response;
      try {
        if (!KNOWN_PATH.test(path)) throw new Refusal('not_found');
        response = send(
          c,
          await contestPage(c.req.param('slug'), path, elder, parts.publicUrl ?? url.origin),
        );
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'not_found') throw error;
        const first: FirstData = { path, now: new Date(clock()).toISOString(), elder, notFound: true };
        const { plain } = await build(first, tags('没有找到这个页面 · 最美', '', url.href, null));
        return new Response(plain.body, {
          status: 404,
          headers: { ...plain.headers, 'Cache-Control': 'no-store' },
        });
      }
      if (!voters.read(cookie))
        response.headers.append('Set-Cookie', voterCookie(voters.issue(clock()), parts.secure));
      return response;
    })
    .get('*', async (c, next) => {
      const file = site.files.get(c.req.path);
      return file ? send(c, file.reply) : next();
    });
}

/** The whole document of a page: the template with its head, what it is rendered from, and its first HTML. */
export async function pageHtml(site: Site, first: FirstData, head: string): Promise<string> {
  const app = await site.render(first);
  return site.template
    .replace('<html lang="zh-CN"', () => `<html lang="zh-CN"${first.elder ? ' data-elder' : ''}`)
    .replace('<!--head-->', () => head)
    .replace('<!--first-->', () => `<script type="application/json" id="first">${inScript(first)}</script>`)
    .replace('<!--app-->', () => app);
}

/** A list needs no deeds: they come with the page of their candidate. */
export function lightView(view: ContestView, path: string): ContestView {
  return {
    ...view,
    candidates: view.candidates.map((one) =>
      showsDeeds(path, one.number) ? one : { ...one, deeds: [], honours: [] },
    ),
  };
}

const KNOWN_PATH = /^\/c\/[a-z0-9-]{1,64}(\/(n\/\d{1,5}|rank|mine|rules|verify|poster))?(\?n=\d+)?$/;

function showsDeeds(path: string, number: number): boolean {
  return path.endsWith(`/n/${number}`);
}

function isElder(cookie: string | undefined): boolean {
  return /(?:^|; )elder=1(?:;|$)/.test(cookie ?? '');
}

function pageHeaders(csp: string): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': csp,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
  };
}

function contestHead(view: ContestView, path: string, base: string): string {
  const number = Number(/\/n\/(\d+)/.exec(path)?.[1] ?? /\?n=(\d+)/.exec(path)?.[1] ?? 0);
  const { title, text, image } = cardOf(view, number, base);
  const size = view.candidates.some((one) => one.number === number) ? 'full' : 'card';
  const picture = image?.slice(base.length).replace(/card\.jpg$/, `${size}.avif`);
  const preload = picture
    ? `<link rel="preload" as="image" type="image/avif" fetchpriority="high" href="${picture}">`
    : '';
  return preload + tags(title, text, base + path, image);
}

function tags(title: string, description: string, url: string, image: string | null): string {
  const meta = (name: string, content: string) =>
    `<meta property="og:${name}" content="${escapeHtml(content)}">`;
  return [
    `<title>${escapeHtml(title)}</title>`,
    `<meta name="description" content="${escapeHtml(description)}">`,
    meta('type', 'website'),
    meta('site_name', '最美'),
    meta('title', title),
    meta('description', description),
    meta('url', url),
    image ? meta('image', image) : '',
  ].join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** JSON that cannot end the script element it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028|\u2029/g, (char) => (char === '\u2028' ? '\\u2028' : '\\u2029'));
}
