import { randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { guardedRoles, type Role, type Scope } from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { cookieOf } from '../http/cookie.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import type { Actor } from './action.ts';
import { belongs, scopeColumn, scopeOf } from './scope.ts';
import { type Sealed, type Seals, sealedColumns } from './seal.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const MINUTE_MS = 60_000;
/** A session is written to at most this often, however busy its page. */
const TOUCH_MS = MINUTE_MS;

/** For so long after a proof a session may do what cannot be taken back or shows what is hidden. */
export const PROOF_MS = 10 * MINUTE_MS;

/** How long a browser may rest, and how long it may go on at all, before it must sign in again. */
export const sessionLimits = {
  guarded: { idleMs: 30 * MINUTE_MS, lifeMs: 12 * 60 * MINUTE_MS },
  /** Experts and units read and write at length, and see nothing but their own. */
  plain: { idleMs: 120 * MINUTE_MS, lifeMs: 7 * 24 * 60 * MINUTE_MS },
};

export interface Person extends Actor {
  login: string | null;
  roles: readonly Role[];
  /** The contests of which they may know anything; those of a unit have nothing to do with it. */
  contests: Scope;
  /** The contest and name of the unit, for role unit. */
  of: { unit: number; name: string; contest: number; slug: string } | null;
  /** For role contributor: its id. */
  contributor: number | null;
  totp: boolean;
  idleMs: number;
  /** How long the last proof still serves (checkFresh); 0 or less = it does not. */
  freshMs: number;
  csrf: string;
  /** Names this session among others, hex. */
  session: string;
}

/** Where a session was opened. */
export interface Browser {
  address: string;
  agent: string;
  /** Its Cookie header. */
  cookie?: string | undefined;
}

export interface Sessions {
  /** A new session; gives the Set-Cookie value. Given a transaction, the session stands or falls with it. */
  open(
    who: { staff: number } | { unit: number } | { contributor: number },
    from: Browser,
    tx?: Transaction<Tables>,
  ): Promise<string>;
  /** Who sends this Cookie header, or null when nobody is signed in any more. */
  find(cookieHeader: string | undefined): Promise<Person | null>;
  /** Who sits at it has just proved who they are. */
  prove(session: string): Promise<void>;
  /** Ends one session by its name; gives the Set-Cookie value that forgets it. */
  close(session: string): Promise<string>;
}

export function createSessions(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  clock: () => number;
  secure: boolean;
}): Sessions {
  const { db, seals, clock, secure } = parts;
  const signCsrf = createMac(parts.secrets.derive('csrf'));
  const cookie = cookieOf('zs', secure);

  async function read(digest: Buffer) {
    return await db
      .selectFrom('session')
      .leftJoin('staff', 'staff.id', 'session.staff')
      .leftJoin('unit', (join) =>
        join.on((eb) => eb('unit.id', '=', eb.fn.coalesce('session.unit', 'staff.unit'))),
      )
      .leftJoin('contest', 'contest.id', 'unit.contest')
      .leftJoin('contributor', 'contributor.id', 'session.contributor')
      .select([
        'session.staff as of_staff',
        'session.unit as of_unit',
        'session.contributor as of_contributor',
        'contributor.name as contributor_name',
        'session.created_at',
        'session.seen_at',
        'session.proved_at',
        'session.seal as session_seal',
        'unit.id as unit_id',
        'unit.name as unit_name',
        'contest.id as contest',
        'contest.slug',
        scopeColumn.as('scope'),
      ])
      .select(sealedColumns)
      .where('session.digest', '=', digest)
      .executeTakeFirst();
  }
  type Row = NonNullable<Awaited<ReturnType<typeof read>>>;
  const sealedOf = (
    { of_staff: staff, of_unit: unit, of_contributor: contributor, created_at, seen_at, proved_at }: Row,
    digest: Buffer,
  ) => ({
    digest,
    staff,
    unit,
    contributor,
    created_at,
    seen_at,
    proved_at,
  });

  /** Whose session a row is: an account's or a link's, as it was sealed; null = somebody changed it past the program. */
  function believe(row: Row, digest: Buffer) {
    const seal = row.session_seal;
    if (!seals.holdsSession({ ...sealedOf(row, digest), seal })) return null;
    if (row.of_staff === null) return { account: null };
    const account = accountOf(row);
    return account && seals.holds(account) ? { account } : null;
  }

  async function personOf(token: string): Promise<Person | null> {
    const digest = seals.digestOf('session', token);
    const row = await read(digest);
    const believed = row && believe(row, digest);
    if (!row || !believed || believed.account?.disabled_at) return null;
    const { account } = believed;
    const roles: Role[] = account?.roles ?? [row.of_contributor === null ? 'unit' : 'contributor'];
    const { idleMs, lifeMs } = limitsOf(roles);
    const now = clock();
    const rested = now - row.seen_at.getTime();
    if (rested > idleMs || now - row.created_at.getTime() > lifeMs) {
      await db.deleteFrom('session').where('digest', '=', digest).execute();
      return null;
    }
    if (rested > TOUCH_MS) {
      const seen_at = new Date(now);
      await db
        .updateTable('session')
        .set({ seen_at, seal: seals.sealSession({ ...sealedOf(row, digest), seen_at }) })
        .where('digest', '=', digest)
        // Unless it was written to since: that told of its use as well.
        .where('seal', '=', Buffer.from(row.session_seal))
        .execute();
    }
    const session = digest.toString('hex');
    return {
      name: account?.name ?? row.unit_name ?? row.contributor_name ?? '',
      staff: row.of_staff,
      unit: row.unit_id,
      login: account?.login ?? null,
      roles,
      contests: account && row.unit_id === null ? scopeOf(row.scope) : [],
      of:
        row.unit_id !== null && row.contest !== null
          ? { unit: row.unit_id, name: row.unit_name ?? '', contest: row.contest, slug: row.slug ?? '' }
          : null,
      contributor: row.of_contributor,
      totp: account !== null && account.totp !== null,
      idleMs,
      freshMs: row.proved_at.getTime() + PROOF_MS - now,
      csrf: signCsrf(session),
      session,
    };
  }

  return {
    async open(who, from, tx) {
      const token = randomBytes(32).toString('base64url');
      const at = new Date(clock());
      const on = tx ?? db;
      // Opening a session deletes expired ones.
      await on
        .deleteFrom('session')
        .where('created_at', '<', new Date(clock() - sessionLimits.plain.lifeMs))
        .execute();
      const row = {
        digest: seals.digestOf('session', token),
        staff: 'staff' in who ? who.staff : null,
        unit: 'unit' in who ? who.unit : null,
        contributor: 'contributor' in who ? who.contributor : null,
        created_at: at,
        seen_at: at,
        proved_at: at,
      };
      await on
        .insertInto('session')
        .values({
          ...row,
          address: from.address.slice(0, 64),
          agent: from.agent.slice(0, 300),
          seal: seals.sealSession(row),
        })
        .execute();
      return cookie.set(token, sessionLimits.plain.lifeMs / 1000);
    },

    async find(cookieHeader) {
      const tokens = new Set(cookie.all(cookieHeader).filter((value) => TOKEN.test(value)));
      if (tokens.size > 2) return null;
      // One that another host or path planted beside one's own: whom it belongs to is anybody's guess, so neither serves.
      const found = await Promise.all([...tokens].map(personOf));
      const people = found.filter((person) => person !== null);
      return people.length === 1 ? (people[0] ?? null) : null;
    },

    async prove(session) {
      const digest = Buffer.from(session, 'hex');
      await db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('session')
          .selectAll()
          .where('digest', '=', digest)
          .forUpdate()
          .executeTakeFirst();
        if (!row || !seals.holdsSession(row)) throw new Refusal('signed_out');
        const proved_at = new Date(clock());
        await tx
          .updateTable('session')
          .set({ proved_at, seal: seals.sealSession({ ...row, proved_at }) })
          .where('digest', '=', digest)
          .execute();
      });
    },

    async close(session) {
      await db.deleteFrom('session').where('digest', '=', Buffer.from(session, 'hex')).execute();
      return cookie.set('', 0);
    },
  };
}

