import { sql, type Transaction } from 'kysely';
import type { Db, Tables } from './db.ts';
import { seatCell } from './judging/seat.ts';
import { nominationKeys, openHidden, sealHidden, twinTags } from './nomination/answers.ts';
import { beforeCell } from './nomination/before.ts';
import { sealObjections } from './objection/seal.ts';
import { checkSecret, type Secrets } from './secret.ts';
import { recordAction } from './staff/action.ts';
import { createSeals, sealedColumns } from './staff/seal.ts';
import { type Cell, openPrivate, privateKey, sealPrivate } from './vault.ts';
import { sealWebhooks } from './webhook/webhook.ts';

export interface Rotation {
  /** Rows that were sealed anew. */
  candidates: number;
  nominations: number;
  units: number;
  filers: number;
  seats: number;
  objections: number;
  webhooks: number;
  staff: number;
}

const PAGE = 500;

/**
 * Puts everything that `old` sealed and that is kept under `next`, in one transaction: it is done, or nothing is. Private values and second
 * factors are sealed anew; sessions, one-time links and recovery codes are void, and so are the links of units and contributors, which derive from the key.
 * Throws an Error with a sentence when a server still runs on this database, since it would go on sealing under the old key.
 */
export async function rotate(db: Db, old: Secrets, next: Secrets): Promise<Rotation> {
  return await db.transaction().execute(async (tx) => {
    // A server that starts now waits here, and then is told that its access secret is not the one.
    await sql`lock table installation in access exclusive mode`.execute(tx);
    await checkSecret(tx, old);
    await refuseServers(tx);
    const [from, to] = [privateKey(old), privateKey(next)];
    const again = (bytes: Uint8Array, cell: Cell): Buffer =>
      sealPrivate(to, openPrivate(from, bytes, cell), cell);
    const done = {
      candidates: await sealCandidates(tx, again),
      nominations: await sealNominations(tx, old, next, again),
      units: await sealUnits(tx, again),
      filers: await sealFilers(tx, again),
      seats: await sealSeats(tx, again),
      objections: await sealObjections(tx, old, next),
      webhooks: await sealWebhooks(tx, again),
      staff: await sealStaff(tx, old, next, again),
    };
    await sealImports(tx, again);
    await tx.deleteFrom('session').execute();
    await tx.deleteFrom('staff_invite').execute();
    await tx.deleteFrom('attempt').execute();
    // The word that goes with its link would not be known again: who asked asks anew.
    await sql`update staff_request set expires_at = least(expires_at, now()) where state = 'open'`.execute(
      tx,
    );
    await sql`update installation set access = ${next.derive('access fingerprint')}`.execute(tx);
    await recordAction(tx, { name: '命令行', staff: null, unit: null }, { act: 'staff.secret' });
    return done;
  });
}

type Again = (bytes: Uint8Array, cell: Cell) => Buffer;

async function refuseServers(tx: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = 'zuimei' and pid <> pg_backend_pid()`.execute(
    tx,
  );
  if (rows[0]?.count)
    throw new Error(
      '还有服务器连着这个数据库：请先停止全部服务器（systemctl stop "zuimei@*"），再更换密钥。',
    );
}

async function sealCandidates(tx: Transaction<Tables>, again: Again): Promise<number> {
  const rows = await tx
    .selectFrom('candidate')
    .select(['contest', 'number', 'private'])
    .where('private', 'is not', null)
    .execute();
  for (const { contest, number, private: bytes } of rows)
    if (bytes)
      await tx
        .updateTable('candidate')
        .set({ private: again(bytes, { contest, number }) })
        .where('contest', '=', contest)
        .where('number', '=', number)
        .execute();
  return rows.length;
}

/** With the digests under which the same nominee is found again. */
async function sealNominations(
  tx: Transaction<Tables>,
  old: Secrets,
  next: Secrets,
  again: Again,
): Promise<number> {
  const [from, to] = [nominationKeys(old), nominationKeys(next)];
  const read = (after: number) =>
    tx
      .selectFrom('nomination')
      .select(['id', 'name', 'private', 'twin', 'before'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
  let sealed = 0;
  for (let rows = await read(0); rows.length > 0; rows = await read(rows.at(-1)?.id ?? 0))
    for (const row of rows) {
      if (row.private === null && row.twin.length === 0 && row.before === null) continue;
      const hidden = openHidden(from, row);
      const twin = row.twin.length === 0 ? [] : twinTags(to, row.name, hidden);
      await tx
        .updateTable('nomination')
        .set({
          private: sealHidden(to, row.id, hidden),
          twin,
          before: row.before && again(row.before, beforeCell(row.id)),
        })
        .where('id', '=', row.id)
        .execute();
      sealed++;
    }
  return sealed;
}

/** Telephones of those who file for a contributor. */
async function sealFilers(tx: Transaction<Tables>, again: Again): Promise<number> {
  const rows = await tx.selectFrom('filer').select(['id', 'phone']).where('phone', 'is not', null).execute();
  for (const { id, phone } of rows)
    if (phone)
      await tx
        .updateTable('filer')
        .set({ phone: again(phone, `filer/${id}`) })
        .where('id', '=', id)
        .execute();
  return rows.length;
}

async function sealUnits(tx: Transaction<Tables>, again: Again): Promise<number> {
  const rows = await tx
    .selectFrom('unit')
    .select(['id', 'contact'])
    .where('contact', 'is not', null)
    .execute();
  for (const { id, contact } of rows)
    if (contact)
      await tx
        .updateTable('unit')
        .set({ contact: again(contact, `unit/${id}`) })
        .where('id', '=', id)
        .execute();
  return rows.length;
}

/** What an import put another thing in the place of. A proposal lives a day: its documents are read anew. */
async function sealImports(tx: Transaction<Tables>, again: Again): Promise<void> {
  await tx.updateTable('intake').set({ proposal: null }).where('proposal', 'is not', null).execute();
  const rows = await tx
    .selectFrom('intake_line')
    .select(['intake', 'line', 'was'])
    .where('was', 'is not', null)
    .execute();
  for (const { intake, line, was } of rows)
    if (was)
      await tx
        .updateTable('intake_line')
        .set({ was: again(was, `intake/${intake}/${line}`) })
        .where('intake', '=', intake)
        .where('line', '=', line)
        .execute();
}

async function sealSeats(tx: Transaction<Tables>, again: Again): Promise<number> {
  const rows = await tx
    .selectFrom('seat')
    .select(['id', 'contest', 'code', 'who'])
    .where('who', 'is not', null)
    .execute();
  for (const { id, contest, code, who } of rows)
    if (who)
      await tx
        .updateTable('seat')
        .set({ who: again(who, seatCell(contest, code)) })
        .where('id', '=', id)
        .execute();
  return rows.length;
}

/**
 * Recovery codes are kept as keyed digests, which cannot be made anew: they are void, and each person draws new ones. An account that was
 * altered past the program stays what it is, and stays refused.
 */
async function sealStaff(
  tx: Transaction<Tables>,
  old: Secrets,
  next: Secrets,
  again: Again,
): Promise<number> {
  const [from, to] = [createSeals({ secrets: old }), createSeals({ secrets: next })];
  const rows = await tx.selectFrom('staff').select(sealedColumns).orderBy('id').execute();
  const own = rows.filter((row) => from.holds(row));
  for (const row of own)
    await to.put(tx, { ...row, totp: row.totp && again(row.totp, `staff/${row.id}`), recovery: [] });
  return own.length;
}
