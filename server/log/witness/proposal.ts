import { sql, type Transaction } from 'kysely';
import { equalBytes } from '@zuimei/shared/bytes.ts';
import {
  changeOf,
  isChange,
  type PolicyChange,
  type WitnessFacts,
  type WitnessPolicy,
} from '@zuimei/shared/ledger/witness.ts';
import { parseWitnessKey } from '@zuimei/shared/log/cosignature.ts';
import { parseVerifierKey, type VerifierKey } from '@zuimei/shared/note.ts';
import { TERM_WORKING_DAYS } from '@zuimei/shared/proposal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { dayClosesAt } from '@zuimei/shared/time.ts';
import { readCalendar } from '../../calendar/calendar.ts';
import { dueAfter } from '../../calendar/due.ts';
import { lockStored } from '../../contest/lock.ts';
import type { LogName } from '../../contest/route.ts';
import type { Db, Tables } from '../../db.ts';
import { checkPublic } from '../../http/public.ts';
import { recordAction } from '../../staff/action.ts';
import { type Auditor, checkSecond } from '../../staff/second.ts';
import type { Facts, Ledger } from '../../vote/ledger.ts';
import { policyNow, readWatched } from './policy.ts';

type On = Db | Transaction<Tables>;

/**
 * 见证安排: who watches a log, and how many of them make a checkpoint official. One auditor proposes all of it as it shall be, another confirms,
 * and it is an act of the ledger. One proposal at a time: nothing else changes it, so what is confirmed is what was shown.
 * Refuses with not_found, not_now before the contest is published (there is no ledger that could say so), archived, key_malformed (also for the log's
 * own key: who keeps the ledger is no witness of it), witness_known (one key under two names), bad_request for a name in use, more asked for than there
 * are, or no change, personal_words, and witness_open where one waits.
 */
export async function proposeWitnesses(
  db: Db,
  auditor: Auditor,
  slug: string,
  { needed, witnesses, reason }: WitnessPolicy & { reason: string },
  { log, now }: { log: LogName; now: number },
): Promise<void> {
  const policy = { needed, witnesses };
  for (const text of [reason, ...witnesses.map(({ name }) => name)]) checkPublic(text);
  const lapsesAt = dayClosesAt(dueAfter(await readCalendar(db), now, TERM_WORKING_DAYS), '24:00');
  await db.transaction().execute(async (tx) => {
    const contest = await lockStored(tx, slug, 'update');
    if (contest.archivedAt !== null) throw new Refusal('archived');
    if (contest.publishedAt === null) throw new Refusal('not_now', { phase: '未发布' });
    await checkPolicy(tx, contest.id, policy, parseVerifierKey(log.verifierKey));
    const change = changeOf(policyNow(await readWatched(tx, contest.id)), policy);
    if (!isChange(change)) throw new Refusal('bad_request', { field: 'witnesses', fault: 'same' });
    await sql`
      update witness_proposal set state = 'lapsed'
      where contest = ${contest.id} and state = 'open' and lapses_at <= ${new Date(now).toISOString()}::timestamptz`.execute(
      tx,
    );
    const { numInsertedOrUpdatedRows = 0n } = await tx
      .insertInto('witness_proposal')
      .values({
        ...{ contest: contest.id, policy: JSON.stringify(policy), reason, proposed_by: auditor.staff },
        lapses_at: new Date(lapsesAt),
      })
      .onConflict((open) => open.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw new Refusal('witness_open');
    const subject = sayChange(change);
    await recordAction(tx, auditor, { act: 'witness.propose', contest: contest.id, subject, reason });
  });
}

/**
 * The second auditor's signature. `id`: of the proposal that they were shown. Refuses with not_found, archived, proposal_closed, proposal_lapsed,
 * own_proposal and reset_since. Gives the index of the entry.
 */
export async function confirmWitnesses(
  { db, ledger }: { db: Db; ledger: Pick<Ledger, 'amend'> },
  auditor: Auditor,
  slug: string,
  id: number,
  now: number,
): Promise<number> {
  const asked = await readOpen(db, slug, id);
  const entry = await ledger.amend(slug, {
    ...{ kind: 'witness', actor: auditor.name, reason: asked.reason },
    async change(tx, contest) {
      const open = await claim(tx, slug, id, now);
      await checkSecond(tx, auditor, { by: open.proposed_by, at: open.proposed_at });
      const change = changeOf(policyNow(await readWatched(tx, contest)), open.policy);
      await apply(tx, contest, change, `${open.name}、${auditor.name}`);
      const acted = { contest, subject: sayChange(change), reason: open.reason };
      await recordAction(tx, auditor, { act: 'witness.confirm', ...acted });
      const said: WitnessFacts = { ...open.policy, proposed: open.name };
      return said as unknown as Facts;
    },
    async done(tx, index) {
      await decide(tx, id, { state: 'done', staff: auditor.staff, why: '', entry: index });
    },
  });
  if (entry === null) throw new Refusal('not_found');
  return entry;
}

/** Another auditor declines it, or who proposed it takes it back, after its term too. Refuses with not_found, archived, proposal_closed and reset_since. */
export async function declineWitnesses(
  db: Db,
  auditor: Auditor,
  slug: string,
  { id, reason }: { id: number; reason: string },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { id: contest } = await lockStored(tx, slug, 'update');
    const open = await claim(tx, slug, id, null);
    const own = open.proposed_by === auditor.staff;
    if (!own) await checkSecond(tx, auditor, { by: open.proposed_by, at: open.proposed_at });
    const state = own ? ('withdrawn' as const) : ('declined' as const);
    await decide(tx, id, { state, staff: auditor.staff, why: reason, entry: null });
    const change = changeOf(policyNow(await readWatched(tx, contest)), open.policy);
    const act = own ? 'witness.withdraw' : 'witness.decline';
    await recordAction(tx, auditor, { act, contest, subject: sayChange(change), reason });
  });
}

