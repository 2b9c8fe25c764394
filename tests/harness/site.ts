import { randomBytes, randomUUID } from 'node:crypto';
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, BlockList } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { createApp } from '@zuimei/server/app.ts';
import { verifyActs } from '@zuimei/server/audit/acts.ts';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { createContest } from '@zuimei/server/contest/contest.ts';
import { candidateDocument, settingsDocument } from '@zuimei/server/contest/document.ts';
import type { Db } from '@zuimei/server/db.ts';
import { createDirect } from '@zuimei/server/direct.ts';
import { openGate } from '@zuimei/server/gate/counters.ts';
import type { Gate } from '@zuimei/server/gate/gate.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { openProgram } from '@zuimei/server/log/witness/program.ts';
import { openSite } from '@zuimei/server/page/citizen.ts';
import { openConsole } from '@zuimei/server/page/console.ts';
import { openVerifier } from '@zuimei/server/page/verify.ts';
import { createParts } from '@zuimei/server/parts.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { lift } from '@zuimei/server/upkeep/quarantine.ts';
import type { WechatAccount } from '@zuimei/server/wechat/account.ts';
import type { Shelf } from '@zuimei/server/wechat/sharedstore.ts';
import type { BallotRequest, Receipt } from '@zuimei/shared/ballot.ts';
import type { Candidate } from '@zuimei/shared/contest.ts';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { outcomeFrom, plainCriterion, plainPanel } from '@zuimei/shared/judging/plain.ts';
import { plainSettings } from '@zuimei/shared/presets/preset.ts';
import type { MeView, TallyView } from '@zuimei/shared/view.ts';

export const SECRET = 'a secret that only the tests of this project know';
export const HOUR_MS = 3_600_000;

export type Settings = Parameters<typeof createContest>[2];

/** 40 % vote and 60 % experts, three chosen. */
export function judgedOutcome(changes: Partial<Outcome> = {}): Outcome {
  return outcomeFrom({
    candidates: 8,
    places: 3,
    weights: { vote: 40, expert: 60, media: 0, merit: 0 },
    panels: { expert: plainPanel([plainCriterion('deeds', '事迹', 100)]) },
    ...changes,
  });
}

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
    ...plainSettings,
    rounds: [{ opens: iso(-HOUR_MS), closes: iso(100 * HOUR_MS), numbers: null }],
    paused: null,
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 3 },
      repeatCandidate: true,
    },
    outcome: judgedOutcome(),
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
    video: null,
    withdrawn: null,
    ...changes,
  };
}

/** A published contest in the database with this many candidates, all at once: a server that looks in meanwhile sees none or all. */
export async function seedContest(db: Db, slug: string, settings: Settings, count = 8): Promise<number> {
  const bodies = Array.from({ length: count }, (_, i) => candidateDocument.text(candidateOf(i + 1)));
  return await db.transaction().execute(async (tx) => {
    const id = await createContest(tx, slug, settings);
    await sql`update contest set published_at = now() where id = ${id}`.execute(tx);
    await sql`
      insert into candidate (contest, number, body)
      select ${id}, number, body
      from jsonb_array_elements(${`[${bodies.join()}]`}::jsonb) with ordinality each (body, number)`.execute(
      tx,
    );
    return id;
  });
}

