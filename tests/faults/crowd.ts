import { randomInt, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import type { Db } from '@zuimei/server/db.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createVoters } from '@zuimei/server/vote/voter.ts';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { TEST_SECRET } from '../harness/app.ts';

export interface Ballot {
  ballotId: string;
  headers: Record<string, string>;
  path: string;
  body: string;
}

/** status 0: the connection broke before there was an answer, so nobody knows whether the ballot was taken. */
export interface Answer {
  status: number;
  body: Partial<Receipt> & { code?: string };
}

export interface Sent {
  ballot: Ballot;
  answer: Answer;
}

const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
const voters = createVoters(secrets);

/** How apps are started that believe the crowd's X-Forwarded-For: else all its voters would share one address. */
export const behindProxy = { TRUSTED_PROXIES: '127.0.0.1' };

/** Someone with a cookie an hour old and a ticket a minute old: gives ballots, each with its own ballotId. */
export function voterOf(slug: string): (picks?: number[]) => Ballot {
  const cookie = voters.issue(Date.now() - 3_600_000);
  const ticket = voters.ticket(slug, { cookie, issuedAt: 0 }, Date.now() - 60_000);
  const device = randomUUID();
  const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
  return (picks = [1 + randomInt(4), 5 + randomInt(4)]) => {
    const ballotId = randomUUID();
    const body = JSON.stringify({
      ballotId,
      picks,
      ticket,
      seen: { device, dwellMs: 15_000, touches: 9 },
    });
    const headers = {
      cookie: `zv=${cookie}`,
      'content-type': 'application/json',
      'content-length': String(body.length),
      'x-forwarded-for': address,
    };
    return { ballotId, headers, path: `/api/contests/${slug}/ballots`, body };
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends a ballot once. Never rejects. */
export function send(url: string, { path, headers, body }: Ballot): Promise<Answer> {
  return new Promise((resolve) => {
    const broken = () => resolve({ status: 0, body: {} });
    const sent = request(url + path, { method: 'POST', agent, headers, timeout: 15_000 }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }),
      );
      reply.on('error', broken);
    });
    sent.on('error', broken);
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

/** Sends it again, as the page does, until there is an answer other than “busy” or none. */
export async function sendUntilAnswered(url: string, ballot: Ballot, patienceMs = 10_000): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await send(url, ballot);
    if ((answer.status !== 0 && answer.status < 500) || Date.now() > deadline) return answer;
    await sleep(50);
  }
}

export interface Crowd {
  /** Everything sent so far, with its first answer. */
  readonly sent: Sent[];
  /** Resolves when the time is over and all is answered. */
  done: Promise<Sent[]>;
  /** Ends it before its time. */
  leave(): void;
}

/** Enough are under way at any moment; more would only keep the cores from who has to find out what became of them. */
const THINKING_MS = 20;

/** 32 people at a time, each a new voter with one ballot, to the servers in turn. */
export function crowd(slug: string, urls: string[], { ms = 1500, lanes = 32 } = {}): Crowd {
  let end = Date.now() + ms;
  const sent: Sent[] = [];
  async function lane(nth: number): Promise<void> {
    const url = urls[nth % urls.length] ?? '';
    while (Date.now() < end) {
      const ballot = voterOf(slug)();
      const answer = await send(url, ballot);
      sent.push({ ballot, answer });
      await sleep(THINKING_MS);
    }
  }
  const all = Promise.all(Array.from({ length: lanes }, (_, nth) => lane(nth)));
  return {
    sent,
    done: all.then(() => sent),
    leave() {
      end = 0;
    },
  };
}

export const acknowledged = (sent: readonly Sent[]): Sent[] =>
  sent.filter((one) => one.answer.status === 201);

/** How often each answer came: its code, or what became of the ballot. */
export function answersOf(sent: readonly Sent[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { answer } of sent) {
    const name = answer.body.code ?? answer.body.state ?? 'none';
    sums[name] = (sums[name] ?? 0) + 1;
  }
  return sums;
}

/**
 * What every test here ends with: the whole ledger agrees with itself, its log and the tally, and each acknowledged ballot stands in
 * it exactly once, where its receipt says. Gives how many ballots there are.
 */
export async function checkLedger(db: Db, slug: string, sent: readonly Sent[]): Promise<number> {
  const found = await verifyContest(db, secrets, slug);
  expect(found?.problems).toEqual([]);
  const { rows } = await sql<{ id: string; index: number; times: number }>`
    select e.ballot_id as id, min(e.index)::int as index, count(*)::int as times
    from ledger_entry e join contest c on c.id = e.contest where c.slug = ${slug} and e.kind = 'ballot' group by 1`.execute(
    db,
  );
  const there = new Map(rows.map((row) => [row.id, row]));
  const wrong = acknowledged(sent).filter(({ ballot, answer }) => {
    const row = there.get(ballot.ballotId);
    return row?.times !== 1 || row.index !== answer.body.index;
  });
  expect(wrong).toEqual([]);
  expect(rows.filter((row) => row.times !== 1)).toEqual([]);
  return rows.length;
}

/** Sends again everything that had no clear answer; gives all with their last answers. */
export async function settle(url: string, sent: readonly Sent[]): Promise<Sent[]> {
  const settled: Sent[] = [];
  for (const one of sent) {
    const clear = one.answer.status !== 0 && one.answer.status < 500;
    settled.push(clear ? one : { ballot: one.ballot, answer: await sendUntilAnswered(url, one.ballot) });
  }
  return settled;
}
