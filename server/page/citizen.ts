import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cardOf } from '@zuimei/shared/card.ts';
import { phaseAt } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ContestSummary, ContestView } from '@zuimei/shared/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Views } from '../contest/route.ts';
import { readAsset, typeOf } from '../http/asset.ts';
import { createKept } from '../http/kept.ts';
import { originOf } from '../http/origin.ts';
import { type Prebuilt, prebuild, send } from '../http/reply.ts';
import { createTurns } from '../turn.ts';
import { voterCookie } from '../vote/route.ts';
import type { Voters } from '../vote/voter.ts';

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
  files: Map<string, Prebuilt>;
}

/** About what 300 pages take. */
const KEPT_BYTES = 64 << 20;
/** First HTML says when it was made, and words like 今天 are as of then: a minute old they are made anew. */
const STALE_MS = 60_000;
/** A page takes milliseconds of the thread that takes ballots: few at once, and a line that has an end. */
const RENDERING = { atOnce: 2, waiting: 50, retryAfterMs: 1_000 };

/** Reads web/dist into memory. The one stylesheet is put into the page itself: it saves the first view a round trip. */
export async function openSite(folder: URL): Promise<Site> {
  const client = new URL('client/', folder);
  const files: Site['files'] = new Map();
  let css = '';
  for (const entry of await readdir(client, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !typeOf(entry.name)) continue;
    const path = `/${relative(fileURLToPath(client), join(entry.parentPath, entry.name))}`;
    const age = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
    files.set(path, await readAsset(new URL(`.${path}`, client), { 'Cache-Control': age }));
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

interface Page {
  of: StoredContest | null;
  phase: string;
  at: number;
  reply: Prebuilt;
}

type Env = { Bindings: HttpBindings };

/**
 * The citizen's pages: /, /c/:slug and everything below it. Public; gives a voter cookie to who has none. The HTML depends on the
 * contest's version, on the minute and on 长辈版 alone, so it is rendered once for each and sent as bytes. Only pages that there are are
 * rendered: a number of no candidate gets the contest's page, everything else the one page that says so. HEAD renders nothing.
 */
export function pageRoute(parts: {
  site: Site;
  contests: Contests;
  views: Views;
  voters: Voters;
  clock: () => number;
  publicUrl: string | null;
  secure: boolean;
}) {
  const { site, contests, views, voters, clock } = parts;
  const pages = createKept<Page>(KEPT_BYTES);
  const rendering = new Map<string, Promise<Page>>();
  const turns = createTurns(RENDERING);

  /** Whoever asks for a page that is being made waits for that one. */
  function make(
    key: string,
    page: Omit<Page, 'reply' | 'at'>,
    first: FirstData,
    head: string,
  ): Promise<Page> {
    const under = rendering.get(key);
    if (under) return under;
    const made = render(first, head)
      .then((reply) => {
        const whole = { ...page, reply, at: clock() };
        pages.put(key, whole, 4 * reply.plain.body.length);
        return whole;
      })
      .finally(() => rendering.delete(key));
    rendering.set(key, made);
    return made;
  }

  async function render(first: FirstData, head: string): Promise<Prebuilt> {
    using _turn = await turns.take();
    return prebuild(await pageHtml(site, first, head), pageHeaders(site.csp), 6);
  }

  async function contestPage(c: Context<Env>, contest: StoredContest, path: string): Promise<Response> {
    const [elder, base] = [isElder(c.req.header('cookie')), originOf(parts.publicUrl, c.env?.incoming)];
    const phase = phaseAt(contest, clock());
    const key = `${elder} ${base} ${path}`;
    const kept = pages.get(key);
    if (kept && kept.of === contest && kept.phase === phase && clock() - kept.at < STALE_MS)
      return send(c, kept.reply);
    if (c.req.method === 'HEAD') return headersOnly(200);
    const view = await views.view(contest);
    const first = { path, now: new Date(clock()).toISOString(), elder, contest: lightView(view, path) };
    const page = await make(key, { of: contest, phase }, first, contestHead(view, path, base));
    return send(c, page.reply);
  }

  async function homePage(c: Context<Env>): Promise<Response> {
    const [elder, base] = [isElder(c.req.header('cookie')), originOf(parts.publicUrl, c.env?.incoming)];
    const key = `${elder} ${base} /`;
    const kept = pages.get(key);
    if (kept && clock() - kept.at < 1_000) return send(c, kept.reply);
    if (c.req.method === 'HEAD') return headersOnly(200);
    const first = {
      path: '/',
      now: new Date(clock()).toISOString(),
      elder,
      contests: await views.summaries(),
    };
    const head = tags('最美 · 公众投票', '推选身边的最美应急人，每一张选票都可核验。', `${base}/`, null);
    return send(c, (await make(key, { of: null, phase: '' }, first, head)).reply);
  }

  /** The same bytes for every address at which there is nothing. */
  async function missingPage(c: Context<Env>): Promise<Response> {
    if (c.req.method === 'HEAD') return headersOnly(404);
    const elder = isElder(c.req.header('cookie'));
    const key = `${elder} missing`;
    const first = { path: '/c/-', now: new Date(clock()).toISOString(), elder, notFound: true as const };
    const head = tags('没有找到这个页面 · 最美', '', '', null);
    const page = pages.get(key) ?? (await make(key, { of: null, phase: '' }, first, head));
    const { body, headers } = page.reply.plain;
    return new Response(body, { status: 404, headers: { ...headers, 'Cache-Control': 'no-store' } });
  }

  /** The page that was linked to, when a chat program glued the text around a link to it or a person wrote it in capitals. */
  async function unglued({ pathname, search }: URL): Promise<string | null> {
    const [, path = '', slug = ''] = LINK.exec(pathname.toLowerCase()) ?? [];
    const [, query = ''] = /^(\?n=\d{1,5})(?:[^\d&].*)?$/i.exec(search) ?? [];
    if (slug === '' || (path === pathname.replace(/\/+$/, '') && (query === '' || query === search)))
      return null;
    const contest = await findOrNull(contests, slug);
    return contest && pathOf(contest, path, query.toLowerCase());
  }

  function headersOnly(status: 200 | 404): Response {
    return new Response(null, { status, headers: pageHeaders(site.csp) });
  }

  return new Hono<Env>()
    .get('/', (c) => homePage(c))
    .on('GET', ['/c/:slug', '/c/:slug/*'], async (c) => {
      const url = new URL(c.req.url);
      const meant = await unglued(url);
      if (meant) return c.redirect(meant, 302);
      const contest = await findOrNull(contests, c.req.param('slug'));
      const path = contest && pathOf(contest, url.pathname, url.search);
      if (!contest || path === null) return await missingPage(c);
      const response = await contestPage(c, contest, path);
      if (c.req.method !== 'HEAD' && !voters.read(c.req.header('cookie')))
        response.headers.append('Set-Cookie', voterCookie(voters.issue(clock()), parts.secure));
      return response;
    })
    .get('*', async (c, next) => {
      const file = site.files.get(c.req.path);
      if (file) return send(c, file);
      const meant = c.req.path.startsWith('/C/') && (await unglued(new URL(c.req.url)));
      return meant ? c.redirect(meant, 302) : next();
    });
}

async function findOrNull(contests: Contests, slug: string): Promise<StoredContest | null> {
  try {
    return await contests.find(slug);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found') return null;
    throw error;
  }
}

/** The page that an address means, in one spelling; null when there is none. ?n= of a shared link counts on the list alone. */
function pathOf(contest: StoredContest, pathname: string, search: string): string | null {
  const list = `/c/${contest.slug}`;
  const below = pathname.slice(list.length).replace(/\/+$/, '');
  if (!pathname.startsWith(list) || !PAGES.test(below)) return null;
  const known = (text = ''): number | null =>
    contest.candidates.find((one) => one.number === Number(text))?.number ?? null;
  if (below === '') {
    const shared = known(/^\?n=(\d{1,5})$/.exec(search)?.[1]);
    return shared === null ? list : `${list}?n=${shared}`;
  }
  if (!below.startsWith('/n/')) return list + below;
  const number = known(below.slice(3));
  return number === null ? null : `${list}/n/${number}`;
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

/** As far as an address goes that a page of ours can have. */
const LINK = /^(\/c\/([a-z0-9][a-z0-9-]*)(?:\/n\/\d{1,5}|\/[a-z]+)?)/;
const PAGES = /^(\/(n\/\d{1,5}|rank|mine|rules|verify|poster|objection))?$/;

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
    url ? meta('url', url) : '',
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
