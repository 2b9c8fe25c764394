import { randomUUID } from 'node:crypto';
import { type Unzipped, unzipSync } from 'fflate';
import { sql } from 'kysely';
import type { Db } from '@zuimei/server/db.ts';
import { parseAccount } from '@zuimei/server/wechat/account.ts';
import type { Reveal } from '@zuimei/shared/contest.ts';
import { type Role, roles } from '@zuimei/shared/staff.ts';
import { freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, seedContest, settingsOf, type TestSite } from '../harness/site.ts';
import { wechatRule, wxAccount, wxSettings } from '../wxfake/account.ts';
import { createWxFake } from '../wxfake/wxfake.ts';

export const SLUG = 'twin';
const MINUTE_MS = 60_000;

/** Numbers under which the gate would notice at once how a candidate fares, and would let it weigh as much as it may. */
const thresholds = {
  'weights.surge': 10,
  'weights.single': 10,
  'weights.alike': 10,
  'weights.unvouched': 0,
  'score.challenge': 4,
  'score.doubt': 3,
  'surge.ballots': 10,
  'surge.percent': 120,
  'single.ballots': 10,
  'single.points': 5,
  'alike.picks': 2,
  'alike.ballots': 10,
  'alike.percent': 5,
};

/** One of the two sites, with a browser signed in for every role. */
export interface Twin {
  site: TestSite;
  /** What the app may not do. */
  owner: Db;
  desks: Map<Role, Desk>;
  /** Another auditor, who may decide what the first proposes. */
  second: Desk;
  chat(text: string): Promise<string>;
}

/** What was answered, without what must differ. */
export interface Said {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Every ballot of the contest, as it is cast on both sites. */
interface Visit {
  at: number;
  picks: readonly [one: number[], other: number[]];
  address: string;
  device: string;
  touches: number;
}

/** Two whole sites on databases of their own that differ in nothing but the picks of the ballots whose counts are hidden. */
export async function createTwins(reveal: 'sealed' | 'daily') {
  // Ahead of the databases' clock: what they write by themselves can so be told from what the site says.
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 90 * MINUTE_MS;
  const shownAt = now - 60 * MINUTE_MS;
  const began = Date.now();
  const made = await Promise.all([
    openTwin(now, revealOf(reveal, now, shownAt)),
    openTwin(now, revealOf(reveal, now, shownAt)),
  ]);
  const [one, other] = made;
  const twins: readonly [Twin, Twin] = [one, other];
  const clockTo = (ms: number): void => {
    for (const { site } of twins) site.at(ms);
  };

  /** When the ballots that each has entered were cast. */
  const entered: [number[], number[]] = [[], []];

  /** The same visit to both; only the picks may differ. Gives both answers. */
  async function cast(visit: Visit): Promise<readonly [Said, Said]> {
    clockTo(visit.at);
    const { parts } = one.site;
    const value = parts.voters.issue(visit.at - HOUR_MS);
    const ballot = {
      ballotId: randomUUID(),
      ticket: parts.voters.ticket(SLUG, { cookie: value, issuedAt: 0 }, visit.at - MINUTE_MS),
      seen: { device: visit.device, dwellMs: 20_000, touches: visit.touches },
    };
    const send = async (site: TestSite, picks: number[]): Promise<Said> => {
      const body = JSON.stringify({ ...ballot, picks });
      const headers = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        cookie: `zv=${value}`,
        'x-forwarded-for': visit.address,
      };
      return said(await site.call(`/api/contests/${SLUG}/ballots`, { method: 'POST', body, headers }));
    };
    const answers = await Promise.all([send(one.site, visit.picks[0]), send(other.site, visit.picks[1])]);
    for (const [twin, { status }] of answers.entries()) if (status === 201) entered[twin]?.push(visit.at);
    return answers;
  }