/** The account of a row that may have none. */
function accountOf(row: { [Key in keyof Sealed]: Sealed[Key] | null }): Sealed | null {
  const { id, login, name, roles, totp_step, recovery, seal } = row;
  if (id === null || login === null || name === null || roles === null) return null;
  if (totp_step === null || recovery === null || seal === null) return null;
  return { ...row, id, login, name, roles, totp_step, recovery, seal };
}

/** How long sessions of who holds these roles last. */
export function limitsOf(roles: readonly Role[]): { idleMs: number; lifeMs: number } {
  return roles.some((role) => guardedRoles.includes(role)) ? sessionLimits.guarded : sessionLimits.plain;
}

/** What a guarded handler finds in its context. */
export interface Guarded {
  /** foreign: the contest that was asked for is one of others. */
  Variables: { person: Person; foreign?: boolean };
}

export type Door = MiddlewareHandler<Guarded> & { roles: readonly Role[]; fresh: boolean };

export interface Guard {
  (...roles: Role[]): Door;
  /** As guard itself, and refuses with reauth_needed who has not proved lately who they are: for what cannot be taken back. */
  fresh(...roles: Role[]): Door;
}

/** What may still be done to an archived contest: take papers out, look behind a mask, copy it, erase, and sign what it came to. */
const STILL = /\/(out\/\w+|certificates|archive|erase(\/decide)?|closing(\/confirm|\/decline)?|copy|reveal)$/;

