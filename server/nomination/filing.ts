import { sql, type Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import { answerFaults } from '@zuimei/shared/answer.ts';
import type { CandidateKind, Category, Photo } from '@zuimei/shared/contest.ts';
import {
  type Consent,
  editableStates,
  type FormValues,
  type NominationState,
  nominationLimits,
  RETURNED_GRACE_MS,
} from '@zuimei/shared/nomination.ts';
import { ownerOf } from '@zuimei/shared/opinion.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { shanghaiDay } from '@zuimei/shared/time.ts';
import type { Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { readPlaces } from '../unit/parent.ts';
import { checkQuota } from '../unit/quota.ts';
import {
  keepHidden,
  type NominationKeys,
  nameIn,
  openHidden,
  partAnswers,
  sealHidden,
  twinTags,
} from './answers.ts';
import { readAttachments } from './attachment.ts';
import { sealBefore } from './before.ts';
import { type NominationRow, recordEvent } from './nomination.ts';
import { checkOpinions } from './opinion.ts';

type Tx = Transaction<Tables>;

/** What a filing must know of its contest; StoredPlan has it. */
export interface Filing {
  contest: { id: number; archivedAt: Date | null };
  collection: Collection;
  categories: readonly Category[];
  keys: NominationKeys;
  actor: Actor;
  now: number;
}

/**
 * Changes to a nomination; what is absent stays. Values are all fields of the form at once: a field not named becomes empty, a private
 * one stays (answers.ts keepHidden).
 */
export interface NominationChange {
  kind?: CandidateKind;
  category?: string;
  values?: FormValues;
  consent?: Consent | null;
  photo?: Photo | null;
}

/** A new draft of a unit, empty unless values are given; gives its id. Refuses with quota_full when the unit has very many drafts. */
export async function createNomination(
  tx: Tx,
  filing: Filing,
  unit: number,
  {
    source,
    ...change
  }: NominationChange & { kind: CandidateKind; source: 'online' | 'document' | 'organizer' },
): Promise<number> {
  const { count } = await tx
    .selectFrom('nomination')
    .select((eb) => eb.fn.countAll<string | number>().as('count'))
    .where('unit', '=', unit)
    .executeTakeFirstOrThrow();
  if (Number(count) >= nominationLimits.nominations)
    throw new Refusal('quota_full', { most: nominationLimits.nominations });
  const at = new Date(filing.now);
  const row = await tx
    .insertInto('nomination')
    .values({
      contest: filing.contest.id,
      unit,
      source,
      kind: change.kind,
      private: null,
      photo: null,
      consent: null,
      returned_at: null,
      number: null,
      submitted_at: null,
      saved_by: filing.actor.name,
      created_at: at,
      updated_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await writeChange(tx, filing, row.id, change, false);
  await recordEvent(tx, row.id, filing.actor, 'create');
  return row.id;
}

/**
 * Changes a nomination that is locked. `version` is the one the change was made from: refuses with state_changed {by, at} when somebody
 * else was quicker. Which states may be changed by whom is the caller's to say. Gives the new version.
 */
export async function saveNomination(
  tx: Tx,
  filing: Filing,
  row: Pick<NominationRow, 'id' | 'version' | 'saved_by' | 'updated_at' | 'private'>,
  version: number,
  change: NominationChange,
): Promise<number> {
  if (row.version !== version)
    throw new Refusal('state_changed', { by: row.saved_by, at: row.updated_at.toISOString() });
  const { values } = change;
  const kept = values && keepHidden(filing.collection.form, values, openHidden(filing.keys, row));
  await writeChange(tx, filing, row.id, kept ? { ...change, values: kept } : change, true);
  return row.version + 1;
}

async function writeChange(
  tx: Tx,
  { collection, keys, actor, now }: Filing,
  id: number,
  change: NominationChange,
  counted: boolean,
): Promise<void> {
  const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`;
  const parts = change.values ? partAnswers(collection.form, change.values) : null;
  const name = parts ? nameIn({ ...parts.answers, ...parts.hidden }) : '';
  await tx
    .updateTable('nomination')
    .set({
      ...(change.kind === undefined ? {} : { kind: change.kind }),
      ...(change.category === undefined ? {} : { category: change.category }),
      ...(change.consent === undefined
        ? {}
        : { consent: change.consent === null ? null : json(change.consent) }),
      ...(change.photo === undefined ? {} : { photo: change.photo === null ? null : json(change.photo) }),
      ...(parts
        ? {
            answers: json(parts.answers),
            private: sealHidden(keys, id, parts.hidden),
            name,
            twin: twinTags(keys, name, parts.hidden),
          }
        : {}),
      saved_by: actor.name,
      updated_at: new Date(now),
      ...(counted ? { version: sql<number>`version + 1` } : {}),
    })
    .where('id', '=', id)
    .execute();
}

/** Is the collection open at this moment? The closing instant itself is too late. */
export function isCollecting(
  contest: { archivedAt: Date | null },
  { opens, closes }: Pick<Collection, 'opens' | 'closes'>,
  now: number,
): boolean {
  return contest.archivedAt === null && Date.parse(opens) <= now && now < Date.parse(closes);
}

/** Until when a returned nomination may be sent again although the deadline has passed: three days from its return. */
export function returnedUntil(row: Pick<NominationRow, 'state' | 'returned_at'>): number | null {
  return row.state === 'returned' && row.returned_at ? row.returned_at.getTime() + RETURNED_GRACE_MS : null;
}

/**
 * draft or returned → submitted, when everything the contest asks for is there. Lock the nomination first; the unit's row is locked
 * here. Refuses with state_changed, collection_closed {opens, closes}, form_incomplete {fields}, consent_missing, as checkOpinions for
 * what its unit gives or gathers itself, quota_none, quota_full. `late`: an organizer may hand in after the deadline for a unit that sent paper in time.
 */
export async function submitNomination(
  tx: Tx,
  filing: Filing,
  row: NominationRow,
  { late = false } = {},
): Promise<void> {
  const { collection, contest, categories, now, actor } = filing;
  if (!editableStates.includes(row.state)) throw changed(row);
  const again = (returnedUntil(row) ?? 0) > now && contest.archivedAt === null;
  if (!isCollecting(contest, collection, now) && !again && !(late && contest.archivedAt === null))
    throw new Refusal('collection_closed', { opens: collection.opens, closes: collection.closes });
  const files = (await readAttachments(tx, row.id)).map((file) => file.field);
  const values = { ...row.answers, ...openHidden(filing.keys, row) };
  const faults = answerFaults(collection.form, row.kind, values, { photo: row.photo !== null, files });
  const wrong = faults.map((fault) => fault.key);
  if (!collection.kinds.includes(row.kind)) wrong.unshift('kind');
  if (categories.length > 0 && !categories.some((one) => one.id === row.category)) wrong.unshift('category');
  if (row.name === '') wrong.unshift('name');
  if (wrong.length > 0) throw new Refusal('form_incomplete', { fields: [...new Set(wrong)].join(',') });
  if (collection.consent !== '' && !isConsent(row.consent, now)) throw new Refusal('consent_missing');
  // What came on paper has its opinions on paper too: staff enter them, and acceptance asks for them.
  if (!late) {
    const places = await readPlaces(tx, contest.id);
    const asked = collection.opinions.filter((step) => ownerOf(step, row.unit, places) === row.unit);
    await checkOpinions(tx, asked, row.id);
  }
  await checkQuota(tx, { collection, categories, unit: row.unit, category: row.category, except: row.id });
  await moveNomination(tx, filing, row, 'submitted', { submitted_at: new Date(now) });
  await recordEvent(tx, row.id, actor, 'submit');
  await log(tx, filing, row, 'nomination.submit');
}

/**
 * Sends what a unit handed in on paper and an organizer brought in: as submitNomination, also after the deadline. `consentOn`: the day
 * (YYYY-MM-DD) of the signed consents that came with it; they are recorded for a nominee who has none yet. Refuses also with forbidden
 * for what a unit filled in itself.
 */
export async function submitPaper(
  tx: Tx,
  filing: Filing,
  row: NominationRow,
  consentOn: string | null,
): Promise<void> {
  if (row.source !== 'organizer') throw new Refusal('forbidden');
  const consent = row.consent ?? (consentOn ? { by: row.name, on: consentOn, file: null } : null);
  if (consent && !row.consent) await writeChange(tx, filing, row.id, { kind: row.kind, consent }, false);
  await submitNomination(tx, filing, { ...row, consent }, { late: true });
}

function isConsent(consent: Consent | null, now: number): boolean {
  if (!consent?.by.trim()) return false;
  const day = Date.parse(`${consent.on}T00:00:00Z`);
  return Number.isFinite(day) && day / 86_400_000 <= shanghaiDay(now);
}

/** submitted or returned → withdrawn by its unit. Refuses with state_changed once it was accepted. */
export async function withdrawNomination(tx: Tx, filing: Filing, row: NominationRow): Promise<void> {
  if (row.state !== 'submitted' && row.state !== 'returned') throw changed(row);
  await moveNomination(tx, filing, row, 'withdrawn');
  await recordEvent(tx, row.id, filing.actor, 'withdraw');
  await log(tx, filing, row, 'nomination.withdraw');
}

/** withdrawn → draft, to be changed and sent again. */
export async function reopenNomination(tx: Tx, filing: Filing, row: NominationRow): Promise<void> {
  if (row.state !== 'withdrawn') throw changed(row);
  await moveNomination(tx, filing, row, 'draft');
  await recordEvent(tx, row.id, filing.actor, 'reopen');
}

/** submitted → returned with its reason, which the unit reads; what it says is kept, to be compared when it comes again. From now three days count even after the deadline. */
export async function returnNomination(
  tx: Tx,
  filing: Pick<Filing, 'actor' | 'now' | 'contest' | 'keys'>,
  row: NominationRow,
  reason: string,
): Promise<void> {
  if (row.state !== 'submitted') throw changed(row);
  await moveNomination(tx, filing, row, 'returned', {
    returned: reason,
    returned_at: new Date(filing.now),
    before: await sealBefore(tx, filing.keys, row),
  });
  await recordEvent(tx, row.id, filing.actor, 'return', reason);
  await log(tx, filing, row, 'nomination.return', reason);
}

/** Removes a draft that was never sent, with its files. Refuses with state_changed for any other. */
export async function deleteDraft(tx: Tx, row: NominationRow): Promise<void> {
  if (row.state !== 'draft' || row.submitted_at !== null) throw changed(row);
  await tx.deleteFrom('nomination').where('id', '=', row.id).execute();
}

/** Sets the state of a locked nomination; its version grows, so that whoever reads an older one is told. */
export async function moveNomination(
  tx: Tx,
  { actor, now }: Pick<Filing, 'actor' | 'now'>,
  row: Pick<NominationRow, 'id'>,
  state: NominationState,
  also: Partial<Pick<NominationRow, 'returned' | 'returned_at' | 'before' | 'submitted_at' | 'number'>> = {},
): Promise<void> {
  await tx
    .updateTable('nomination')
    .set({
      state,
      ...also,
      saved_by: actor.name,
      updated_at: new Date(now),
      version: sql<number>`version + 1`,
    })
    .where('id', '=', row.id)
    .execute();
}

function changed(row: Pick<NominationRow, 'saved_by' | 'updated_at'>): Refusal {
  return new Refusal('state_changed', { by: row.saved_by, at: row.updated_at.toISOString() });
}

async function log(
  tx: Tx,
  { actor, contest }: Pick<Filing, 'actor' | 'contest'>,
  row: NominationRow,
  act: ActCode,
  reason = '',
): Promise<void> {
  await recordAction(tx, actor, {
    act,
    contest: contest.id,
    subject: `${row.name}（${row.unit_name}）`,
    reason,
  });
}
