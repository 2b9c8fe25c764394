import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createVoters } from '@zuimei/server/vote/voter.ts';
import { startApp, TEST_SECRET, type TestApp } from '../harness/app.ts';
import type { Balancer } from '../harness/balancer.ts';
import { openBrowser } from '../harness/browser.ts';
import { zuimei } from '../harness/cli.ts';
import { freshDatabase } from '../harness/database.ts';
import { type Settings, seedContest, settingsOf, updateContest } from '../harness/site.ts';
import { type Guest, welcome } from './guest.ts';

const PAGES = new URL('../../web/dist/client/index.html', import.meta.url);

/** A ballot as the ledger keeps it. */
export interface LedgerBallot {
  ballotId: string;
  picks: number[];
  state: string;
}

export interface TownOptions {
  demo?: boolean;
  /** So many servers behind one address, which share the Redis; absent = one, without Redis. */
  servers?: { count: number; redisUrl: string; balancer: Balancer };
  /** Over the defaults. */
  env?: Record<string, string>;
  /** Another site that visitors pass through. */
  besides?: string;
}

/**
 * The server as its own process on its own Postgres database, and a browser: where the journeys of one file take place. Throws when
 * the pages are not built.
 */
export async function openTown(options: TownOptions = {}) {
  if (!existsSync(PAGES))
    throw new Error(
      'the pages are not built (web/dist is missing): npm run build; npm test does it by itself',
    );
  const fresh = await freshDatabase('server');
  const { db } = fresh.database;
  const { servers, besides } = options;
  const settings = {
    databaseUrl: fresh.url ?? '',
    ...(servers ? { redisUrl: servers.redisUrl } : {}),
    env: {
      ZUIMEI_DEMO: options.demo ? '1' : '0',
      ...(servers ? { PUBLIC_URL: servers.balancer.url } : {}),
      ...options.env,
    },
  };
  const [first, browser] = await Promise.all([startApp(settings), openBrowser()]);
  const others: TestApp[] = [];
  for (let i = 1; i < (servers?.count ?? 1); i++) others.push(await startApp(settings));
  if (servers) servers.balancer.ports = [first, ...others].map((one) => one.port);
  let app = first;
  const { port } = first;
  const url = servers?.balancer.url ?? first.url;
  const guests: Guest[] = [];

  async function guestIn(context: Promise<Parameters<typeof welcome>[0]>): Promise<Guest> {
    const guest = await welcome(await context, url, besides);
    guests.push(guest);
    return guest;
  }

  return {
    url,
    db,
    /** A new visitor with a phone; options as of a browser context. */
    phone: (given: Parameters<typeof browser.phone>[0] = {}) =>
      guestIn(browser.phone({ baseURL: url, ...given })),
    /** A new visitor at an office computer. */
    desk: (given: Parameters<typeof browser.desk>[0] = {}) =>
      guestIn(browser.desk({ baseURL: url, ...given })),
    /** A new contest that the server does not know yet, with open voting unless changed; gives its slug. */
    async contest(slug: string, changes: Partial<Settings> = {}, candidates = 8) {
      const wanted = settingsOf(Date.now(), changes);
      const id = await seedContest(db, slug, wanted, candidates);
      return {
        slug,
        path: `/c/${slug}`,
        /** As staff would: the same contest with other settings, a version later. */
        change: (later: Partial<Settings>) => updateContest(db, id, { ...wanted, ...later }),
        withdraw: (number: number, reason: string) =>
          sql`update candidate set body = body || ${JSON.stringify({
            withdrawn: { at: new Date().toISOString(), reason },
          })}::jsonb where contest = ${id} and number = ${number}`.execute(db),
      };
    },
    /** The ballots in a contest's ledger, in order. */
    async ledger(slug: string): Promise<LedgerBallot[]> {
      const { rows } = await sql<LedgerBallot>`
        select ballot_id as "ballotId", picks, state from ledger_entry
        where kind = 'ballot' and contest = (select id from contest where slug = ${slug}) order by index`.execute(
        db,
      );
      return rows;
    },
    /** Ledger, checkpoints and tally agree. Every journey that votes ends with it. */
    async verify(slug: string) {
      const found = await verifyContest(db, await openSecrets({ secret: TEST_SECRET, dataDir: '' }), slug);
      expect(found?.problems).toEqual([]);
      return found;
    },
    /** `pnpm zuimei …` beside the running server; throws unless it ends with 0. */
    async command(...args: string[]): Promise<string> {
      const said = await zuimei(args, { DATABASE_URL: fresh.url ?? '' });
      expect([said.code, said.stderr]).toEqual([0, '']);
      return said.stdout;
    },
    /** Of a browser that was here an hour ago. */
    async cookie(): Promise<string> {
      const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
      return createVoters(secrets).issue(Date.now() - 3_600_000);
    },
    /** What the server has printed so far. */
    log: () => [app, ...others].map((one) => one.log()).join(''),
    /** A browser context without any ways of its own: for staff. */
    browser,
    kill: () => app.kill9(),
    /** Again on the same data and port, after kill(). */
    async restart() {
      await app.stop();
      app = await startApp({ ...settings, port });
    },
    async close() {
      await browser.close();
      await Promise.all([app, ...others].map((one) => one.stop()));
      await fresh.drop();
    },
  };
}

export type Town = Awaited<ReturnType<typeof openTown>>;
