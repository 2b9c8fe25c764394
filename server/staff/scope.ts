import { type RawBuilder, sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ContestName, Scope } from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from './action.ts';
import type { Seals } from './seal.ts';

const MOST_NAMES = 500;
/** As the database has it: what cannot be a slug is not looked up. */
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The contests of the staff row in the query; null = all. */
export const scopeColumn: RawBuilder<string[] | null> = sql`
  case when staff.contests is not null
    then array(select slug from contest where id = any(staff.contests) order by id) end`;

export function scopeOf(slugs: string[] | null): Scope {
  return slugs ?? 'all';
}

/** Whether somebody of this scope may know of the contest. Nobody may know of what cannot be a slug. */
export function belongs(scope: Scope, slug: string): boolean {
  return SLUG.test(slug) && (scope === 'all' || scope.includes(slug));
}

/** These slugs as an array in SQL, for both drivers. */
export function slugArray(slugs: readonly string[]): RawBuilder<unknown> {
  return sql`${`{${slugs.filter((slug) => SLUG.test(slug)).join(',')}}`}::text[]`;
}

/** As the database keeps it. Refuses with bad_request when one of them is not there. */
export async function scopeIds(tx: Transaction<Tables>, scope: Scope): Promise<number[] | null> {
  if (scope === 'all') return null;
  const rows = await tx
    .selectFrom('contest')
    .select('id')
    .where(sql<boolean>`slug = any(${slugArray(scope)})`)
    .orderBy('id')
    .execute();
  if (rows.length !== new Set(scope).size) throw new Refusal('bad_request', { field: 'contests' });
  return rows.map(({ id }) => id);
}

/** Somebody of named contests belongs to the one they have just made. */
export async function joinOwn(
  tx: Transaction<Tables>,
  seals: Seals,
  actor: Actor,
  contest: number,
): Promise<void> {
  if (actor.staff === null) return;
  const row = await seals.lock(tx, actor.staff);
  if (row.contests) await seals.put(tx, { ...row, contests: [...row.contests, contest] });
}

/** Sets the contests of an account whose row is locked; each one given or taken is a line of its own in that contest's part of the log. */
export async function changeScope(
  tx: Transaction<Tables>,
  seals: Seals,
  actor: Actor,
  row: { id: number; contests: number[] | null },
  { scope, name, reason }: { scope: Scope; name: string; reason?: string },
): Promise<void> {
  const next = await scopeIds(tx, scope);
  await seals.put(tx, { ...(await seals.lock(tx, row.id)), contests: next });
  const record = async (what: string, contest: number | null = null) =>
    await recordAction(tx, actor, {
      act: 'staff.contests',
      contest,
      subject: `${name}：${what}`,
      ...(reason ? { reason } : {}),
    });
  if (next === null && row.contests !== null) await record('全部活动');
  if (next !== null && row.contests === null) await record('只限指定的活动');
  for (const id of next ?? []) if (!row.contests?.includes(id)) await record('参与本活动', id);
  for (const id of row.contests ?? []) if (next && !next.includes(id)) await record('不再参与本活动', id);
}

export async function readContestNames(db: Db): Promise<ContestName[]> {
  const rows = await db
    .selectFrom('contest')
    .select(['slug', sql<string | null>`coalesce(draft -> 'settings', settings) ->> 'title'`.as('title')])
    .orderBy('id', 'desc')
    .limit(MOST_NAMES)
    .execute();
  return rows.map(({ slug, title }) => ({ slug, title: title ?? slug }));
}
