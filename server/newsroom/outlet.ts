import { sql, type Transaction } from 'kysely';
import {
  type OutletDraft,
  type OutletList,
  outletLimits,
  overlaps,
} from '@zuimei/shared/publicity/outlet.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';

const DAY_MS = 86_400_000;
/** Hosts of links that are remembered. */
const MOST_HOSTS = 1_000;

/** All outlets with their spans, and at which hosts they were read. */
export async function readOutlets(db: Db): Promise<OutletList> {
  const outlets = await db
    .selectFrom('outlet')
    .select(['id', 'name', 'class', 'since', 'until'])
    .select(sql<number>`(select count(*)::int from filing_use u where u.outlet = outlet.id)`.as('uses'))
    .orderBy('class')
    .orderBy('id')
    .execute();
  const { rows } = await sql<{ host: string; name: string }>`
    select distinct substring(lower(u.link) from '^https?://([^/?#]+)') as host, o.name
    from filing_use u join outlet o on o.id = u.outlet where u.link <> '' order by 1, 2 limit ${MOST_HOSTS}`.execute(
    db,
  );
  const hosts = Map.groupBy(rows, ({ host }) => host);
  return {
    outlets,
    hosts: Object.fromEntries([...hosts].map(([host, found]) => [host, found.map(({ name }) => name)])),
  };
}

/** Puts an outlet on the roster. Refuses with outlet_span, outlet_overlap {name, since, until}, list_full {most}. */
export async function addOutlet(db: Db, actor: Actor, draft: OutletDraft): Promise<void> {
  await change(db, async (tx) => {
    const { count } = await tx
      .selectFrom('outlet')
      .select(sql<number>`count(*)::int`.as('count'))
      .executeTakeFirstOrThrow();
    if (count >= outletLimits.outlets) throw new Refusal('list_full', { most: outletLimits.outlets });
    await checkSpan(tx, draft, []);
    await tx.insertInto('outlet').values(draft).execute();
    await recordAction(tx, actor, { act: 'outlet.add', subject: spanWords(draft) });
  });
}

/**
 * Another name, which all its spans then have, or other days of one span. Refuses with not_found, outlet_span, outlet_overlap, and with
 * outlet_used {name, day} when a use is noted on a day that would be outside.
 */
export async function editOutlet(
  db: Db,
  actor: Actor,
  id: number,
  draft: Omit<OutletDraft, 'class'>,
): Promise<void> {
  await change(db, async (tx) => {
    const row = await hold(tx, id);
    const same = await tx.selectFrom('outlet').select('id').where('name', '=', row.name).execute();
    const { name, since, until } = draft;
    // Its own spans come with it to the new name, as they are.
    await tx.updateTable('outlet').set({ name }).where('name', '=', row.name).execute();
    await tx
      .updateTable('outlet')
      .set({ since, until: later(since, until) })
      .where('id', '=', id)
      .execute();
    for (const one of same) await checkSpan(tx, await hold(tx, one.id), [one.id]);
    const outside = await tx
      .selectFrom('filing_use')
      .select('day')
      .where('outlet', '=', id)
      .where((eb) => eb.or([eb('day', '<', since), ...(until ? [eb('day', '>', until)] : [])]))
      .orderBy('day')
      .executeTakeFirst();
    if (outside) throw new Refusal('outlet_used', { name: row.name, day: outside.day });
    const subject = row.name === name ? '' : `（原名 ${row.name}）`;
    await recordAction(tx, actor, {
      act: 'outlet.edit',
      subject: `${spanWords({ ...draft, class: row.class })}${subject}`,
    });
  });
}

/**
 * Another class from a day on: a span of its own, to which the uses since then go. From its first day it is put right where it stands. Gives
 * how many uses count otherwise now. Refuses with not_found, outlet_span for a day outside its span, outlet_class when that is its class.
 */
export async function changeClass(
  db: Db,
  actor: Actor,
  id: number,
  { class: next, from }: { class: number; from: string },
): Promise<number> {
  return await change(db, async (tx) => {
    const row = await hold(tx, id);
    if (from < row.since || (row.until !== null && row.until < from)) throw new Refusal('outlet_span');
    if (row.class === next) throw new Refusal('outlet_class', { name: row.name });
    const moved = await tx
      .selectFrom('filing_use')
      .select('id')
      .where('outlet', '=', id)
      .where('day', '>=', from)
      .execute();
    if (from === row.since)
      await tx.updateTable('outlet').set({ class: next }).where('id', '=', id).execute();
    else {
      const until = new Date(Date.parse(from) - DAY_MS).toISOString().slice(0, 10);
      await tx.updateTable('outlet').set({ until }).where('id', '=', id).execute();
      const made = await tx
        .insertInto('outlet')
        .values({ name: row.name, class: next, since: from, until: row.until })
        .returning('id')
        .executeTakeFirstOrThrow();
      await tx
        .updateTable('filing_use')
        .set({ outlet: made.id })
        .where('outlet', '=', id)
        .where('day', '>=', from)
        .execute();
    }
    await recordAction(tx, actor, {
      act: 'outlet.class',
      subject: `${spanWords({ ...row, class: next, since: from })}（原 ${row.class} 类）`,
    });
    return moved.length;
  });
}

/** Takes a span off that no use is noted of. Refuses with not_found, outlet_used {name, day}. */
export async function removeOutlet(db: Db, actor: Actor, id: number): Promise<void> {
  await change(db, async (tx) => {
    const row = await hold(tx, id);
    const use = await tx
      .selectFrom('filing_use')
      .select('day')
      .where('outlet', '=', id)
      .orderBy('day')
      .executeTakeFirst();
    if (use) throw new Refusal('outlet_used', { name: row.name, day: use.day });
    await tx.deleteFrom('outlet').where('id', '=', id).execute();
    await recordAction(tx, actor, { act: 'outlet.remove', subject: spanWords(row) });
  });
}

/** The roster is changed by one at a time: no two spans of a name may come to overlap. Reading goes on meanwhile. */
async function change<T>(db: Db, act: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`lock table outlet in share row exclusive mode`.execute(tx);
    return await act(tx);
  });
}

async function hold(tx: Transaction<Tables>, id: number): Promise<OutletDraft & { id: number }> {
  const row = await tx
    .selectFrom('outlet')
    .select(['id', 'name', 'class', 'since', 'until'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

/** A span that ends before it begins is none. */
function later(since: string, until: string | null): string | null {
  if (until !== null && until < since) throw new Refusal('outlet_span');
  return until;
}

async function checkSpan(
  tx: Transaction<Tables>,
  draft: Omit<OutletDraft, 'class'>,
  but: readonly number[],
): Promise<void> {
  later(draft.since, draft.until);
  const others = await tx
    .selectFrom('outlet')
    .select(['id', 'name', 'since', 'until'])
    .where('name', '=', draft.name)
    .execute();
  const other = others.find((one) => !but.includes(one.id) && overlaps(one, draft));
  if (other)
    throw new Refusal('outlet_overlap', { name: other.name, since: other.since, until: other.until ?? '今' });
}

function spanWords({ name, class: level, since, until }: OutletDraft): string {
  return `${name}：${level} 类，${since} 至 ${until ?? '今'}`;
}
