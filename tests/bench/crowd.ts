import { connect } from 'node:net';

export interface CrowdOrder {
  port: number;
  count: number;
  /** What each asks, one after the other, before it rests. */
  requests: string[];
}

export interface Crowded {
  open: number;
  seconds: number;
}

const AT_ONCE = 200;
/** From one address to one port there are about 28 000 connections, the newly closed ones with them. */
const PER_ADDRESS = 5_000;

/** Connected phones in a process of their own: each asks, reads the replies and keeps its connection. */
let open = 0;

function phone({ port, requests }: CrowdOrder, localAddress: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    let asked = 0;
    let text = '';
    const ask = (): void => void socket.write(requests[asked++] ?? '');
    socket.on('connect', () => {
      open++;
      ask();
    });
    socket.on('close', () => open--);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const blank = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      if (blank < 0 || text.length < blank + 4 + length) return;
      if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text.slice(0, 200)));
      text = '';
      if (asked < requests.length) ask();
      else resolve();
    });
  });
}

process.on('message', async (order: CrowdOrder | 'how many') => {
  const began = performance.now();
  let next = 0;
  async function line(count: number): Promise<void> {
    while (next < count) await phone(order as CrowdOrder, `127.0.0.${2 + Math.floor(next++ / PER_ADDRESS)}`);
  }
  if (order !== 'how many') await Promise.all(Array.from({ length: AT_ONCE }, () => line(order.count)));
  process.send?.({ open, seconds: (performance.now() - began) / 1000 } satisfies Crowded);
});
process.on('disconnect', () => process.exit(0));
