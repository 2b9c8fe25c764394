import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Selectable, sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';

/** What of an account decides who may enter and what they may do. What is added to it belongs into `fieldsOf` too. */
export type AccountRow = Pick<
  Selectable<Tables['staff']>,
  | 'id'
  | 'login'
  | 'name'
  | 'roles'
  | 'contests'
  | 'unit'
  | 'password'
  | 'totp'
  | 'totp_step'
  | 'recovery'
  | 'disabled_at'
  | 'reset_at'
>;
/** A row with its seal. */
export type Sealed = AccountRow & { seal: Uint8Array };

/** To be selected wherever an account is believed. */
export const sealedColumns = [
  'staff.id',
  'staff.login',
  'staff.name',
  'staff.roles',
  'staff.contests',
  'staff.unit',
  'staff.password',
  'staff.totp',
  'staff.totp_step',
  'staff.recovery',
  'staff.disabled_at',
  'staff.reset_at',
  'staff.seal',
] as const;

export type SealedSession = Pick<
  Selectable<Tables['session']>,
  'digest' | 'staff' | 'unit' | 'contributor' | 'created_at' | 'seen_at' | 'proved_at'
>;
/** `password`: the account's at that moment, so that a link is void as soon as the password is another. */
export type SealedLink = Pick<
  Selectable<Tables['staff_invite']>,
  'digest' | 'staff' | 'expires_at' | 'chosen' | 'pass'
> & {
  password: string | null;
};

/**
 * Who keeps the database is not who keeps the secret: accounts, sessions and links are believed only under a MAC of the secret. Every
 * row of `staff` is written here and nowhere else. Not covered: putting a whole row back as it once was.
 */
export interface Seals {
  /** A new account. Gives its id, or null when the login is taken. */
  add(
    tx: Transaction<Tables>,
    row: Pick<AccountRow, 'login' | 'name' | 'roles' | 'contests' | 'unit'>,
    now: number,
  ): Promise<number | null>;
  /** An account for a change, locked. Refuses with not_found, and with account_altered where the seal is not its own. */
  lock(tx: Transaction<Tables>, id: number): Promise<AccountRow>;
  /** Writes what was locked back, changed, under a new seal. */
  put(tx: Transaction<Tables>, row: AccountRow): Promise<void>;
  /**
   * For who holds the secret and has looked at the account: takes it as it stands. One whose seal was not its own loses password, second
   * factor and recovery codes; gives false then.
   */
  restore(tx: Transaction<Tables>, row: Sealed): Promise<boolean>;
  /** Is this row as it was sealed? What is not is reported, at most once a minute each. */
  holds(row: Sealed): boolean;
  digestOf(kind: 'session' | 'link', token: string): Buffer;
  sealSession(row: SealedSession): Buffer;
  holdsSession(row: SealedSession & { seal: Uint8Array }): boolean;
  sealLink(row: SealedLink): Buffer;
  holdsLink(row: SealedLink & { seal: Uint8Array }): boolean;
}

const TELL_AGAIN_MS = 60_000;
const MOST_TOLD = 1_000;

