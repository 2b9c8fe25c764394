import { sql, type Transaction } from 'kysely';
import type { Db, Tables } from '../db.ts';
import type { Person } from '../staff/session.ts';
import { drawMediaId } from './photo.ts';

/** At most so many pictures are swept from one contest in one pass. */
const MOST_A_SWEEP = 500;

/**
 * May this person see this picture of a contest? A unit: those of its own nominations, and of what units below it sent. Organizers and reviewers: all but those of drafts
 * that a unit still holds. Auditors: those of candidates. Who may come to this contest at all is the guard's to say.
 */
export async function readSeenBy(db: Db, person: Person, slug: string, id: string): Promise<boolean> {
  const { of, roles } = person;
  const shows = sql<boolean>`n.contest = m.contest and (n.photo ->> 'id' = m.id
    or exists (select 1 from attachment a where a.nomination = n.id and (a.photo ->> 'id' = m.id or a.film = m.id)))`;
  const drafted = sql`exists (select 1 from nomination n where ${shows} and n.state = 'draft' and n.source <> 'organizer')`;
  const candidate = sql`exists (
    select 1 from candidate k where k.contest = m.contest
      and (k.body -> 'photos' @> jsonb_build_array(jsonb_build_object('id', m.id)) or k.body -> 'video' ->> 'id' = m.id))`;
  const seen = of
    ? sql`exists (select 1 from nomination n where ${shows} and (n.unit = ${of.unit}
        or n.state not in ('draft', 'withdrawn') and n.unit in (${below(of.unit)})))`
    : roles.includes('organizer') || roles.includes('reviewer')
      ? sql`not ${drafted}`
      : candidate;
  const { rows } = await sql`
    select 1 from (select id, contest from media where id = ${id} union all select id, contest from film where id = ${id}) m
    join contest c on c.id = m.contest where c.slug = ${slug} and ${seen} limit 1`.execute(db);
  return rows.length > 0;
}

/** Units under this one, down to the last. `union` ends at a loop. */
const below = (unit: number) => sql`
  with recursive under (id) as (
    select id from unit where parent = ${unit}
    union
    select u.id from unit u join under on u.parent = under.id
  ) select id from under`;

/** A second picture of the same bytes for another contest; null when there is none of this id. */
export async function copyMedia(tx: Transaction<Tables>, id: string, to: number): Promise<string | null> {
  const copy = drawMediaId();
  const { numAffectedRows = 0n } = await sql`
    insert into media (id, name, contest, type, bytes)
    select ${copy}, name, ${to}, type, bytes from media where id = ${id}`.execute(tx);
  return numAffectedRows > 0n ? copy : null;
}

/**
 * Deletes pictures made before `before` that nothing shows: banners that were uploaded and never saved, and what two who took away its
 * last uses in the same moment left behind. Gives how many. Everything else goes by itself (drop.sql).
 */
export async function sweepMedia(db: Db, before: Date): Promise<number> {
  const contests = await db.selectFrom('media').select('contest').distinct().execute();
  let swept = 0;
  for (const { contest } of contests) {
    const { rows } = await sql<{ id: string }>`
      delete from media where contest = ${contest} and id in (
        select distinct id from media
        where contest = ${contest} and made_at < ${before} and id not in (select media_shown(${contest})) limit ${MOST_A_SWEEP}
      ) returning id`.execute(db);
    swept += new Set(rows.map(({ id }) => id)).size;
  }
  return swept;
}