  async function said(reply: Response): Promise<Said> {
    const headers = Object.fromEntries(reply.headers);
    // A browser without a cookie gets one, and whoever asks has an id of their own in the log.
    if (headers['set-cookie']) headers['set-cookie'] = headers['set-cookie'].replace(/=[^;]+/, '=<own>');
    delete headers['content-length'];
    delete headers['date'];
    const bytes = new Uint8Array(await reply.arrayBuffer());
    const text = plain(textOf(bytes, headers['content-type'] ?? ''), began);
    return { status: reply.status, headers: mapped(headers, (value) => plain(value, began)), text };
  }

  return {
    twins,
    now,
    said,
    cast,
    /** Gives the ledgers the instants of the visits, since each database has written its own, and signs them. */
    async date() {
      clockTo(now);
      for (const [twin, { site, owner }] of twins.entries()) {
        await dateLedger(owner, now, entered[twin] ?? []);
        await site.seal();
      }
    },
    /** Nothing that was read before is served any more. */
    async forget() {
      for (const { site } of twins) {
        site.parts.analyst.close();
        await site.parts.contests.reload(SLUG);
      }
    },
    visits: visitsOf(now, shownAt),
    async close() {
      await Promise.all(made.map((twin) => twin.close()));
    },
  };
}

export type Twins = Awaited<ReturnType<typeof createTwins>>;

function revealOf(kind: 'sealed' | 'daily', now: number, shownAt: number): Reveal {
  if (kind === 'sealed') return { kind, from: new Date(now + 100 * HOUR_MS).toISOString() };
  return { kind, at: Math.floor(((shownAt / HOUR_MS + 8) % 24) * 60) };
}