/** `altered` hears of a row that somebody changed past the program: what it is and its name. */
export function createSeals(parts: {
  secrets: Secrets;
  clock?: () => number;
  altered?: (kind: 'account' | 'session' | 'link', name: string) => void;
}): Seals {
  const { secrets, clock = Date.now, altered = () => {} } = parts;
  const keys = {
    account: secrets.derive('account seal'),
    session: secrets.derive('session seal'),
    link: secrets.derive('link seal'),
  };
  const told = new Map<string, number>();

  function seal(kind: keyof typeof keys, fields: readonly unknown[]): Buffer {
    return createHmac('sha256', keys[kind]).update(JSON.stringify(fields)).digest();
  }

  function check(kind: keyof typeof keys, name: string, made: Buffer, kept: Uint8Array): boolean {
    if (kept.length === made.length && timingSafeEqual(made, kept)) return true;
    const now = clock();
    const last = told.get(`${kind} ${name}`);
    if (last === undefined || now - last >= TELL_AGAIN_MS) {
      if (told.size >= MOST_TOLD) told.clear();
      told.set(`${kind} ${name}`, now);
      altered(kind, name);
    }
    return false;
  }

  const seals: Seals = {
    async add(tx, { login, name, roles, contests, unit }, now) {
      const row = await tx
        .insertInto('staff')
        .values({
          login,
          name,
          roles,
          contests,
          unit,
          password: null,
          totp: null,
          disabled_at: null,
          reset_at: null,
          created_at: new Date(now),
          seal: Buffer.alloc(0),
        })
        .onConflict((conflict) => conflict.column('login').doNothing())
        .returning(sealedColumns)
        .executeTakeFirst();
      if (!row) return null;
      await seals.put(tx, row);
      return row.id;
    },

    async lock(tx, id) {
      const row = await tx
        .selectFrom('staff')
        .select(sealedColumns)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw new Refusal('not_found');
      if (!seals.holds(row)) throw new Refusal('account_altered');
      return row;
    },

    async put(tx, row) {
      await tx
        .updateTable('staff')
        .set({
          login: row.login,
          name: row.name,
          roles: row.roles,
          contests: row.contests,
          password: row.password,
          totp: row.totp,
          totp_step: row.totp_step,
          recovery: byteArray(row.recovery),
          disabled_at: row.disabled_at,
          reset_at: row.reset_at,
          seal: seal('account', fieldsOf(row)),
        })
        .where('id', '=', row.id)
        .execute();
    },

    async restore(tx, row) {
      if (seals.holds(row)) return true;
      await seals.put(tx, { ...row, password: null, totp: null, totp_step: -1, recovery: [] });
      return false;
    },

    holds: (row) => check('account', `${row.id} ${row.login}`, seal('account', fieldsOf(row)), row.seal),

    digestOf: (kind, token) => createHmac('sha256', keys[kind]).update(token).digest(),

    sealSession: (row) => seal('session', sessionFields(row)),
    holdsSession: (row) =>
      check('session', hex(row.digest).slice(0, 16), seal('session', sessionFields(row)), row.seal),

    sealLink: (row) => seal('link', linkFields(row)),
    holdsLink: (row) => check('link', hex(row.digest).slice(0, 16), seal('link', linkFields(row)), row.seal),
  };
  return seals;
}

/** Every account, session and unused link whose seal is not its own, for `zuimei verify`. */
export async function readAltered(
  db: Db,
  secrets: Secrets,
): Promise<{ kind: 'account' | 'session' | 'link'; name: string }[]> {
  const found: { kind: 'account' | 'session' | 'link'; name: string }[] = [];
  const seals = createSeals({ secrets, altered: (kind, name) => found.push({ kind, name }) });
  const accounts = await db.selectFrom('staff').select(sealedColumns).orderBy('id').execute();
  for (const row of accounts) seals.holds(row);
  const sessions = await db.selectFrom('session').selectAll().orderBy('created_at').execute();
  for (const row of sessions) seals.holdsSession(row);
  // A link is void once the password is another: what was made before is none that could be used.
  const links = await db
    .selectFrom('staff_invite')
    .innerJoin('staff', 'staff.id', 'staff_invite.staff')
    .select(['digest', 'staff_invite.staff', 'expires_at', 'chosen', 'pass', 'password', 'staff_invite.seal'])
    .where('used_at', 'is', null)
    .execute();
  for (const row of links) seals.holdsLink(row);
  return found;
}

function fieldsOf(row: AccountRow): unknown[] {
  return [
    row.id,
    row.login,
    row.name,
    row.roles,
    row.contests,
    row.unit,
    row.password,
    row.totp && hex(row.totp),
    Number(row.totp_step),
    row.recovery.map(hex),
    row.disabled_at?.getTime() ?? null,
    row.reset_at?.getTime() ?? null,
  ];
}

function sessionFields(row: SealedSession): unknown[] {
  const { staff, unit, contributor, created_at, seen_at, proved_at } = row;
  const times = [created_at, seen_at, proved_at].map((at) => at.getTime());
  return [hex(row.digest), staff, unit, contributor, ...times];
}

function linkFields({ digest, staff, expires_at, chosen, pass, password }: SealedLink): unknown[] {
  return [hex(digest), staff, expires_at.getTime(), chosen, pass && hex(pass), password];
}

/** The embedded database gives plain bytes, no Buffer. */
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function byteArray(list: readonly Uint8Array[]) {
  return sql<Buffer[]>`${`{${list.map((bytes) => `"\\\\x${hex(bytes)}"`).join(',')}}`}::bytea[]`;
}