async function readOpen(on: On, slug: string, id: number) {
  const row = await on
    .selectFrom('witness_proposal as p')
    .innerJoin('staff as a', 'a.id', 'p.proposed_by')
    .innerJoin('contest as c', 'c.id', 'p.contest')
    .select(['p.id', 'p.policy', 'p.reason', 'p.proposed_by', 'p.proposed_at', 'p.lapses_at', 'p.state'])
    .select(['a.name', 'c.archived_at'])
    .where('p.id', '=', id)
    .where('c.slug', '=', slug)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  if (row.archived_at !== null) throw new Refusal('archived');
  return row;
}

/** Under the contest's lock. `now` null: whatever its term. */
async function claim(tx: Transaction<Tables>, slug: string, id: number, now: number | null) {
  const open = await readOpen(tx, slug, id);
  if (open.state !== 'open') throw new Refusal('proposal_closed');
  if (now !== null && open.lapses_at.getTime() <= now)
    throw new Refusal('proposal_lapsed', { at: open.lapses_at.toISOString() });
  return open;
}

async function decide(
  tx: Transaction<Tables>,
  id: number,
  {
    state,
    staff,
    why,
    entry,
  }: { state: 'done' | 'declined' | 'withdrawn'; staff: number; why: string; entry: number | null },
): Promise<void> {
  await sql`
    update witness_proposal set state = ${state}, decided_by = ${staff}, decided_at = now(), decided_why = ${why}, entry = ${entry}
    where id = ${id}`.execute(tx);
}

/** What the log takes cosignatures by. One that was removed comes back; what it cosigned stays in any case. */
async function apply(
  tx: Transaction<Tables>,
  contest: number,
  { added, removed, renamed }: PolicyChange,
  by: string,
): Promise<void> {
  for (const { key } of removed)
    await sql`update log_witness set removed_at = now() where contest = ${contest} and key = ${key}`.execute(
      tx,
    );
  for (const { key, to } of renamed)
    await sql`update log_witness set name = ${to} where contest = ${contest} and key = ${key}`.execute(tx);
  for (const { key, name } of added)
    await sql`
      insert into log_witness (contest, key, name, added_by) values (${contest}, ${key}, ${name}, ${by})
      on conflict (contest, key) do update
      set name = excluded.name, added_by = excluded.added_by, added_at = now(), removed_at = null`.execute(
      tx,
    );
}

async function checkPolicy(
  tx: Transaction<Tables>,
  contest: number,
  { needed, witnesses }: WitnessPolicy,
  log: VerifierKey,
): Promise<void> {
  if (needed > witnesses.length)
    throw new Refusal('bad_request', { field: 'needed', most: witnesses.length });
  const names = new Set(witnesses.map(({ name }) => name));
  if (names.size < witnesses.length) throw new Refusal('bad_request', { field: 'name' });
  const { rows } = await sql<{ key: string }>`select key from log_witness where contest = ${contest}`.execute(
    tx,
  );
  const texts = [...new Set([...witnesses, ...rows].map(({ key }) => key))];
  // One public key under two names would be one witness that counts as two.
  const keys = texts.map((text) => checkKey(text, log));
  const twice = keys.some((one, i) =>
    keys.some((other, j) => j < i && equalBytes(one.publicKey, other.publicKey)),
  );
  if (twice || new Set(witnesses.map(({ key }) => key)).size < witnesses.length)
    throw new Refusal('witness_known');
}

function checkKey(text: string, log: VerifierKey): VerifierKey {
  let key: VerifierKey;
  try {
    key = parseWitnessKey(text);
  } catch {
    throw new Refusal('key_malformed');
  }
  if (equalBytes(key.publicKey, log.publicKey)) throw new Refusal('key_malformed');
  return key;
}

/** For the action log. */
function sayChange({ added, removed, renamed, needed }: PolicyChange): string {
  return [
    ...added.map(({ name, key }) => `登记 ${name} ${key}`),
    ...removed.map(({ name, key }) => `移除 ${name} ${key}`),
    ...renamed.map(({ from, to, key }) => `改名 ${from}→${to} ${key}`),
    ...(needed ? [`正式所需 ${needed.from}→${needed.to} 家`] : []),
  ].join('；');
}
