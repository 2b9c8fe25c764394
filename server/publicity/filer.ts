import type { Kysely, Transaction } from 'kysely';
import { masked } from '@zuimei/shared/answer.ts';
import {
  contributorLimits,
  type FilerDraft,
  type FilerView,
  type Handover,
} from '@zuimei/shared/publicity/contributor.ts';
import { dayAfter } from '@zuimei/shared/publicity/span.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { phoneOf } from '@zuimei/shared/text/phone.ts';
import { type Day, isDate } from '@zuimei/shared/time.ts';
import type { Tables } from '../db.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { openPrivate, sealPrivate } from '../vault.ts';
import { lockContributor } from './own.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;
type Tx = Transaction<Tables>;

const cellOf = (id: number): string => `filer/${id}`;
export const openPhone = (key: Uint8Array, id: number, phone: Uint8Array | null): string =>
  phone ? (openPrivate(key, phone, cellOf(id)) as string) : '';

/** 宣传员 of this contributor, or of all (null), with those before them; telephones masked. */
export async function readFilers(
  db: Reader,
  key: Uint8Array,
  of: number | null,
): Promise<Map<number, FilerView[]>> {
  const rows = await db
    .selectFrom('filer')
    .leftJoin('filer as next', 'next.id', 'filer.successor')
    .selectAll('filer')
    .select('next.name as successor_name')
    .$if(of !== null, (query) => query.where('filer.contributor', '=', of ?? 0))
    .orderBy('filer.id')
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.contributor)].map(([contributor, own]) => [
      contributor,
      own.map(({ id, name, post, phone, remark, since, until, successor_name }) => ({
        ...{ id, name, post, remark, since, until },
        phone: masked({ key: 'phone', type: 'phone' }, openPhone(key, id, phone)),
        successor: successor_name ?? '',
      })),
    ]),
  );
}

/** Whose 宣传员 changes, and by whom it is done. */
export interface FilerChange {
  key: Uint8Array;
  actor: Actor;
  contributor: number;
  today: Day;
}

/** A new 宣传员; gives the id. Refuses with filer_known {name}, too_large {limit}, bad_request {field}, contributor_ended. */
export async function addFiler(tx: Tx, change: FilerChange, draft: FilerDraft): Promise<number> {
  const { name } = await lockContributor(tx, change.contributor);
  const id = await insertFiler(tx, change, draft, change.today);
  await recordAction(tx, change.actor, { act: 'filer.add', subject: `${name}：${cleanName(draft.name)}` });
  return id;
}