/** Other settings and a new version, as if by staff, without the act. */
export async function updateContest(db: Db, id: number, settings: Settings): Promise<void> {
  await sql`update contest set settings = ${settingsDocument.text(settings)}::jsonb, version = version + 1 where id = ${id}`.execute(
    db,
  );
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Answer {
  status: number;
  body: Receipt & { code?: string; field?: string };
  headers: Headers;
}

export interface SiteOptions {
  /** What a rotation of the secret turned to. */
  accessSecret?: string;
  gate?: Gate;
  /** Where its clock stands. It stands still until the test moves it. */
  now?: number;
  /** Address of a trusted proxy; requests come from 127.0.0.1. */
  trusted?: string;
  /** The bureau's account in WeChat, where its servers are faked. */
  account?: WechatAccount;
  /** What several servers share of WeChat's. */
  shelf?: Shelf;
  wechatFiles?: string[];
  webhookOrigins?: string[];
  robots?: string;
  /** With the pages of web/dist, which must be built. */
  pages?: boolean;
  /** Absent = where each connection came in. */
  publicUrl?: string;
}

/**
 * The whole server on a given database, in this process and listening on 127.0.0.1, with a clock that the test moves. Several may
 * share a database.
 */
export async function createSite(db: Db, options: SiteOptions = {}) {
  let now = options.now ?? Date.now();
  const clock = () => now;
  const secrets = await openSecrets({
    secret: SECRET,
    accessSecret: options.accessSecret ?? null,
    dataDir: '',
  });
  const errors: Record<string, unknown>[] = [];
  const gate = options.gate ?? (await openGate({ redis: null, log: () => {}, clock }));
  const trustedProxies = new BlockList();
  if (options.trusted) trustedProxies.addAddress(options.trusted);
  const parts = createParts({
    db,
    secrets,
    gate,
    log: (_level, event) => errors.push(event),
    site: options.pages ? await openSite(new URL('../../web/dist/', import.meta.url)) : null,
    console: options.pages ? await openConsole(new URL('../../web/dist/console/', import.meta.url)) : null,
    witnessProgram: options.pages
      ? await openProgram(new URL('../../web/dist/witness/', import.meta.url))
      : null,
    verifier: options.pages ? await openVerifier(new URL('../../web/dist/verify/', import.meta.url)) : null,
    publicUrl: options.publicUrl ?? null,
    account: options.account ?? null,
    ...(options.shelf ? { shelf: options.shelf } : {}),
    wechatFiles: options.wechatFiles ?? [],
    webhookOrigins: options.webhookOrigins ?? [],
    robots: options.robots ?? null,
    trustedProxies,
    clock,
    // Hundreds of tests need no memory-hard passwords; staff.test.ts makes one at full cost.
    passwordCost: { memory: 256, passes: 1 },
  });
  const app = createApp(parts);
  const sealer = createSealer(db, secrets);
  const direct = createDirect(parts);
  const routed = getRequestListener(app.fetch);
  const server = createServer((incoming, outgoing) => {
    if (direct(incoming, outgoing)) return;
    parts.headers.dress(outgoing, incoming.url ?? '');
    void routed(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // As main.ts has it: a database that keeps the only thread busy must not cost a client its connection.
  server.keepAliveTimeout = 65_000;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** One request over a connection, with exactly these headers; the body comes as it was sent, still compressed. */
  function call(path: string, { body, headers = {}, method = 'GET' }: Asked = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port, agent, path, method, headers }, (incoming) =>
        responseOf(incoming).then(resolve, reject),
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Sends a ballot as a browser does; a string goes as it is. */
  async function post(slug: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const length = String(Buffer.byteLength(text));
    const reply = await call(`/api/contests/${slug}/ballots`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
    });
    return { status: reply.status, body: (await reply.json()) as Answer['body'], headers: reply.headers };
  }

  /** A visitor with a cookie an hour old, and a ticket a minute old. */
  function visitor(slug: string) {
    const value = parts.voters.issue(now - HOUR_MS);
    const cookie = `zv=${value}`;
    /** A ticket of this visitor that is `ageMs` old now. */
    const ticket = (ageMs = 60_000, contest = slug): string =>
      parts.voters.ticket(contest, { cookie: value, issuedAt: 0 }, now - ageMs);
    const request = (picks: number[], changes: Partial<BallotRequest> = {}): BallotRequest => ({
      ballotId: randomUUID(),
      picks,
      ticket: ticket(),
      seen: { device: randomUUID(), dwellMs: 20_000, touches: 5 },
      ...changes,
    });
    return {
      cookie,
      ticket,
      request,
      cast: (picks: number[], changes: Partial<BallotRequest> = {}): Promise<Answer> =>
        post(slug, request(picks, changes), { cookie }),
      me: async (): Promise<MeView> =>
        (await call(`/api/contests/${slug}/me`, { headers: { cookie } })).json() as Promise<MeView>,
    };
  }

  return {
    parts,
    app,
    port,
    call,
    post,
    visitor,
    /** What was logged as an error. */
    errors,
    seal: () => sealer.seal(),
    at(ms: number) {
      now = ms;
    },
    /** Moves the clock on. What is kept for a moment (contest, tally, checkpoint) is read again after 1001. */
    pass(ms: number) {
      now += ms;
    },
    now: clock,
    /** A new contest with open voting. */
    async contest(changes: Partial<Settings> = {}, candidates = 8) {
      const slug = `t-${randomBytes(5).toString('hex')}`;
      const settings = settingsOf(now, changes);
      const id = await seedContest(db, slug, settings, candidates);
      return { slug, id, settings };
    },
    /** Changes a contest as staff would: a new version. */
    update: (id: number, settings: Settings) => updateContest(db, id, settings),
    tally: async (slug: string): Promise<TallyView> =>
      (await call(`/api/contests/${slug}/tally`)).json() as Promise<TallyView>,
    /** As if somebody had looked at the fork that this log was shown (upkeep.test.ts); gives how often that was. */
    async settleForks(): Promise<number> {
      const others = errors.filter((one) => one['fork'] === undefined);
      const forks = errors.length - others.length;
      errors.splice(0, errors.length, ...others);
      await lift(db, { name: '周运维', staff: null, unit: null }, '已书面说明');
      await parts.quarantine.refresh();
      return forks;
    },
    /** What every test that writes a ledger ends with: the whole ledger agrees with itself, its log and the tally. */
    async verify(slug: string) {
      await sealer.seal();
      const found = await verifyContest(db, secrets, slug);
      if (!found) throw new Error(`no contest ${slug}`);
      expect(found.problems).toEqual([]);
      expect(found.sealed).toBe(found.entries);
      expect((await verifyActs(db, secrets, found.acts)).problems).toEqual([]);
      expect(errors).toEqual([]);
      return found;
    },
    async close() {
      parts.analyst.close();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function responseOf(incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  const status = incoming.statusCode ?? 0;
  return new Response(status === 304 ? null : Buffer.concat(chunks), { status, headers });
}

export type TestSite = Awaited<ReturnType<typeof createSite>>;

/** Counted ballots a candidate, in order of number; null while they are sealed. */
export function votesOf(tally: TallyView): number[] | null {
  return tally.counts?.map((line) => line.votes) ?? null;
}
