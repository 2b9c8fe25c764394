import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { hasVote } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from './contest/contest.ts';
import type { Contests } from './contest/contests.ts';
import type { Views } from './contest/route.ts';
import type { AnswerError } from './http/answer.ts';
import type { ReplyHeaders } from './http/headers.ts';
import { originOf } from './http/origin.ts';
import { choose, type Prebuilt } from './http/reply.ts';
import { isElder, type Pages } from './page/pages.ts';
import type { Tallies } from './tally/route.ts';
import type { Cast } from './vote/cast.ts';
import { checkLength, MOST_BODY_BYTES, parseBallotRequest, senderOf } from './vote/request.ts';
import { voterCookie } from './vote/route.ts';
import type { Voters } from './vote/voter.ts';

const PAGE = /^\/c\/([a-z0-9][a-z0-9-]{0,63})$/;
const PATH = /^\/api\/contests\/([a-z0-9][a-z0-9-]{0,63})(\/ballots|\/tally)?$/;

/**
 * The four routes that a whole town calls in one evening, straight on node:http, before the router: POST …/ballots, GET …/tally,
 * GET /api/contests/:slug, and GET /c/:slug where that page lies ready. They do the same steps as vote/route.ts, tally/route.ts, contest/route.ts
 * and page/citizen.ts, without the web-standard Request, Headers and Response, which cost more than all the rest of a read. Gives false for
 * every other request, which is not touched.
 */
export function createDirect(parts: {
  cast: Cast;
  contests: Contests;
  tallies: Tallies;
  views: Views;
  pages: Pages | null;
  voters: Voters;
  clock: () => number;
  publicUrl: string | null;
  secure: boolean;
  trustedProxies: BlockList;
  answerError: AnswerError;
  headers: ReplyHeaders;
}): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  const { cast, contests, tallies, views, trustedProxies, answerError } = parts;
  const common = { ...parts.headers.api, 'Content-Type': 'application/json' };
  const receiptHeaders = { ...parts.headers.hot, 'Content-Type': 'application/json' };

  function fail(incoming: IncomingMessage, outgoing: ServerResponse, error: unknown): void {
    const answer = answerError(error, { method: incoming.method ?? '', path: incoming.url ?? '' });
    sendJson(outgoing, answer.status, answer.body, { ...common, ...answer.headers });
  }

  function takeBallot(slug: string, text: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { headers, socket } = incoming;
    const sender = senderOf(
      (name) => headers[name] as string | undefined,
      socket.remoteAddress,
      trustedProxies,
    );
    cast.cast(slug, parseBallotRequest(text), sender).then(
      (receipt) => sendReceipt(outgoing, receipt, receiptHeaders),
      (error: unknown) => fail(incoming, outgoing, error),
    );
  }

  function post(slug: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
    try {
      checkLength(incoming.headers['content-length']);
    } catch (error) {
      outgoing.shouldKeepAlive = false;
      return fail(incoming, outgoing, error);
    }
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MOST_BODY_BYTES) incoming.destroy();
    });
    incoming.on('end', () => {
      try {
        takeBallot(slug, text, incoming, outgoing);
      } catch (error) {
        fail(incoming, outgoing, error);
      }
    });
    // A phone that hangs up in mid-request: nothing was taken, nobody listens.
    incoming.on('error', () => {});
  }

  function get(
    slug: string,
    replyOf: (contest: StoredContest) => Prebuilt | Promise<Prebuilt>,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): void {
    const contest = contests.find(slug);
    const reply = contest instanceof Promise ? contest.then(replyOf) : replyOf(contest);
    if (reply instanceof Promise)
      reply.then(
        (made) => sendPrebuilt(incoming, outgoing, made),
        (error: unknown) => fail(incoming, outgoing, error),
      );
    else sendPrebuilt(incoming, outgoing, reply);
  }

  /** Null: it is being read, or there is none. The router waits for it and says so. */
  function knownContest(slug: string): StoredContest | null {
    try {
      const found = contests.find(slug);
      if (!(found instanceof Promise)) return found;
      found.catch(() => {});
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return null;
  }

  /** The contest's page, as page/citizen.ts would send it; false where it has to be made. */
  function page(slug: string, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const contest = knownContest(slug);
    const cookie = incoming.headers.cookie;
    const ready =
      contest &&
      parts.pages?.find({
        contest,
        path: `/c/${slug}`,
        elder: isElder(cookie),
        base: originOf(parts.publicUrl, incoming),
      });
    if (!ready) return false;
    const isNew = hasVote(contest) && !parts.voters.read(cookie);
    sendPrebuilt(incoming, outgoing, ready, {
      ...parts.headers.api,
      ...(isNew ? { 'Set-Cookie': voterCookie(parts.voters.issue(parts.clock()), parts.secure) } : {}),
    });
    return true;
  }

  function shown(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const slug = PAGE.exec(incoming.url ?? '')?.[1];
    try {
      return slug !== undefined && page(slug, incoming, outgoing);
    } catch (error) {
      fail(incoming, outgoing, error);
      return true;
    }
  }

  return (incoming, outgoing) => {
    const match = PATH.exec(incoming.url ?? '');
    const slug = match?.[1];
    if (!slug) return incoming.method === 'GET' && shown(incoming, outgoing);
    const isBallot = match[2] === '/ballots';
    if (incoming.method !== (isBallot ? 'POST' : 'GET')) return false;
    try {
      if (isBallot) post(slug, incoming, outgoing);
      else get(slug, match[2] ? tallies.reply : views.reply, incoming, outgoing);
    } catch (error) {
      fail(incoming, outgoing, error);
    }
    return true;
  };
}

/** `headers`: besides those of the reply, which go before them. */
function sendPrebuilt(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  reply: Prebuilt,
  headers?: Readonly<Record<string, string>>,
): void {
  const { rawHeaders } = incoming;
  const chosen = choose(reply, firstOf(rawHeaders, 'if-none-match'), firstOf(rawHeaders, 'accept-encoding'));
  outgoing.writeHead(chosen.status, headers ? { ...headers, ...chosen.headers } : chosen.headers);
  outgoing.end(chosen.wire, 'latin1');
}

/** The first header of this name, without node joining them all into an object: enough for what merely chooses an encoding. */
function firstOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] ?? '';
    if (candidate.length === name.length && candidate.toLowerCase() === name) return rawHeaders[i + 1];
  }
  return undefined;
}

/** A receipt is ASCII throughout, which spares its encoding. */
function sendReceipt(
  outgoing: ServerResponse,
  receipt: Receipt,
  headers: Readonly<Record<string, string>>,
): void {
  const body = JSON.stringify(receipt);
  outgoing.writeHead(201, { ...headers, 'Content-Length': body.length });
  outgoing.end(body, 'latin1');
}

function sendJson(
  outgoing: ServerResponse,
  status: number,
  value: object,
  headers: Record<string, string>,
): void {
  const body = JSON.stringify(value);
  outgoing.writeHead(status, {
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  });
  outgoing.end(body);
}
