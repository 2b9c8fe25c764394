import { sql, type Transaction } from 'kysely';
import type { NamedCalendar } from '@zuimei/shared/calendar.ts';
import { calendarOf, type Holiday, type HolidayYear, holidayFault } from '@zuimei/shared/holiday.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';

type On = Db | Transaction<Tables>;

/** The calendar as it stands now. A few hundred rows, read anew whenever days are counted: a change takes effect at once, on every server. */
export async function readCalendar(on: On): Promise<NamedCalendar> {
  return calendarOf(await readYears(on));
}

/** The years that are known, in their order. */
export async function readYears(on: On): Promise<HolidayYear[]> {
  const { rows } = await sql<{
    year: number;
    source: string;
    version: number;
    edited_by: string | null;
    edited_at: Date;
    days: Holiday[];
  }>`
    select y.year, y.source, y.version, y.edited_by, y.edited_at, coalesce(
      (select jsonb_agg(jsonb_build_object('day', to_char(h.day, 'YYYY-MM-DD'), 'kind', h.kind, 'name', h.name) order by h.day)
        from holiday h where h.year = y.year), '[]') as days
    from holiday_year y order by y.year`.execute(on);
  return rows.map(({ edited_by: by, edited_at: at, ...row }) => ({
    ...row,
    edited: by === null ? null : { by, at: at.toISOString() },
  }));
}

/**
 * Puts all holidays of one year in the place of those that were known. Days that a notice has printed stand in its act and stay. Refuses with
 * calendar_changed {by} when somebody changed the year since `version` was read (0 = it was not known), and as holidayFault says.
 */
export async function editYear(
  db: Db,
  actor: Actor,
  year: number,
  { source, days, version, reason }: Pick<HolidayYear, 'source' | 'days' | 'version'> & { reason: string },
  now: number,
): Promise<HolidayYear> {
  const fault = holidayFault(year, days);
  if (fault) {
    const { code, ...details } = fault;
    throw new Refusal(code, details);
  }
  return await db.transaction().execute(async (tx) => {
    const { rows } = await sql`
      insert into holiday_year as y (year, source, edited_by, edited_at)
      values (${year}, ${source}, ${actor.name}, ${new Date(now)})
      on conflict (year) do update set source = excluded.source, edited_by = excluded.edited_by,
        edited_at = excluded.edited_at, version = y.version + 1
      where y.version = ${version} returning 1`.execute(tx);
    if (rows.length === 0)
      throw new Refusal('calendar_changed', { by: (await readYear(tx, year))?.edited?.by ?? null });
    await tx.deleteFrom('holiday').where('year', '=', year).execute();
    await tx
      .insertInto('holiday')
      .values(days.map((day) => ({ ...day, year })))
      .execute();
    await recordAction(tx, actor, { act: 'calendar.edit', subject: `${year} 年：${source}`, reason });
    const edited = await readYear(tx, year);
    if (!edited) throw new Error(`the year ${year} was not kept`);
    return edited;
  });
}

async function readYear(on: On, year: number): Promise<HolidayYear | null> {
  return (await readYears(on)).find((one) => one.year === year) ?? null;
}
