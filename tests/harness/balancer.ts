import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly host: string;
  /** The servers behind it, by port; may change at any time. */
  ports: number[];
  /** Requests so far, by port. */
  served(port: number): number;
  close(): Promise<void>;
}

/** What becomes of a request: it goes on, its connection breaks, or nobody ever answers. */
export type Fate = 'through' | 'cut' | 'held';

/** Before several servers, as nginx is: each request goes to the next of them, over a connection of its own. `fateOf`: of a path. */
export async function openBalancer(fateOf: (path: string) => Fate = () => 'through'): Promise<Balancer> {
  const counts = new Map<number, number>();
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const fate = fateOf(incoming.url ?? '');
    if (fate === 'cut') incoming.destroy();
    if (fate !== 'through') return;
    const port = balancer.ports[turn++ % balancer.ports.length] ?? 0;
    counts.set(port, (counts.get(port) ?? 0) + 1);
    const { method, url: path, headers } = incoming;
    const sent = forward({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    sent.on('error', () => outgoing.writableEnded || outgoing.writeHead(502).end());
    incoming.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  const balancer: Balancer = {
    url: `http://127.0.0.1:${own}`,
    host: `127.0.0.1:${own}`,
    ports: [],
    served: (port) => counts.get(port) ?? 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return balancer;
}
