import { sql, type Transaction } from 'kysely';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { createSeals } from '../staff/seal.ts';
import { fadingKey } from '../vote/keys.ts';
import { fadeTrace } from '../vote/ledger.ts';
import { endAccounts } from './archive.ts';
import { eraseObjections, objectionsLeft } from './objections.ts';
import { ERASED_NAME, readTrace } from './retention.ts';

/** What is left to do of an erasing when its transaction has ended. */
export interface Erased {
  contest: number;
  reason: string;
  /** The ledger's addresses become digests. */
  trace: boolean;
}

/**
 * Erases what an archived contest still knows of persons beyond what it published: sealed values of nominations, candidates and units,
 * attachments, judges' names and the notes of their drafts, pictures that nothing public shows (media/drop.sql), reasons of returns, and everything of nominees that were never published, whose rows stay without a name so that counts
 * still agree. Objections have a term of their own (objections.ts): those whose is over go, the others at a later erasing. Candidates, ledger and action log stay. The contest is locked.
 */
export async function eraseContest(
  tx: Transaction<Tables>,
  secrets: Secrets,
  actor: Actor,
  { contest, reason, trace }: Erased,
  now: number,
): Promise<Erased> {
  const counts = `${await erase(tx, contest)}${await eraseOver(tx, contest, now)}`;
  await endAccounts(tx, createSeals({ secrets }), contest, new Date(now));
  await sql`update contest set erased_at = ${new Date(now).toISOString()}::timestamptz where id = ${contest}`.execute(
    tx,
  );
  await recordAction(tx, actor, { act: 'contest.erase', contest, subject: counts, reason });
  const { state } = await readTrace(tx, contest, now);
  return { contest, reason, trace: trace && state === 'due' };
}

/** Page by page and repeatable: what a broken connection left undone is done by the next try. */
export async function fadeContest(
  db: Db,
  secrets: Secrets,
  actor: Actor,
  { contest, reason, trace }: Erased,
  now: number,
): Promise<void> {
  if (!trace) return;
  const { slug } = await db
    .selectFrom('contest')
    .select('slug')
    .where('id', '=', contest)
    .executeTakeFirstOrThrow();
  const faded = await fadeTrace(db, fadingKey(secrets, slug), contest);
  await db.transaction().execute(async (tx) => {
    await fadeProposals(tx, contest);
    await sql`update contest set faded_at = ${new Date(now).toISOString()}::timestamptz where id = ${contest}`.execute(
      tx,
    );
    await recordAction(tx, actor, { act: 'contest.fade', contest, subject: `${faded} 条`, reason });
  });
}

/** Networks that stand in proposals fade with the addresses they are made of. */
async function fadeProposals(tx: Transaction<Tables>, contest: number): Promise<void> {
  await sql`
    update ruling_proposal set figures = jsonb_set(figures, '{nets}', '[]'), part = jsonb_set(part, '{without,nets}', '[]'),
      found = case when found #> '{filter,net}' is null then found else jsonb_set(found, '{filter,net}', '"已抹去"') end,
      evidence = coalesce((select jsonb_agg(one #- '{about,net}') from jsonb_array_elements(evidence) one), '[]')
    where contest = ${contest}`.execute(tx);
}

async function erase(tx: Transaction<Tables>, contest: number): Promise<string> {
  const files = await sql`
    delete from attachment a using nomination n where n.id = a.nomination and n.contest = ${contest}`.execute(
    tx,
  );
  await sql`
    delete from original o using nomination n where n.id = o.nomination and n.contest = ${contest}`.execute(
    tx,
  );
  await sql`
    delete from opinion o using nomination n
    where n.id = o.nomination and n.contest = ${contest} and n.state <> 'published'`.execute(tx);
  await sql`
    update nomination_event e set reason = '' from nomination n
    where n.id = e.nomination and n.contest = ${contest} and e.reason <> ''`.execute(tx);
  await sql`
    update screening s set remark = '' from nomination n where n.id = s.nomination and n.contest = ${contest}`.execute(
    tx,
  );
  // What auditors said and laid beside their proposals; those themselves and their reasons stay.
  for (const table of ['ruling_file', 'ruling_remark'])
    await sql`
      delete from ${sql.table(table)} r using ruling_proposal p where p.id = r.proposal and p.contest = ${contest}`.execute(
      tx,
    );
  await sql`delete from intake where contest = ${contest}`.execute(tx);
  await sql`delete from webhook where contest = ${contest}`.execute(tx);
  const gone = await sql`
    update nomination set name = ${ERASED_NAME}, answers = '{}', photo = null, consent = null
    where contest = ${contest} and state <> 'published'`.execute(tx);
  // Who agreed to the publication, and when, stays as long as what was published does; the scan of it is gone.
  const all = await sql`
    update nomination set private = null, before = null, returned = '', twin = '{}', version = version + 1,
      consent = case when consent is null or consent = 'null'::jsonb then null else consent || '{"file": null}'::jsonb end
    where contest = ${contest}`.execute(tx);
  const candidates = await sql`
    update candidate set private = null, source = '' where contest = ${contest} and (private is not null or source <> '')`.execute(
    tx,
  );
  const units = await sql`
    update unit set contact = null where contest = ${contest} and contact is not null`.execute(tx);
  await sql`
    delete from sheet_draft d using seat s where s.id = d.seat and s.contest = ${contest}`.execute(tx);
  const judges = await sql`
    update seat set who = null where contest = ${contest} and who is not null`.execute(tx);
  // A banner that was never saved, and whatever else nothing shows.
  await sql`delete from media where contest = ${contest} and id not in (select media_shown(${contest}))`.execute(
    tx,
  );
  const count = ({ numAffectedRows = 0n }: { numAffectedRows?: bigint }): string => String(numAffectedRows);
  return `报送 ${count(all)} 份（其中未公布 ${count(gone)} 份）、候选 ${count(candidates)} 个、单位联系人 ${count(units)} 个、评委姓名 ${count(judges)} 个、附件 ${count(files)} 个`;
}

async function eraseOver(tx: Transaction<Tables>, contest: number, now: number): Promise<string> {
  const erased = await eraseObjections(tx, contest, now);
  const { kept } = await objectionsLeft(tx, contest, now);
  if (erased + kept === 0) return '';
  return `、异议 ${erased} 件${kept > 0 ? `（另有 ${kept} 件未到保存期限）` : ''}`;
}
