import { sql, type Transaction } from 'kysely';
import {
  type CommissionAnswer,
  type CommissionDraft,
  type CommissionLine,
  type CommissionList,
  type CommissionView,
  commissionLimits,
} from '@zuimei/shared/publicity/commission.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { recordAction } from '../staff/action.ts';
import type { Auditor } from '../staff/second.ts';

const PLACE = /^([01])_(\d{1,9})$/;

/** Those that are open first, the newest first. Refuses with bad_request for an `after` that is none. */
export async function readCommissions(db: Db, after?: string): Promise<CommissionList> {
  const [, shut, before] = after === undefined ? ['', '0', '2147483647'] : (PLACE.exec(after) ?? []);
  if (!shut || !before) throw new Refusal('bad_request', { field: 'after' });
  const { rows } = await sql<CommissionLine>`
    select m.id, m.title, m.due, m.closed_at is not null as closed, asked.count as asked, answered.count as answered
    from commission m
    cross join lateral (
      select count(*)::int as count from contributor c
      where c.id = any (m.contributors) or (m.contributors is null and c.ended_at is null)) asked
    cross join lateral (
      select count(distinct f.contributor)::int as count from filing f join contributor c on c.id = f.contributor
      where f.commission = m.id and f.state in ('filed', 'accepted')
        and (c.id = any (m.contributors) or (m.contributors is null and c.ended_at is null))) answered
    where (m.closed_at is not null, -m.id) > (${shut === '1'}::boolean, ${-Number(before)}::int)
    order by m.closed_at is not null, m.id desc
    limit ${commissionLimits.lines + 1}`.execute(db);
  const lines = rows.slice(0, commissionLimits.lines);
  const last = rows.length > lines.length ? lines.at(-1) : undefined;
  return { lines, next: last ? `${last.closed ? 1 : 0}_${last.id}` : null };
}

/** One whole, with what came of it from whom. Refuses with not_found. */
export async function readCommission(db: Db, id: number): Promise<CommissionView> {
  const row = await db
    .selectFrom('commission')
    .innerJoin('staff', 'staff.id', 'commission.asked_by')
    .selectAll('commission')
    .select('staff.name as asked_name')
    .where('commission.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  const asked = await db
    .selectFrom('contributor')
    .select(['id', 'name', 'kind'])
    .where((eb) => (row.contributors ? eb('id', 'in', row.contributors) : eb('ended_at', 'is', null)))
    .orderBy('kind')
    .orderBy('place')
    .orderBy('id')
    .execute();
  const filed = await db
    .selectFrom('filing')
    .select(['id', 'contributor', 'title', 'state', 'filed_on'])
    .where('commission', '=', id)
    .where('state', '<>', 'draft')
    .orderBy('id')
    .execute();
  const answers = Map.groupBy(filed, ({ contributor }) => contributor);
  return {
    ...{ id, title: row.title, brief: row.brief, due: row.due, contributors: row.contributors },
    askedBy: row.asked_name,
    askedAt: row.asked_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    parts: asked.map((one) => ({ ...one, answers: (answers.get(one.id) ?? []).flatMap(answerOf) })),
  };
}

function answerOf(row: {
  id: string | number;
  title: string;
  state: CommissionAnswer['state'] | 'draft';
  filed_on: string | null;
}): CommissionAnswer[] {
  const { title, state, filed_on } = row;
  return state === 'draft' || filed_on === null
    ? []
    : [{ filing: Number(row.id), title, state, filedOn: filed_on }];
}

/** Asks for something. Refuses with bad_request {field} for a contributor that is none. */
export async function makeCommission(db: Db, editor: Auditor, draft: CommissionDraft): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    await checkAsked(tx, draft);
    const { id } = await tx
      .insertInto('commission')
      .values({ ...draft, asked_by: editor.staff, closed_at: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordAction(tx, editor, { act: 'commission.ask', subject: draft.title });
    return id;
  });
}

/** Refuses with not_found, bad_request {field}. */
export async function editCommission(
  db: Db,
  editor: Auditor,
  id: number,
  draft: CommissionDraft,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await checkAsked(tx, draft);
    await update(tx, id, draft);
    await recordAction(tx, editor, { act: 'commission.edit', subject: draft.title });
  });
}

/** Ends it, or opens it again; done already, nothing happens. Refuses with not_found. */
export async function closeCommission(
  db: Db,
  editor: Auditor,
  id: number,
  closed: boolean,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('commission')
      .select(['title', 'closed_at'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Refusal('not_found');
    if ((row.closed_at !== null) === closed) return;
    await update(tx, id, { closed_at: closed ? new Date(now) : null });
    const act = closed ? 'commission.close' : 'commission.reopen';
    await recordAction(tx, editor, { act, subject: row.title });
  });
}

async function update(
  tx: Transaction<Tables>,
  id: number,
  change: Partial<CommissionDraft> | { closed_at: Date | null },
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('commission')
    .set(change)
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Refusal('not_found');
}

async function checkAsked(tx: Transaction<Tables>, { contributors }: CommissionDraft): Promise<void> {
  if (contributors === null) return;
  const found = await tx.selectFrom('contributor').select('id').where('id', 'in', contributors).execute();
  if (found.length < new Set(contributors).size) throw new Refusal('bad_request', { field: 'contributors' });
}
