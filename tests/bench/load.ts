import { connect, type Socket } from 'node:net';

/** What the generator is told, as one JSON line; the requests follow in a file of `count` records: length (uint32 LE) + bytes. */
export interface LoadOrder {
  /** Each connection goes to one of these, in turn. */
  ports: number[];
  connections: number;
  /** Stop after this long, or when the requests are used up (unless `repeat`). */
  durationMs: number;
  /** Requests per second on a fixed timetable; 0 = as fast as replies come. Latency counts from the timetable. */
  rate: number;
  repeat: boolean;
  expect: number;
  file: string;
}

export interface LoadResult {
  sent: number;
  ok: number;
  statuses: Record<string, number>;
  seconds: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  bodyBytes: number;
}

/**
 * Sends ready-made HTTP/1.1 requests over keep-alive connections and reads replies just far enough to know their status and end. It
 * costs a few microseconds a request, so that what is measured is the server.
 */
export async function runLoad(order: LoadOrder, requests: Buffer[]): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const idle: Lane[] = [];
  let next = 0;
  let bodyBytes = 0;
  const began = performance.now();
  const end = began + order.durationMs;
  let finished: () => void = () => {};
  const done = new Promise<void>((resolve) => (finished = resolve));
  let open = order.connections;

  interface Lane {
    socket: Socket;
    since: number;
  }

  function take(): Buffer | null {
    if (performance.now() >= end) return null;
    if (next >= requests.length && !order.repeat) return null;
    return requests[next++ % requests.length] ?? null;
  }

  function go(lane: Lane, due: number): void {
    const request = take();
    if (!request) return close(lane);
    lane.since = due;
    lane.socket.write(request);
  }

  function close(lane: Lane): void {
    lane.socket.destroy();
    if (--open === 0) finished();
  }

  const interval = order.rate > 0 ? 1000 / order.rate : 0;
  let slot = 0;
  const backlog: number[] = [];
  function timetable(): void {
    const now = performance.now();
    while (began + slot * interval <= now && now < end) backlog.push(began + slot++ * interval);
    while (backlog.length > 0 && idle.length > 0) go(idle.pop() as Lane, backlog.shift() as number);
    if (now < end) setTimeout(timetable, 1);
    else for (const lane of idle.splice(0)) close(lane);
  }

  for (let i = 0; i < order.connections; i++) {
    const port = order.ports[i % order.ports.length] ?? 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const lane: Lane = { socket, since: 0 };
    let head = '';
    let missing = -1;
    socket.on('data', (chunk: Buffer) => {
      if (missing < 0) {
        head += chunk.toString('latin1');
        const blank = head.indexOf('\r\n\r\n');
        if (blank < 0) return;
        const length = Number(/content-length: *(\d+)/i.exec(head.slice(0, blank))?.[1] ?? 0);
        bodyBytes += length;
        missing = length - (head.length - blank - 4);
      } else missing -= chunk.length;
      if (missing > 0) return;
      latencies.push(performance.now() - lane.since);
      const status = head.slice(9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
      head = '';
      missing = -1;
      if (order.rate === 0) return go(lane, performance.now());
      const due = backlog.shift();
      if (due !== undefined) go(lane, due);
      else if (performance.now() >= end) close(lane);
      else idle.push(lane);
    });
    socket.on('error', () => {
      statuses['broken'] = (statuses['broken'] ?? 0) + 1;
      close(lane);
    });
    socket.on('connect', () => {
      if (order.rate === 0) go(lane, performance.now());
      else idle.push(lane);
    });
  }
  if (order.rate > 0) timetable();
  await done;
  const seconds = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  const ok = statuses[String(order.expect)] ?? 0;
  return {
    sent: latencies.length,
    ok,
    statuses,
    seconds,
    perSecond: ok / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    bodyBytes,
  };
}

if (import.meta.main) {
  const { readFileSync } = await import('node:fs');
  process.once('message', async (order: LoadOrder) => {
    const all = readFileSync(order.file);
    const requests: Buffer[] = [];
    for (let at = 0; at < all.length; ) {
      const length = all.readUInt32LE(at);
      requests.push(all.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    process.send?.('ready');
    await new Promise((resolve) => process.once('message', resolve));
    const result = await runLoad(order, requests);
    process.send?.(result, () => process.exit(0));
  });
}