/**
 * The door of every console route: `guard('organizer', 'reviewer')` lets in who is signed in with one of these roles and, where the
 * address has a `:slug`, belongs to that contest. Refuses with signed_out; forbidden; not_found for a contest of others, which is as one
 * that is not there; csrf when something other than a read comes without the session's own token; archived for a change to what is.
 * Nothing is asked of the database for a stranger. Without roles: whoever is signed in. Roles and freshness can be read off the handler, so
 * that a test can walk all routes.
 */
export function createGuard(sessions: Sessions, isArchived: (slug: string) => Promise<boolean>): Guard {
  const door = (roles: Role[], fresh: boolean): Door => {
    const handler: MiddlewareHandler<Guarded> = async (c, next) => {
      const person = await sessions.find(c.req.header('cookie'));
      if (!person) throw new Refusal('signed_out');
      c.set('person', person);
      if (roles.length > 0 && !person.roles.some((role) => roles.includes(role)))
        throw new Refusal('forbidden');
      const slug = c.req.param('slug');
      if (slug !== undefined && !belongs(person.contests, slug)) {
        c.set('foreign', true);
        throw new Refusal('not_found');
      }
      const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
      if (!reads && !sameText(c.req.header('x-csrf-token') ?? '', person.csrf)) throw new Refusal('csrf');
      if (!reads && slug !== undefined && !STILL.test(c.req.path) && (await isArchived(slug)))
        throw new Refusal('archived');
      if (fresh) checkFresh(person);
      c.header('Cache-Control', 'no-store');
      await next();
    };
    return Object.assign(handler, { roles, fresh });
  };
  return Object.assign((...roles: Role[]) => door(roles, false), {
    fresh: (...roles: Role[]) => door(roles, true),
  });
}

/** Refuses with reauth_needed, and what to prove it by, when the last proof serves for less than `leastMs` more. */
export function checkFresh(person: Person, leastMs = 0): void {
  if (person.freshMs <= leastMs)
    throw new Refusal('reauth_needed', { by: person.totp ? 'code' : 'password' });
}
