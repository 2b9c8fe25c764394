import { type Kysely, sql, type Transaction } from 'kysely';
import type { AccountAct, ActCode, AuditorAct } from '@zuimei/shared/action.ts';
import type { AuditorEvent } from '@zuimei/shared/audit.ts';
import type { AccountEvent } from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { nameInLog } from './account.ts';
import { type Actor, recordAction } from './action.ts';

/** What an account's owner can look back on. */
const MOST_KEPT = 200;
const MOST_SHOWN = 50;
/** The same again within so long is one event: nobody fills an account's history by failing at it. */
const SAME_MS = 10 * 60_000;
/** A session and the event of its sign-in are written in one transaction. */
const ENTERING_MS = 2_000;
/** Whoever holds the account did this themselves, or could not enter it any more. */
const BEGINNING = new Set<AccountAct>(['staff.invite', 'staff.join', 'staff.rejoin']);

/** Who does it; `session`: a person's own, where they do it to themselves. */
type Doer = Actor & { session?: string };

/** What happened to an account. */
interface Happening<Act extends AccountAct> {
  act: Act;
  /** Beside the account's name, e.g. roles before and after. */
  what?: string;
  reason?: string;
  /** In ms. */
  now: number;
}

type On = Kysely<Tables> | Transaction<Tables>;

/** Writes what was done to an account, by its owner or another, into the action log and into what its owner is told. */
export async function recordOnAccount(
  on: On,
  doer: Doer,
  owner: { id: number; name: string; login: string },
  happened: Happening<Extract<ActCode, AccountAct>>,
): Promise<void> {
  const { act, what, reason = '' } = happened;
  const name = nameInLog(owner);
  await recordAction(on, doer, { act, subject: what ? `${name}：${what}` : name, reason });
  await tellOwner(on, doer, owner, happened);
}

/** Tells the owner alone, at their next sign-in and under 我的账号. */
export async function tellOwner(
  on: On,
  doer: Doer,
  owner: { id: number },
  { act, what = '', reason = '', now }: Happening<AccountAct>,
): Promise<void> {
  const own = doer.staff === owner.id;
  const by = own ? '' : doer.name;
  const detail = [what, reason].filter(Boolean).join('；').slice(0, 500);
  const session = own ? (doer.session ?? '') : '';
  await sql`
    insert into staff_event (staff, at, act, actor, detail, session)
    select ${owner.id}::int, ${new Date(now)}::timestamptz, ${act}::text, ${by}::text, ${detail}::text, ${session}::text
    where not exists (
      select 1 from staff_event where staff = ${owner.id}::int and act = ${act} and actor = ${by} and detail = ${detail}
        and session = ${session} and at > ${new Date(now - SAME_MS)}::timestamptz)`.execute(on);
  await sql`
    delete from staff_event where staff = ${owner.id}::int and id <= (
      select id from staff_event where staff = ${owner.id}::int order by id desc offset ${MOST_KEPT} limit 1)`.execute(
    on,
  );
}

/**
 * The latest events of an account, newest first. Those not yet acknowledged are news, but for what was done in the session that asks and
 * the sign-in with which it began: whoever sits there knows of it.
 */
export async function readEvents(db: Db, staff: number, session: string): Promise<AccountEvent[]> {
  const here = await db
    .selectFrom('session')
    .select('created_at')
    .where('digest', '=', Buffer.from(session, 'hex'))
    .executeTakeFirst();
  const entered = (at: Date) =>
    here !== undefined && Math.abs(at.getTime() - here.created_at.getTime()) < ENTERING_MS;
  const rows = await db
    .selectFrom('staff_event')
    .selectAll()
    .where('staff', '=', staff)
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN)
    .execute();
  return rows.map(({ id, at, act, actor, detail, session: done, seen_at }) => ({
    id: Number(id),
    at: at.toISOString(),
    act,
    by: actor,
    detail,
    news: !BEGINNING.has(act) && seen_at === null && done !== session && !(entered(at) && actor === ''),
  }));
}

/**
 * The owner has read up to this one. What was done in the session that says so, its sign-in included, stays news for the next: whoever
 * broke in cannot wipe out that they did.
 */
export async function acknowledge(
  db: Db,
  { staff, session }: { staff: number; session: string },
  upTo: number,
  now: number,
): Promise<void> {
  const news = (await readEvents(db, staff, session)).filter((one) => one.news && one.id <= upTo);
  if (news.length === 0) return;
  await db
    .updateTable('staff_event')
    .set({ seen_at: new Date(now) })
    .where('staff', '=', staff)
    .where(
      'id',
      'in',
      news.map(({ id }) => id),
    )
    .execute();
}

const OF_AUDITORS: AuditorAct[] = [
  'staff.invite',
  'staff.join',
  'staff.rejoin',
  'staff.link',
  'staff.roles',
  'staff.enable',
  'staff.disable',
];
const MOST_OF_AUDITORS = 20;

/** What auditors are to know of each other's accounts, newest first: who rules may have become another person. */
export async function readAuditorEvents(db: Db): Promise<AuditorEvent[]> {
  const rows = await db
    .selectFrom('staff_event')
    .innerJoin('staff', 'staff.id', 'staff_event.staff')
    .select([
      'staff.name',
      'staff_event.at',
      sql<AuditorAct>`staff_event.act`.as('act'),
      'staff_event.actor as by',
      'staff_event.detail',
    ])
    .where(sql<boolean>`'auditor' = any(staff.roles)`)
    .where('staff_event.act', 'in', OF_AUDITORS)
    .orderBy('staff_event.id', 'desc')
    .limit(MOST_OF_AUDITORS)
    .execute();
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}
