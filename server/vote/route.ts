import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { OwnOpening } from '@zuimei/shared/ballot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import type { MeView, OwnBallot, QuestionView } from '@zuimei/shared/view.ts';
import { clientAddress } from '../address/client.ts';
import type { Contests } from '../contest/contests.ts';
import { cookieOf } from '../http/cookie.ts';
import type { Cast } from './cast.ts';
import type { Ledger } from './ledger.ts';
import type { Proofs } from './proof.ts';
import { type OwnRecord, periodRecord } from './receipt.ts';
import { checkLength, parseBallotId, parseBallotRequest, senderOf } from './request.ts';
import { identityOf, VOTER_COOKIE, type Voters } from './voter.ts';

/**
 * POST /api/contests/:slug/ballots  anyone with a voter cookie and a page ticket
 * GET  /api/contests/:slug/question the way round a proof of work: anyone with a voter cookie
 * GET  /api/contests/:slug/me       the visitor's own record; gives a cookie to who has none
 */
export function voteRoute(parts: {
  contests: Contests;
  cast: Cast;
  voters: Voters;
  proofs: Proofs;
  ledger: Ledger;
  clock: () => number;
  trustedProxies: BlockList;
  secure: boolean;
}) {
  const { contests, cast, voters, proofs, ledger, clock, trustedProxies } = parts;

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
    .get('/api/contests/:slug/question', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      const visitor = voters.read(c.req.header('cookie'));
      if (!visitor) throw new Refusal('no_voter');
      const voter = voters.pseudonym(contest.slug, visitor);
      const ballotId = parseBallotId(c.req.query('ballotId'));
      const peer = c.env.incoming.socket.remoteAddress ?? '';
      const address = clientAddress(peer, c.req.header('x-forwarded-for'), trustedProxies);
      c.header('Cache-Control', 'no-store');
      const bond = { slug: contest.slug, voter, ballotId };
      const view: QuestionView = proofs.question(bond, address, policyOf(contest).proof);
      return c.json(view);
    })
    .get('/api/contests/:slug/me', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      const now = clock();
      const known = voters.read(c.req.header('cookie'));
      const visitor = known ?? { cookie: voters.issue(now), issuedAt: now };
      if (!known) c.header('Set-Cookie', voterCookie(visitor.cookie, parts.secure));
      c.header('Cache-Control', 'no-store');
      const voter = voters.pseudonym(contest.slug, visitor);
      const ballots = known ? await ledger.ballotsOf(contest.id, voter) : [];
      const { used, left } = periodRecord(contest, ballots, now);
      const shown = ballots.slice(0, 100);
      const openings = ledger.openingsOf(contest.slug, shown);
      const view: MeView = {
        ticket: voters.ticket(contest.slug, visitor, now),
        identity: identityOf(visitor.cookie),
        now: new Date(now).toISOString(),
        ballotsLeft: left,
        picksToday: [...new Set(used.flatMap((ballot) => ballot.picks))].sort((a, b) => a - b),
        ballots: openings.flatMap((opening, i) => ownBallot(shown[i], opening)),
      };
      return c.json(view);
    });
}

/** Nothing of what the server noticed but its digest. */
function ownBallot(record: OwnRecord | undefined, opening: OwnOpening): OwnBallot[] {
  if (!record) return [];
  const { ballotId, index, at, state, now, ruling } = record;
  return [{ ballotId, index, at, state, now, ruling, opening }];
}

/** Lasts 400 days, the most a browser keeps; never readable by a script. */
export function voterCookie(value: string, secure: boolean): string {
  return cookieOf(VOTER_COOKIE, secure).set(value, 34_560_000);
}
