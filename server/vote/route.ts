import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { toHex } from '@zuimei/shared/bytes.ts';
import { openRound, periodOf } from '@zuimei/shared/contest.ts';
import type { MeView } from '@zuimei/shared/view.ts';
import type { Desk } from '../contest/desk.ts';
import type { Cast } from './cast.ts';
import type { Ledger } from './ledger.ts';
import { checkLength, parseBallotRequest, senderOf } from './request.ts';
import { VOTER_COOKIE, type Voters } from './voter.ts';

/**
 * POST /api/contests/:slug/ballots  anyone with a voter cookie and a page ticket
 * GET  /api/contests/:slug/me       the visitor's own record; gives a cookie to who has none
 */
export function voteRoute(parts: {
  desk: Desk;
  cast: Cast;
  voters: Voters;
  ledger: Ledger;
  clock: () => number;
  trustedProxies: BlockList;
  secure: boolean;
}) {
  const { desk, cast, voters, ledger, clock, trustedProxies } = parts;

  return new Hono<{ Bindings: HttpBindings }>()
    .post('/api/contests/:slug/ballots', async (c) => {
      checkLength(c.req.header('content-length'));
      const request = parseBallotRequest(await c.req.text());
      const sender = senderOf(
        (name) => c.req.header(name),
        c.env.incoming.socket.remoteAddress,
        trustedProxies,
      );
      return c.json(await cast.cast(c.req.param('slug'), request, sender), 201);
    })
    .get('/api/contests/:slug/me', async (c) => {
      const contest = await desk.find(c.req.param('slug'));
      const now = clock();
      const known = voters.read(c.req.header('cookie'));
      const visitor = known ?? { cookie: voters.issue(now), issuedAt: now };
      if (!known) c.header('Set-Cookie', voterCookie(visitor.cookie, parts.secure));
      c.header('Cache-Control', 'no-store');
      const voter = voters.pseudonym(contest.slug, visitor);
      const ballots = known ? await ledger.ballotsOf(contest.id, voter) : [];
      const round = openRound(contest, now);
      const used = ballots.filter((ballot) => ballot.period === periodOf(contest.rule, round, now));
      const shown = ballots.slice(0, 100);
      const salts = ledger.committerOf(contest.slug).salts(shown);
      const view: MeView = {
        ticket: voters.ticket(contest.slug, visitor, now),
        now: new Date(now).toISOString(),
        ballotsLeft: round < 0 ? 0 : Math.max(0, contest.rule.ballotsPerPeriod - used.length),
        picksToday: [...new Set(used.flatMap((ballot) => ballot.picks))].sort((a, b) => a - b),
        ballots: shown.map(({ period: _, picks, ...receipt }, i) => ({
          ...receipt,
          opening: {
            ballotId: receipt.ballotId,
            salt: toHex(salts.subarray(i * 32, i * 32 + 32)),
            voter,
            picks,
            state: receipt.state,
          },
        })),
      };
      return c.json(view);
    });
}

/** Lasts 400 days, the most a browser keeps; never readable by a script. */
export function voterCookie(value: string, secure: boolean): string {
  return `${VOTER_COOKIE}=${value}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
