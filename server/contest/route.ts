import { Hono } from 'hono';
import { hasVote, phaseAt, publishedOf } from '@zuimei/shared/contest.ts';
import type { ContestSummary, ContestView, WechatAccountView } from '@zuimei/shared/view.ts';
import { type JsonResponse, type PrebuiltJson, prebuildJson, sendJson } from '../http/reply.ts';
import type { StoredContest } from './contest.ts';
import type { Contests } from './contests.ts';

const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'public, max-age=1' };

export interface LogName {
  origin: string;
  verifierKey: string;
}

export interface Views {
  view(contest: StoredContest): Promise<ContestView>;
  reply(contest: StoredContest): PrebuiltJson<ContestView> | Promise<PrebuiltJson<ContestView>>;
  summaries(): Promise<ContestSummary[]>;
}

/** Contests as the public sees them; bytes are built once for each version and phase. */
export function createViews(parts: {
  contests: Contests;
  /** Counted so far. */
  ballots: (contest: StoredContest) => Promise<number>;
  logName: (slug: string) => Promise<LogName>;
  /** Of this site; null = no WeChat. */
  account: WechatAccountView | null;
  clock: () => number;
  /** Of every reply. */
  headers: Readonly<Record<string, string>>;
}): Views {
  const { contests, ballots, logName, account, clock } = parts;
  const headers = { ...parts.headers, ...HEADERS };
  const kept = new Map<number, { of: StoredContest; phase: string; reply: PrebuiltJson<ContestView> }>();

  async function view(contest: StoredContest): Promise<ContestView> {
    const { id: _, thresholds: __, networks: ___, outcome, ...published } = contest;
    return {
      ...published,
      outcome: outcome && { weights: outcome.weights, places: outcome.places, sample: outcome.sample },
      phase: phaseAt(contest, clock()),
      log: await logName(contest.slug),
      account: contest.wechat ? account : null,
    };
  }

  return {
    view,
    reply(contest) {
      const one = kept.get(contest.id);
      const phase = phaseAt(contest, clock());
      if (one && one.of === contest && one.phase === phase) return one.reply;
      return view(contest).then((fresh) => {
        const reply = prebuildJson(fresh, headers, 9);
        kept.set(contest.id, { of: contest, phase, reply });
        return reply;
      });
    },
    async summaries() {
      const listed = await contests.list();
      return await Promise.all(
        listed.map(
          async (contest): Promise<ContestSummary> => ({
            slug: contest.slug,
            title: contest.title,
            slogan: contest.slogan,
            organizers: contest.organizers,
            noun: contest.noun,
            phase: phaseAt(contest, clock()),
            published: publishedOf(contest),
            decides: contest.outcome !== null,
            voted: hasVote(contest),
            opens: contest.rounds[0]?.opens ?? '',
            closes: contest.rounds.at(-1)?.closes ?? '',
            candidates: contest.candidates.length,
            ballots: await ballots(contest),
          }),
        ),
      );
    },
  };
}

/** GET /api/contests and /api/contests/:slug. Public. */
export function contestRoute(parts: { contests: Contests; views: Views }) {
  const { contests, views } = parts;
  return new Hono()
    .get('/api/contests', async (c) =>
      c.json(await views.summaries(), 200, { 'Cache-Control': 'public, max-age=1' }),
    )
    .get('/api/contests/:slug', (c): JsonResponse<ContestView> | Promise<JsonResponse<ContestView>> => {
      const contest = contests.find(c.req.param('slug'));
      if (contest instanceof Promise)
        return contest.then((found) => views.reply(found)).then((reply) => sendJson(c, reply));
      const reply = views.reply(contest);
      return reply instanceof Promise ? reply.then((fresh) => sendJson(c, fresh)) : sendJson(c, reply);
    });
}
