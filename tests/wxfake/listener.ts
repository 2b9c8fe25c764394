import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call, Room } from './answer.ts';

export interface Listener {
  readonly port: number;
  /** From now on connections are refused, and those that are open are cut. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
}

const HOST = '127.0.0.1';
/** While nobody listens, the system may lend the port to a connection that goes out. */
const PORT_TRIES = 50;
const MOST_BYTES = 1_000_000;

export async function openListener(port: number, room: Room): Promise<Listener> {
  let server = await listen(port, room);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake has no port');
  const own = address.port;
  return {
    port: own,
    async down() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    async up() {
      for (let left = PORT_TRIES; !server.listening; left--)
        try {
          server = await listen(own, room);
        } catch (error) {
          if (left === 0) throw error;
          await pause(100);
        }
    },
  };
}

async function listen(port: number, room: Room): Promise<Server> {
  const server = createServer(async (request, response) => {
    let answer: Answer | null;
    try {
      answer = await room(await readCall(request));
    } catch (error) {
      answer = { status: 500, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: String(error) };
    }
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  return server;
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('too much for the fake');
    chunks.push(chunk);
  }
  const url = new URL(request.url ?? '/', `http://${HOST}`);
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body: Buffer.concat(chunks).toString('utf8'),
    agent: request.headers['user-agent'] ?? '',
    cookies: new Map(
      (request.headers.cookie ?? '')
        .split(/; */)
        .filter(Boolean)
        .map((pair) => {
          const at = pair.indexOf('=');
          return [pair.slice(0, at), pair.slice(at + 1)];
        }),
    ),
  };
}
