import { sql, type Transaction } from 'kysely';
import type { Category } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { overWords, type Places } from '@zuimei/shared/shortlist.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';

/** Of a contest, what bounds its shortlist; a stored plan has it. */
interface Bounded extends Pick<StoredPlan, 'id' | 'collection'> {
  settings: { categories: readonly Category[] };
}

/**
 * The places of the shortlist that are bounded, with how many have one: whoever is accepted, and every candidate, wherever they came from,
 * who has not withdrawn. `coming`: categories of those who would join them; `except`: a nomination that is not counted.
 */
export async function readShortlistPlaces(
  db: Db | Transaction<Tables>,
  { id: contest, settings, collection }: Bounded,
  { coming = [], except = 0 }: { coming?: readonly string[]; except?: number } = {},
): Promise<Places[]> {
  if (!collection) return [];
  const { rows } = await sql<{ category: string; count: string | number }>`
    select category, count(*) as count from (
      select category from nomination where contest = ${contest} and state = 'accepted' and id <> ${except}
      union all
      select coalesce(body ->> 'category', '') from candidate
      where contest = ${contest} and coalesce(body ->> 'withdrawn', '') = ''
    ) taken group by category`.execute(db);
  const taken = new Map(rows.map(({ category, count }) => [category, Number(count)]));
  for (const category of coming) taken.set(category, (taken.get(category) ?? 0) + 1);
  const inAll = [...taken.values()].reduce((sum, one) => sum + one, 0);
  return [
    { id: '', name: '候选总名额', most: collection.places, has: inAll },
    ...settings.categories.map(({ id, name }) => ({
      ...{ id, name, most: collection.categoryPlaces[id] ?? null },
      has: taken.get(id) ?? 0,
    })),
  ].flatMap(({ most, ...place }) => (most === null ? [] : [{ ...place, most }]));
}

/** Under the contest's lock nobody joins meanwhile. Refuses with places_over {over}, which names each bound that is passed. */
export async function checkPlaces(
  db: Db | Transaction<Tables>,
  stored: Bounded,
  coming: readonly string[] = [],
): Promise<void> {
  const over = overWords(await readShortlistPlaces(db, stored, { coming }));
  if (over !== '') throw new Refusal('places_over', { over });
}
