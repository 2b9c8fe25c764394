import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { AnswerError } from '../answer.ts';
import type { Cast } from './cast.ts';
import { MOST_BODY_BYTES, checkLength, parseBallotRequest, senderOf } from './request.ts';

const PATH = /^\/api\/contests\/([a-z0-9][a-z0-9-]{0,63})\/ballots$/;

/**
 * POST /api/contests/:slug/ballots straight on node:http, before the router: the same steps as in route.ts, without the web-standard
 * Request, Headers and Response that cost as much as the whole of the rest. Gives false for every other request, which is not touched.
 */
export function createBallotListener(parts: { cast: Cast; trustedProxies: BlockList; answerError: AnswerError }) {
  const { cast, trustedProxies, answerError } = parts;

  return (incoming: IncomingMessage, outgoing: ServerResponse): boolean => {
    const slug = incoming.method === 'POST' ? PATH.exec(incoming.url ?? '')?.[1] : undefined;
    if (!slug) return false;
    const { headers } = incoming;
    const fail = (error: unknown): void => {
      const answer = answerError(error, { method: 'POST', path: incoming.url ?? '' });
      send(outgoing, answer.status, JSON.stringify(answer.body), answer.headers);
    };
    const take = (text: string): void => {
      try {
        const sender = senderOf((name) => headers[name] as string | undefined, incoming.socket.remoteAddress, trustedProxies);
        cast.cast(slug, parseBallotRequest(text), sender).then((receipt) => send(outgoing, 201, JSON.stringify(receipt)), fail);
      } catch (error) {
        fail(error);
      }
    };
    try {
      checkLength(headers['content-length']);
    } catch (error) {
      outgoing.shouldKeepAlive = false;
      fail(error);
      return true;
    }
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MOST_BODY_BYTES) incoming.destroy();
    });
    incoming.on('end', () => take(text));
    incoming.on('error', () => {});
    return true;
  };
}

function send(outgoing: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  outgoing.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  outgoing.end(body);
}
