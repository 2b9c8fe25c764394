import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createVoters } from '@zuimei/server/vote/voter.ts';

/** Requests of distinct voters, each with its own signed cookie and a ticket a minute old, three picks of `candidates`. */
export async function ballotRequests(order: {
  slug: string;
  secret: string;
  count: number;
  candidates: number;
}): Promise<Buffer[]> {
  const voters = createVoters(await openSecrets({ secret: order.secret, dataDir: '' }));
  const now = Date.now() - 60_000;
  return Array.from({ length: order.count }, (_, i) => {
    const cookie = voters.issue(now - 3_600_000);
    const visitor = { cookie, issuedAt: now };
    const first = 1 + (i % order.candidates);
    const picks = [first, 1 + ((first + 4) % order.candidates), 1 + ((first + 9) % order.candidates)];
    const body = JSON.stringify({
      ballotId: randomUUID(),
      picks,
      ticket: voters.ticket(order.slug, visitor, now),
      seen: { device: randomBytes(8).toString('hex'), dwellMs: 15_000 + (i % 9_000), touches: 7 },
    });
    return request(
      'POST',
      `/api/contests/${order.slug}/ballots`,
      [
        `Cookie: zv=${cookie}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        `X-Forwarded-For: 10.${(i >> 14) & 255}.${(i >> 6) & 255}.${i & 63}`,
      ],
      body,
    );
  });
}

export function getRequest(path: string, encoding = 'identity'): Buffer {
  return request('GET', path, [`Accept-Encoding: ${encoding}`], '');
}

function request(method: string, path: string, headers: string[], body: string): Buffer {
  const common = [
    'Host: 127.0.0.1',
    'User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.50',
    'Accept: */*',
  ];
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${[...common, ...headers].join('\r\n')}\r\n\r\n${body}`);
}

/** Writes requests the way load.ts reads them. */
export function writeRequests(file: string, requests: readonly Buffer[]): void {
  const lengths = requests.map((one) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(one.length);
    return head;
  });
  writeFileSync(file, Buffer.concat(requests.flatMap((one, i) => [lengths[i] ?? Buffer.alloc(0), one])));
}