async function openTwin(now: number, reveal: Reveal) {
  const began = Date.now();
  // The daily ones stand in the embedded database: so every route of the site is walked on it as well.
  const fresh = await freshDatabase(reveal.kind === 'daily' ? 'embedded' : 'server');
  const fake = await createWxFake({ ...wxAccount, aesKey: null, clock: () => now, redirectHost: 'unknown' });
  const account = parseAccount(wxSettings(fake, null));
  if (!account) throw new Error('no account');
  const site = await createSite(fresh.database.db, { trusted: '127.0.0.1', now, pages: true, account });
  fake.callbackUrl = `http://127.0.0.1:${site.port}/wechat/message`;
  const settings = settingsOf(now, {
    reveal,
    thresholds,
    title: '双生活动',
    wechat: wechatRule({ outside: 'weighed', keyword: '投票' }),
    rounds: [
      {
        opens: new Date(now - 6 * HOUR_MS).toISOString(),
        closes: new Date(now + 99 * HOUR_MS).toISOString(),
        numbers: null,
      },
    ],
  });
  const contest = await seedContest(site.parts.db, SLUG, settings);
  const unit = await site.parts.db
    .insertInto('unit')
    .values({ contest, name: '青石镇人民政府', kind: 'town', quota: null, contact: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  const contributor = await site.parts.db
    .insertInto('contributor')
    .values({ kind: 'area', name: '青石镇', line: '青石镇', place: 1, opened_at: null, ended_at: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  const links: Partial<Record<Role, { unit: number } | { contributor: number }>> = {
    unit: { unit: unit.id },
    contributor: { contributor: contributor.id },
  };
  const desks = new Map<Role, Desk>();
  for (const role of roles) desks.set(role, await signIn(site, links[role] ?? [role], role));
  const second = await signIn(site, ['auditor'], 'auditor two');
  const person = fake.person('asker');
  const twin: Twin = {
    site,
    owner: fresh.owner.db,
    desks,
    second,
    async chat(text) {
      const reply = await person.say(text);
      return reply === '' ? '' : plain(reply.content, began);
    },
  };
  return {
    ...twin,
    async close() {
      await site.close();
      await fake.close();
      await fresh.drop();
    },
  };
}

/**
 * 30 ballots on which both agree and whose daily counts are out; then 110 that one site has for number 2 alone, for 3, 4 and 5 together or
 * spread, and the other for pairs. Every second one comes on the beat; some pages nobody touched; some share a device or a network.
 */
function visitsOf(now: number, shownAt: number): Visit[] {
  const common = Array.from({ length: 30 }, (_, i): Visit => {
    const picks = [1 + (i % 8)];
    return {
      at: shownAt - 90 * MINUTE_MS + i * 40_000 + ((i * i * 3571) % 17_000),
      picks: [picks, picks],
      address: `223.104.${i}.9`,
      device: `early ${i}`,
      touches: 5,
    };
  });
  const hidden = Array.from({ length: 110 }, (_, i): Visit => {
    const onBeat = i % 2 === 0;
    const one = onBeat || i > 80 ? [2] : i < 60 ? [3, 4, 5] : [1 + (i % 8)];
    const other = [1 + (i % 8), 1 + ((i + 3) % 8)].toSorted((a, b) => a - b);
    return {
      at: now - 50 * MINUTE_MS + i * 10_000 + (onBeat ? 0 : 1_000 + ((i * i * 1571) % 8_000)),
      picks: [one, other],
      address: i % 5 === 0 ? `198.51.100.${i}` : `223.104.${i}.9`,
      device: i % 5 === 0 ? 'farm' : `late ${i}`,
      touches: i % 3 === 0 ? 0 : 5,
    };
  });
  return [...common, ...hidden];
}

async function dateLedger(db: Db, now: number, cast: readonly number[]): Promise<void> {
  const dates = [now - 6 * HOUR_MS, ...cast].map((ms) => new Date(ms).toISOString());
  await sql`alter table ledger_entry disable trigger user`.execute(db);
  await sql`update ledger_entry set at = (${JSON.stringify(dates)}::jsonb ->> index::int)::timestamptz`.execute(
    db,
  );
  await sql`alter table ledger_entry enable trigger user`.execute(db);
  // What is written from now on comes after them, as it does under one clock.
  await sql`update ledger_head set last_at = ${dates.at(-1)}::timestamptz`.execute(db);
}

/** Of an office file what is in it; of tiles, which are digests, how many bytes. */
function textOf(bytes: Uint8Array, type: string): string {
  if (type.includes('octet-stream')) return `${bytes.length} bytes`;
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return Buffer.from(bytes).toString('utf8');
  const inside: Unzipped = unzipSync(bytes);
  return Object.entries(inside)
    .map(([name, one]) => `${name}: ${Buffer.from(one).toString('utf8')}`)
    .join('\n');
}

/**
 * A text without what two databases and processes never have alike: digests and signatures, which hang on the picks by design and say
 * nothing of them; instants that a database wrote by its own clock while this test ran; tokens and sessions that were drawn; the port a
 * site listens on; how long things took, how large a database's files are and what room the disk has left.
 */
function plain(text: string, began: number): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replace(/(?<=#)[\w-]{43}(?![\w-])/g, '<token>')
    .replace(/[A-Za-z0-9+/]{40,}={0,2}/g, '<digest>')
    .replace(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, (instant) => {
      const ms = Date.parse(instant);
      return ms >= began - 1000 && ms <= Date.now() + 1000 ? '<written>' : instant;
    })
    .replace(/"(csrf|ticket|token|etag|challenge|salt|commitment)":"(?:[^"\\]|\\.)*"/g, '"$1":"<drawn>"')
    .replace(/"id":"[0-9a-f]{16}"/g, '"id":"<drawn>"')
    .replace(/"login":"t[0-9a-f]{12}"/g, '"login":"<drawn>"')
    .replace(/\b127\.0\.0\.1:\d{4,5}\b/g, '<here>')
    .replace(/"(databaseMs|clockMs|databaseBytes|free)":-?\d+/g, '"$1":"<measured>"')
    .replace(/^zuimei_\w+_(seconds|bytes).*$/gm, '<measured>');
}

function mapped(headers: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}
