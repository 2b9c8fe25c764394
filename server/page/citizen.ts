import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { type Candidate, hasVote, publishedOf } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Made, PublicCourse } from '@zuimei/shared/result/view.ts';
import type { ContestSummary, ContestView } from '@zuimei/shared/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Views } from '../contest/route.ts';
import { readMade } from '../course/made.ts';
import type { PublicCourses } from '../course/public.ts';
import type { Db } from '../db.ts';
import { readAsset, typeOf } from '../http/asset.ts';
import { originOf } from '../http/origin.ts';
import { type Prebuilt, send } from '../http/reply.ts';
import { voterCookie } from '../vote/route.ts';
import type { Voters } from '../vote/voter.ts';
import { contestHead, tags } from './head.ts';
import { isElder, type Pages, pageHeaders, type Wanted } from './pages.ts';

/** What the page is rendered from, on the server and again in the browser. */
interface FirstData {
  path: string;
  now: string;
  elder: boolean;
  contest?: ContestView;
  contests?: ContestSummary[];
  /** On pages that show what became of the vote. */
  course?: PublicCourse;
  made?: Made;
  notFound?: true;
}

/** The built web client: its template, its renderer and its files. */
export interface Site {
  template: string;
  csp: string;
  render(first: FirstData): Promise<string>;
  files: Map<string, Prebuilt>;
}

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

type Env = { Bindings: HttpBindings };

/**
 * The citizen's pages: /, /c/:slug and everything below it. Public; gives a voter cookie to who has none, where there is a vote. The HTML depends on the
 * contest's version, on the minute, on 长辈版 and, where it shows it, on what the course says alone, so it is rendered once for each and sent as bytes. Only pages that there are are
 * rendered: a number of no candidate gets the contest's page, everything else the one page that says so. HEAD renders nothing.
 */
