import { randomUUID } from 'node:crypto';
import { BlockList } from 'node:net';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { createApp } from '@zuimei/server/app.ts';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { createContest, updateContest } from '@zuimei/server/contest/contest.ts';
import type { Db } from '@zuimei/server/db.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { createParts } from '@zuimei/server/parts.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { openGate } from '@zuimei/server/vote/counters.ts';
import type { Gate } from '@zuimei/server/vote/gate.ts';
import type { BallotRequest, Receipt } from '@zuimei/shared/ballot.ts';
import type { Candidate, Contest } from '@zuimei/shared/contest.ts';
import type { MeView, TallyView } from '@zuimei/shared/view.ts';

export const SECRET = 'a secret that only the tests of this project know';
const HOUR_MS = 3_600_000;

export type Settings = Parameters<typeof createContest>[2];

/** A contest of `count` persons in two categories, voting open around `now`; any setting can be changed. */
export function settingsOf(now: number, changes: Partial<Settings> = {}): Settings {
  const iso = (ms: number): string => new Date(now + ms).toISOString();
  return {
    title: '测试活动',
    slogan: '',
    organizers: ['云岭区应急管理局'],
    noun: { measure: '位', name: '人物' },
    intro: [],
    notes: [],
    schedule: [
      { phase: 'shortlisted', from: iso(-48 * HOUR_MS) },
      { phase: 'voting', from: iso(-HOUR_MS) },
      { phase: 'judging', from: iso(100 * HOUR_MS) },
    ],
    rounds: [{ opens: iso(-HOUR_MS), closes: iso(100 * HOUR_MS), standing: null }],
    paused: null,
    rule: { period: 'day', ballotsPerPeriod: 1, picks: { min: 1, max: 3 }, repeatCandidate: true },
    formula: { vote: 40, expert: 60, media: 0, merit: 0 },
    chosen: 3,
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'number',
    policy: 'standard',
    categories: [
      { id: 'person', name: '个人' },
      { id: 'team', name: '团队' },
    ],
    footer: { icp: '', police: '', partyGovernment: false, siteCode: '', contact: '' },
    ...changes,
  };
}

export function candidateOf(number: number, changes: Partial<Candidate> = {}): Candidate {
  return {
    number,
    kind: number % 4 === 0 ? 'team' : 'person',
    name: `候选${number}`,
    category: number % 4 === 0 ? 'team' : 'person',
    unit: `单位${number}`,
    post: null,
    years: null,
    reason: '理由',
    deeds: [],
    honours: [],
    photos: [],
    withdrawn: null,
    ...changes,
  };
}

/** A contest in the database with this many candidates; gives its id. */
export async function seedContest(db: Db, slug: string, settings: Settings, count = 8): Promise<number> {
  const id = await createContest(db, slug, settings);
  for (let number = 1; number <= count; number++)
    await sql`insert into candidate (contest, number, body) values (${id}, ${number}, ${JSON.stringify(candidateOf(number))}::jsonb)`.execute(
      db,
    );
  return id;
}

/** The whole server on a given database, called in this process, with a clock that the test moves. */
export async function createSite(db: Db, options: { gate?: Gate; now?: number; trusted?: string } = {}) {
  let now = options.now ?? Date.now();
  const clock = () => now;
  const secrets = await openSecrets({ secret: SECRET, dataDir: '' });
  const errors: Record<string, unknown>[] = [];
  const opened = options.gate ? null : await openGate({ redisUrl: null, log: () => {}, clock });
  const gate = options.gate ?? (opened as NonNullable<typeof opened>).gate;
  const trustedProxies = new BlockList();
  if (options.trusted) trustedProxies.addAddress(options.trusted);
  const parts = createParts({
    db,
    secrets,
    gate,
    log: (_level, event) => errors.push(event),
    site: null,
    publicUrl: null,
    trustedProxies,
    clock,
  });
  const app = createApp(parts);
  const sealer = createSealer(db, secrets);
  const call = (path: string, init: RequestInit & { peer?: string } = {}): Promise<Response> =>
    Promise.resolve(
      app.request(path, init, { incoming: { socket: { remoteAddress: init.peer ?? '203.0.113.7' } } }),
    );

  /** A visitor with a cookie, and a ticket old enough to vote with. */
  async function visitor(slug: string) {
    const cookie = `zv=${parts.voters.issue(now - 3_600_000)}`;
    const ticket = parts.voters.ticket(slug, { cookie: cookie.slice(3), issuedAt: 0 }, now - 60_000);
    const cast = (
      picks: number[],
      changes: Partial<BallotRequest> = {},
      headers: Record<string, string> = {},
    ) =>
      post(
        slug,
        {
          ballotId: randomUUID(),
          picks,
          ticket,
          seen: { device: randomUUID(), dwellMs: 20_000, touches: 5 },
          ...changes,
        },
        { cookie, ...headers },
      );
    const me = async (): Promise<MeView> =>
      (await call(`/api/contests/${slug}/me`, { headers: { cookie } })).json() as Promise<MeView>;
    return { cookie, ticket, cast, me };
  }

  async function post(
    slug: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: Receipt & { code?: string }; headers: Headers }> {
    const text = JSON.stringify(body);
    const reply = await call(`/api/contests/${slug}/ballots`, {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
        ...headers,
      },
    });
    return {
      status: reply.status,
      body: (await reply.json()) as Receipt & { code?: string },
      headers: reply.headers,
    };
  }

  return {
    parts,
    app,
    call,
    post,
    visitor,
    errors,
    seal: () => sealer.seal(),
    at(ms: number) {
      now = ms;
    },
    now: clock,
    tally: async (slug: string): Promise<TallyView> =>
      (await call(`/api/contests/${slug}/tally`)).json() as Promise<TallyView>,
    update: (id: number, settings: Omit<Contest, 'slug' | 'version' | 'candidates'>) =>
      updateContest(db, id, settings),
    /** What every test that writes a ledger ends with: the whole ledger agrees with itself, its log and the tally. */
    async verify(slug: string) {
      await sealer.seal();
      const found = await verifyContest(db, secrets, slug);
      expect(found?.problems).toEqual([]);
      expect(found?.sealed).toBe(found?.entries);
      return found as NonNullable<typeof found>;
    },
    close: async () => void (await opened?.close()),
  };
}

export type TestSite = Awaited<ReturnType<typeof createSite>>;
