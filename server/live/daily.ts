import { sql } from 'kysely';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Ledger } from '../vote/ledger.ts';

const SYSTEM: Actor = { name: '系统', staff: null, unit: null };

/** A statement of `keep` that began before midnight is over by then. */
const PATIENCE_MS = 120_000;

/** Puts each day's refusals into the ledger, as one entry with the total by reason. */
export interface RefusalDays {
  /** Called by the tick of main.ts: looks once a day and at the start. Several servers may: a day is sealed by whoever comes first. */
  seal(now: number): Promise<void>;
}

interface DueDay {
  slug: string;
  day: string;
  reasons: { [code: string]: number };
}

export function createRefusalDays(db: Db, ledger: Pick<Ledger, 'amend'>): RefusalDays {
  let looked = '';

  async function sealDay({ slug, day, reasons }: DueDay): Promise<void> {
    const total = Object.values(reasons).reduce((sum, count) => sum + count, 0);
    let contest = 0;
    await ledger.amend(slug, {
      kind: 'refusals',
      actor: SYSTEM.name,
      reason: `${day} 共 ${total} 次`,
      async change(tx, contestId) {
        contest = contestId;
        const { rows } = await sql`
          select from refusal_day where contest = ${contestId} and day = ${day}`.execute(tx);
        return rows.length > 0 ? null : { day, total, reasons };
      },
      async done(tx, index) {
        await sql`insert into refusal_day (contest, day, entry) values (${contest}, ${day}, ${index})`.execute(
          tx,
        );
        const subject = `${day} 共 ${total} 次`;
        await recordAction(tx, SYSTEM, { act: 'refusals.seal', contest, subject });
      },
    });
  }

  return {
    async seal(now) {
      const today = shanghaiDate(now - PATIENCE_MS);
      if (today === looked) return;
      for (const due of await readDue(db, today)) await sealDay(due);
      looked = today;
    },
  };
}

/**
 * Days before `today` that no entry says yet. Only those on which voting was open for a while: else a script that goes on at a closed
 * contest would make its ledger grow for ever.
 */
async function readDue(db: Db, today: string): Promise<DueDay[]> {
  const midnight = new Date(`${today}T00:00:00+08:00`);
  const { rows } = await sql<DueDay>`
    select c.slug, t.day, jsonb_object_agg(t.reason, t.count) as reasons
    from (
      select contest, reason, to_char(minute at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day, sum(count) as count
      from refusal where minute < ${midnight.toISOString()}::timestamptz group by 1, 2, 3
    ) t
    join contest c on c.id = t.contest and c.archived_at is null
    join ledger_head h on h.contest = t.contest
    where not exists (select from refusal_day d where d.contest = t.contest and d.day = t.day)
      and exists (
        select from unnest(h.opens, h.closes) as w (opens, closes), (select (t.day || 'T00:00:00+08:00')::timestamptz as begins) b
        where w.opens < b.begins + interval '1 day' and w.closes > b.begins
      )
    group by c.slug, t.day order by c.slug, t.day`.execute(db);
  return rows;
}