export function pageRoute(parts: {
  site: Site;
  pages: Pages;
  db: Db;
  contests: Contests;
  courses: PublicCourses;
  views: Views;
  voters: Voters;
  clock: () => number;
  publicUrl: string | null;
  secure: boolean;
}) {
  const { site, pages, db, contests, courses, views, voters, clock } = parts;

  /** The page, made where it does not lie ready; of HEAD its headers. */
  async function answer(
    c: Context<Env>,
    wanted: Wanted,
    make: () => Promise<{ first: Omit<FirstData, 'path' | 'elder' | 'now'>; head: string }>,
  ): Promise<Response> {
    const ready = pages.find(wanted);
    if (ready) return send(c, ready);
    if (c.req.method === 'HEAD') return headersOnly(200);
    const { path, elder } = wanted;
    const page = await pages.make(wanted, async () => {
      const now = new Date(clock()).toISOString();
      const { first, head } = await make();
      return await pageHtml(site, { path, elder, now, ...first }, head);
    });
    return send(c, page);
  }

  async function contestPage(c: Context<Env>, contest: StoredContest, path: string): Promise<Response> {
    const told = showsCourse(contest, path) ? await courses(contest.slug) : null;
    const number = Number(/\/made\/(\d+)$/.exec(path)?.[1] ?? 0);
    if (number > 0 && !standing(told?.course, number)) return await missingPage(c);
    const wanted = { ...whomFor(c), contest, path, course: told?.reply.etag ?? '' };
    const answered = await orNull(() =>
      answer(c, wanted, async () => {
        const view = await views.view(contest);
        const first = {
          contest: lightView(view, path),
          ...(told ? { course: told.course } : {}),
          ...(number > 0 ? { made: await readMade(db, contest.slug, number) } : {}),
        };
        return { first, head: contestHead(view, path, wanted.base) };
      }),
    );
    return answered ?? (await missingPage(c));
  }

  async function homePage(c: Context<Env>): Promise<Response> {
    const wanted = { ...whomFor(c), contest: null, path: '/', staleMs: 1_000 };
    return await answer(c, wanted, async () => ({
      first: { contests: await views.summaries() },
      head: tags('最美 · 公众投票', '推选身边的最美应急人，每一张选票都可核验。', `${wanted.base}/`, null),
    }));
  }

  function whomFor(c: Context<Env>): Pick<Wanted, 'elder' | 'base'> {
    return { elder: isElder(c.req.header('cookie')), base: originOf(parts.publicUrl, c.env?.incoming) };
  }

  /** The same bytes for every address at which there is nothing. */
  async function missingPage(c: Context<Env>): Promise<Response> {
    if (c.req.method === 'HEAD') return headersOnly(404);
    const { elder } = whomFor(c);
    const wanted = { contest: null, path: 'missing', elder, base: '', staleMs: Number.POSITIVE_INFINITY };
    const now = new Date(clock()).toISOString();
    const first = { path: '/c/-', now, elder, notFound: true as const };
    const head = tags('没有找到这个页面 · 最美', '', '', null);
    const page = pages.find(wanted) ?? (await pages.make(wanted, () => pageHtml(site, first, head)));
    const { body, headers } = page.plain;
    return new Response(body, { status: 404, headers: { ...headers, 'Cache-Control': 'no-store' } });
  }

  /** The page that was linked to, when a chat program glued the text around a link to it or a person wrote it in capitals. */
  async function unglued({ pathname, search }: URL): Promise<string | null> {
    const [, path = '', slug = ''] = LINK.exec(pathname.toLowerCase()) ?? [];
    const [, query = ''] = /^(\?n=\d{1,5})(?:[^\d&].*)?$/i.exec(search) ?? [];
    if (slug === '' || (path === pathname.replace(/\/+$/, '') && (query === '' || query === search)))
      return null;
    const contest = await orNull(() => contests.find(slug));
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
      const contest = await orNull(() => contests.find(c.req.param('slug')));
      const path = contest && pathOf(contest, url.pathname, url.search);
      if (!contest || path === null) return await missingPage(c);
      const response = await contestPage(c, contest, path);
      if (c.req.method !== 'HEAD' && hasVote(contest) && !voters.read(c.req.header('cookie')))
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

async function orNull<Found>(find: () => Found | Promise<Found>): Promise<Found | null> {
  try {
    return await find();
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
  if (!hasVote(contest) && OF_VOTE.test(below)) return null;
  // Where nothing comes after the vote there is no notice, and no result of one.
  if (OUTCOME.test(below) && contest.outcome === null) return null;
  const [, page, text] = /^\/(n|made)\/(\d+)$/.exec(below) ?? [];
  if (!page) return list + below;
  const number = known(text);
  return number === null ? null : `${list}/${page}/${number}`;
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
      showsDeeds(path, one) ? one : { ...one, deeds: [], honours: [] },
    ),
  };
}

/** As far as an address goes that a page of ours can have. */
const LINK = /^(\/c\/([a-z0-9][a-z0-9-]*)(?:\/(?:n|made)\/\d{1,5}|\/[a-z]+)?)/;
const PAGES = /^(\/((?:n|made)\/\d{1,5}|rank|mine|rules|verify|poster|notice|result|objection))?$/;
/** What there is to read of a vote. */
const OF_VOTE = /^\/(rank|mine|rules|verify|objection)$/;
const OUTCOME = /^\/(made\/\d+|notice|result)$/;

/** The notice and the result in any case; of a candidate whether they are on one, from the first on. */
function showsCourse(contest: StoredContest, path: string): boolean {
  const below = path.slice(`/c/${contest.slug}`.length);
  return OUTCOME.test(below) || (below.startsWith('/n/') && publishedOf(contest) !== null);
}

/** Is named by a result, and was not revoked? Only of those there is a page that says how. */
function standing(course: PublicCourse | undefined, number: number): boolean {
  return (
    course?.results.some(({ items }) => items.some((one) => one.number === number && !one.revoked)) ?? false
  );
}

function showsDeeds(path: string, { number, kind }: Candidate): boolean {
  // Where a venue is and when it is open stands in the list.
  return kind === 'venue' || path.endsWith(`/n/${number}`);
}

/** JSON that cannot end the script element it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028|\u2029/g, (char) => (char === '\u2028' ? '\\u2028' : '\\u2029'));
}
