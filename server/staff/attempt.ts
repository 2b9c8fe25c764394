import { createHmac } from 'node:crypto';
import { type SqlBool, sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { networkOf } from '../address/bytes.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';

const MINUTE_MS = 60_000;

/** How many wrong passwords or codes an account bears from one place, for how long that place is locked then, and when they are forgotten. */
export const lockRule = { failures: 5, lockMs: 15 * MINUTE_MS, fadeMs: 60 * MINUTE_MS };
/** An office shares one address: this stops who tries many accounts, the lock stops who tries one. */
const NETWORK = { failures: 40, windowMs: 10 * MINUTE_MS };
/** From so many failures of one account, wherever they came from, whoever was wrong waits before the next try: longer each ten. */
const HOT_FAILURES = 10;
const MOST_DELAY_MS = MINUTE_MS;
/** Counts of strangers are few and short-lived; what is over goes. */
const PURGE_EVERY_MS = MINUTE_MS;
const NO_LOCK = { most: 0x7fffffff, lockMs: 0, delayMs: 0 };
const LONGEST_MS = 2 * lockRule.fadeMs;
const WHOLE = Buffer.alloc(0);

/**
 * Where a try comes from. Only what is tried there can lock it: a browser the account knows (`device`), a session in which it proves
 * itself once more, else the network.
 */
export type Origin = { device: string } | { session: string } | { address: string };

/** One counted try. */
export interface Attempt {
  /** How many more may fail before this place is locked. */
  left: number;
  /** Until when it is locked if this one fails. */
  until: Date | null;
  /** How many failures the account has had lately from networks, this one included; 0 at a known browser. */
  strangers: number;
  /** It was right: only this one is not counted. */
  giveBack(): Promise<void>;
}

export interface Attempts {
  /**
   * Counts a try of a login, whether anybody has it or not, before it is looked at, so that many at once cannot pass for one. Refuses
   * with locked_out {until}; from an unknown browser also with too_many_requests (too much went wrong from its network) and
   * sign_in_wait (this login is being guessed, and this place has been wrong).
   */
  claim(login: string, from: Origin): Promise<Attempt>;
  /**
   * As claim, for a code after the right password: whoever gets that far knows the password, so browsers that the account does not know
   * share one count, however many networks they come from.
   */
  claimCode(login: string, from: Origin): Promise<Attempt>;
  /** It went right to the end: what went wrong at this place before is forgotten. */
  forget(login: string, from: Origin): Promise<void>;
  /** All that was counted of this login. */
  forgetAll(tx: Db | Transaction<Tables>, login: string): Promise<void>;
  /** Until when a place is locked out of this login; null = none is. */
  readLocks(): Promise<(login: string) => Date | null>;
  /** Has anything gone wrong from this network lately? */
  failedLately(address: string): Promise<boolean>;
  /** Counts what went wrong from a network. Refuses with too_many_requests when that was too much. */
  networkFailed(address: string): Promise<void>;
}

/** Counts are in the database, under keyed digests: all servers agree, a restart forgets nothing, and the table names nobody. */
export function createAttempts(parts: { db: Db; secrets: Secrets; clock?: () => number }): Attempts {
  const { db, clock = Date.now } = parts;
  const key = parts.secrets.derive('sign-in attempts');
  const digest = (kind: string, text: string) =>
    createHmac('sha256', key).update(`${kind} ${text}`).digest().subarray(0, 16);
  const loginKey = (login: string) => digest('login', login);
  const networkKey = (address: string) => digest('network', networkOf(address));
  const originKey = (from: Origin): Buffer => {
    if ('device' in from) return digest('device', from.device);
    return 'session' in from ? digest('session', from.session) : networkKey(from.address);
  };
  let purgedAt = 0;

  /**
   * Counts one more of this pair; `lockMs` from the `most`th on, before it `delayMs`. Gives null where it is locked or waits.
   */
  async function count(
    login: Buffer,
    source: Buffer,
    rule: { most: number; windowMs: number; lockMs: number; delayMs: number },
  ): Promise<{ failures: number; until: Date | null } | null> {
    const now = clock();
    const at = (ms: number) => sql`${new Date(now + ms)}::timestamptz`;
    const anew = sql<SqlBool>`(a.since <= ${at(-rule.windowMs)} or a.failures >= ${rule.most})`;
    const failures = sql<number>`case when ${anew} then 1 else a.failures + 1 end`;
    const delay = rule.delayMs > 0 ? at(rule.delayMs) : sql`null::timestamptz`;
    const { rows } = await sql<{ failures: number; until: Date | null }>`
      insert into attempt as a (login, source, failures, since, until)
      values (${login}, ${source}, 1, ${at(0)}, ${delay})
      on conflict (login, source) do update set
        failures = ${failures},
        since = case when ${anew} then ${at(0)} else a.since end,
        until = case when ${failures} >= ${rule.most} then ${at(rule.lockMs)} else ${delay} end
      where a.until is null or a.until <= ${at(0)}
      returning failures, until`.execute(db);
    await purge(now);
    return rows[0] ?? null;
  }

  async function purge(now: number): Promise<void> {
    if (now - purgedAt < PURGE_EVERY_MS) return;
    purgedAt = now;
    await db
      .deleteFrom('attempt')
      .where('since', '<', new Date(now - LONGEST_MS))
      .execute();
  }

  async function read(login: Buffer, source: Buffer) {
    return await db
      .selectFrom('attempt')
      .select(['failures', 'since', 'until'])
      .where('login', '=', login)
      .where('source', '=', source)
      .executeTakeFirst();
  }

  async function lower(login: Buffer, source: Buffer): Promise<void> {
    await db
      .updateTable('attempt')
      .set({ failures: sql<number>`greatest(failures - 1, 0)`, until: null })
      .where('login', '=', login)
      .where('source', '=', source)
      .execute();
  }

  async function claimAt(
    login: Buffer,
    source: Buffer,
    delayMs: number,
    strangers: number,
  ): Promise<Attempt> {
    const { failures: most, fadeMs: windowMs, lockMs } = lockRule;
    const counted = await count(login, source, { most, windowMs, lockMs, delayMs });
    if (!counted) {
      const { failures = most, until } = (await read(login, source)) ?? {};
      const ends = until?.getTime() ?? clock() + lockMs;
      if (failures < most) throw new Refusal('sign_in_wait', { retryAfterMs: Math.max(ends - clock(), 1) });
      throw lockedOut(ends);
    }
    const { failures, until } = counted;
    return {
      left: most - failures,
      until: failures >= most ? until : null,
      strangers,
      giveBack: () => lower(login, source),
    };
  }

  async function checkNetwork(address: string): Promise<void> {
    const known = await read(WHOLE, networkKey(address));
    const left = known ? known.since.getTime() + NETWORK.windowMs - clock() : 0;
    if (known && left > 0 && known.failures >= NETWORK.failures)
      throw new Refusal('too_many_requests', { retryAfterMs: left });
  }

  return {
    async claim(login, from) {
      const row = loginKey(login);
      if (!('address' in from)) return await claimAt(row, originKey(from), 0, 0);
      await checkNetwork(from.address);
      const seen = await read(row, WHOLE);
      const lately = seen && seen.since.getTime() > clock() - lockRule.fadeMs ? seen.failures : 0;
      const attempt = await claimAt(row, originKey(from), delayOf(lately), lately + 1);
      await count(row, WHOLE, { ...NO_LOCK, windowMs: lockRule.fadeMs });
      return {
        ...attempt,
        async giveBack() {
          await attempt.giveBack();
          await lower(row, WHOLE);
        },
      };
    },

    claimCode: (login, from) =>
      claimAt(loginKey(login), 'address' in from ? digest('code', '') : originKey(from), 0, 0),

    async forget(login, from) {
      await db
        .deleteFrom('attempt')
        .where('login', '=', loginKey(login))
        .where('source', 'in', [originKey(from), ...('address' in from ? [digest('code', '')] : [])])
        .execute();
    },

    async forgetAll(tx, login) {
      await tx.deleteFrom('attempt').where('login', '=', loginKey(login)).execute();
    },

    async readLocks() {
      const rows = await db
        .selectFrom('attempt')
        .select((eb) => ['login', eb.fn.max('until').as('until')])
        .where('until', '>', new Date(clock()))
        .where('failures', '>=', lockRule.failures)
        .groupBy('login')
        .execute();
      const locks = new Map(rows.map((row) => [Buffer.from(row.login).toString('hex'), row.until]));
      return (login) => locks.get(loginKey(login).toString('hex')) ?? null;
    },

    async failedLately(address) {
      const known = await read(WHOLE, networkKey(address));
      return known !== undefined && known.since.getTime() > clock() - NETWORK.windowMs;
    },

    async networkFailed(address) {
      await checkNetwork(address);
      await count(WHOLE, networkKey(address), { ...NO_LOCK, windowMs: NETWORK.windowMs });
    },
  };
}

/** 2 s from the tenth failure of an hour on, twice that from each further ten. */
function delayOf(failures: number): number {
  if (failures < HOT_FAILURES) return 0;
  return Math.min(1000 * 2 ** Math.floor(failures / HOT_FAILURES), MOST_DELAY_MS);
}

function lockedOut(until: number): Refusal {
  return new Refusal('locked_out', { until: new Date(until).toISOString() });
}
