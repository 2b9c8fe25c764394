import { Hono } from 'hono';
import type { TallyView } from '@zuimei/shared/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import { type JsonResponse, type PrebuiltJson, prebuildJson, sendJson } from '../http/reply.ts';

const FRESH_MS = 1_000;
/** Older than this nobody is shown it while a newer one can be had: after a quiet hour the first reader waits for the query. */
const STALE_MS = 3_000;
const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'public, max-age=1' };

export interface Tallies {
  /** The tally as bytes, read from the database at most once a second however many ask. */
  reply(contest: StoredContest): PrebuiltJson<TallyView> | Promise<PrebuiltJson<TallyView>>;
  view(contest: StoredContest): Promise<TallyView>;
}

/** Keeps one snapshot a contest. While it is read anew the one before is served, and also when the database is away. */
export function createTallies(
  read: (contest: StoredContest, now: number) => Promise<TallyView>,
  clock: () => number,
  headers: Readonly<Record<string, string>> = {},
): Tallies {
  const all = { ...headers, ...HEADERS };
  const kept = new Map<
    number,
    { view: TallyView; reply: PrebuiltJson<TallyView>; at: number; version: number }
  >();
  const reading = new Map<string, Promise<{ view: TallyView; reply: PrebuiltJson<TallyView> }>>();

  function renew(contest: StoredContest): Promise<{ view: TallyView; reply: PrebuiltJson<TallyView> }> {
    const key = `${contest.id} ${contest.version}`;
    const under = reading.get(key);
    if (under) return under;
    const at = clock();
    const fresh = read(contest, at)
      .then((view) => {
        const one = { view, reply: prebuildJson(view, all, 4), at, version: contest.version };
        if ((kept.get(contest.id)?.version ?? 0) <= contest.version) kept.set(contest.id, one);
        return one;
      })
      .finally(() => reading.delete(key));
    reading.set(key, fresh);
    return fresh;
  }

  return {
    reply(contest) {
      const one = kept.get(contest.id);
      // Another version may hide what this one showed: never serve across it.
      if (!one || one.version !== contest.version) return renew(contest).then((fresh) => fresh.reply);
      const age = clock() - one.at;
      if (age < FRESH_MS) return one.reply;
      const fresh = renew(contest).then(
        (newer) => newer.reply,
        () => one.reply,
      );
      return age < STALE_MS ? one.reply : fresh;
    },
    async view(contest) {
      const one = kept.get(contest.id);
      return one && one.version === contest.version && clock() - one.at < FRESH_MS
        ? one.view
        : (await renew(contest)).view;
    },
  };
}

/** GET /api/contests/:slug/tally. Public. */
export function tallyRoute(parts: { contests: Contests; tallies: Tallies }) {
  const { contests, tallies } = parts;
  return new Hono().get(
    '/api/contests/:slug/tally',
    (c): JsonResponse<TallyView> | Promise<JsonResponse<TallyView>> => {
      const contest = contests.find(c.req.param('slug'));
      if (contest instanceof Promise)
        return contest.then((found) => tallies.reply(found)).then((reply) => sendJson(c, reply));
      const reply = tallies.reply(contest);
      return reply instanceof Promise ? reply.then((fresh) => sendJson(c, fresh)) : sendJson(c, reply);
    },
  );
}