/** Without its line in the log, for what is taken by the dozen. Lock the contributor first. */
export async function insertFiler(
  tx: Tx,
  { key, contributor }: FilerChange,
  draft: FilerDraft,
  since: Day,
): Promise<number> {
  const given = cleaned(draft);
  const there = await tx
    .selectFrom('filer')
    .select(['name', 'until'])
    .where('contributor', '=', contributor)
    .execute();
  const now = there.filter(({ until }) => until === null);
  if (now.some(({ name }) => foldText(name) === foldText(given.name)))
    throw new Refusal('filer_known', { name: given.name });
  if (now.length >= contributorLimits.filers || there.length >= contributorLimits.filersEver)
    throw new Refusal('too_large', { limit: contributorLimits.filers });
  const { phone, ...plain } = given;
  const { id } = await tx
    .insertInto('filer')
    .values({ ...plain, contributor, since, phone: null, until: null, successor: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (phone !== '') await putPhone(tx, key, id, phone);
  return id;
}

/** What is said of somebody who still is; an empty phone keeps the one there is. Gives what changed. Refuses with not_found, filer_known, filer_ended. */
export async function changeFiler(
  tx: Tx,
  { key, contributor }: Omit<FilerChange, 'actor'>,
  id: number,
  draft: FilerDraft,
): Promise<string[]> {
  const given = cleaned(draft);
  const row = await lockFiler(tx, contributor, id);
  if (row.until !== null) throw new Refusal('filer_ended', { name: row.name });
  const others = await tx
    .selectFrom('filer')
    .select('name')
    .where('contributor', '=', contributor)
    .where('until', 'is', null)
    .where('id', '<>', id)
    .execute();
  if (others.some(({ name }) => foldText(name) === foldText(given.name)))
    throw new Refusal('filer_known', { name: given.name });
  const { phone, ...plain } = given;
  const changes = [
    ...(plain.name !== row.name ? [`姓名改为${plain.name}`] : []),
    ...(plain.post !== row.post ? ['职务'] : []),
    ...(plain.remark !== row.remark ? ['备注'] : []),
    ...(phone !== '' && phone !== openPhone(key, id, row.phone) ? ['联系电话'] : []),
  ];
  await tx.updateTable('filer').set(plain).where('id', '=', id).execute();
  if (phone !== '') await putPhone(tx, key, id, phone);
  return changes;
}

/** Somebody is put right; it is recorded in what. Refuses as changeFiler. */
export async function amendFiler(tx: Tx, change: FilerChange, id: number, draft: FilerDraft): Promise<void> {
  const { name } = await lockContributor(tx, change.contributor);
  const changes = await changeFiler(tx, change, id, draft);
  if (changes.length === 0) return;
  await recordAction(tx, change.actor, {
    act: 'filer.change',
    subject: `${name}：${cleanName(draft.name)}（${changes.join('、')}）`,
  });
}

/**
 * 交接: the last day of one, and who takes over from the next day on. What was sent keeps who sent it; drafts go to the successor. Refuses with
 * not_found, filer_ended, handover_day {since, last}, handover_self, and for a new one as addFiler.
 */
export async function handOver(
  tx: Tx,
  change: FilerChange,
  id: number,
  { last, successor, fresh }: Handover,
): Promise<void> {
  const { contributor, today } = change;
  const { name } = await lockContributor(tx, contributor);
  const row = await lockFiler(tx, contributor, id);
  if (row.until !== null) throw new Refusal('filer_ended', { name: row.name });
  if (!isDate(last) || last > today || last < row.since)
    throw new Refusal('handover_day', { since: row.since, last: today });
  // Ended first: a successor of the same name is somebody else.
  await tx.updateTable('filer').set({ until: last }).where('id', '=', id).execute();
  const next = await successorOf(tx, change, { last, successor, fresh });
  await tx.updateTable('filer').set({ successor: next.id }).where('id', '=', id).execute();
  await tx
    .updateTable('filing')
    .set({ filer: next.id })
    .where('contributor', '=', contributor)
    .where('filer', '=', id)
    .where('state', '=', 'draft')
    .execute();
  await recordAction(tx, change.actor, {
    act: 'filer.handover',
    subject: `${name}：${row.name}（至 ${last}）交给${next.name}`,
  });
}

async function successorOf(
  tx: Tx,
  change: FilerChange,
  { last, successor, fresh }: Handover,
): Promise<{ id: number; name: string }> {
  if (fresh) {
    const since = dayAfter(last, 1);
    return { id: await insertFiler(tx, change, fresh, since), name: cleanName(fresh.name) };
  }
  if (successor === null) throw new Refusal('handover_self');
  const row = await lockFiler(tx, change.contributor, successor);
  if (row.until !== null) throw new Refusal('handover_self');
  return row;
}

/** The telephone in clear, for a reason that is recorded. Refuses with not_found, also where there is none. */
export async function revealPhone(
  tx: Tx,
  { key, actor, contributor }: FilerChange,
  id: number,
  reason: string,
): Promise<string> {
  const { name } = await lockContributor(tx, contributor);
  const row = await lockFiler(tx, contributor, id);
  const phone = openPhone(key, id, row.phone);
  if (phone === '') throw new Refusal('not_found');
  await recordAction(tx, actor, { act: 'filer.phone', subject: `${name}：${row.name}`, reason });
  return phone;
}

async function lockFiler(tx: Tx, contributor: number, id: number) {
  const row = await tx
    .selectFrom('filer')
    .selectAll()
    .where('id', '=', id)
    .where('contributor', '=', contributor)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

async function putPhone(tx: Tx, key: Uint8Array, id: number, phone: string): Promise<void> {
  const sealed = sealPrivate(key, phone, cellOf(id));
  await tx.updateTable('filer').set({ phone: sealed }).where('id', '=', id).execute();
}

/** As it is kept. Refuses with bad_request {field} for no name, and for a telephone that is none. */
function cleaned({ name, post, phone, remark }: FilerDraft): FilerDraft {
  const plain = cleanName(name);
  if (plain === '') throw new Refusal('bad_request', { field: '姓名' });
  const number = phone.trim() === '' ? '' : phoneOf(phone);
  if (number === null) throw new Refusal('bad_request', { field: '联系电话' });
  return { name: plain, post: cleanLine(post), phone: number, remark: cleanLine(remark) };
}
