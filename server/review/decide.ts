import type { Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import type { NominationAct, NominationState } from '@zuimei/shared/nomination.ts';
import { countedStates } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { DecideResult, Verdict } from '@zuimei/shared/shortlist.ts';
import { lockStored } from '../contest/lock.ts';
import type { Db, Tables } from '../db.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import type { NominationKeys } from '../nomination/answers.ts';
import { type Filing, moveNomination, returnNomination, submitPaper } from '../nomination/filing.ts';
import { type NominationRow, readNomination, recordEvent } from '../nomination/nomination.ts';
import { checkOpinions } from '../nomination/opinion.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { checkQuota } from '../unit/quota.ts';
import { readShortlistPlaces } from './places.ts';
import { type Collecting, collecting, filingOf } from './review.ts';

export interface Decision {
  ids: readonly number[];
  verdict: Verdict;
  /** As it was sent: decide says which verdicts need one. */
  reason?: unknown;
  /** Version that was read, by id; a nomination that has changed since is refused. */
  versions?: ReadonlyMap<number, number>;
  /** With `submit`: day of the signed consents that came with the papers. */
  consentOn?: string | null;
}

type Step = { from: readonly NominationState[]; to: NominationState; event: NominationAct; act: ActCode };
const steps: Record<Exclude<Verdict, 'submit'>, Step> = {
  accept: { from: ['submitted'], to: 'accepted', event: 'accept', act: 'nomination.accept' },
  return: { from: ['submitted'], to: 'returned', event: 'return', act: 'nomination.return' },
  decline: { from: ['submitted'], to: 'declined', event: 'decline', act: 'nomination.decline' },
  undo: {
    from: ['accepted', 'declined', 'returned'],
    to: 'submitted',
    event: 'unaccept',
    act: 'nomination.unaccept',
  },
};

/** What a decision left on a nomination, when it is taken back. */
const unsaid = (state: NominationState) =>
  state === 'returned' ? { returned: '', returned_at: null, before: null } : { number: null };

/**
 * Gives one verdict on many nominations, each in a transaction of its own: what cannot be done is told and holds up none of the
 * others. Refuses as a whole with reason_missing when a return or a decline gives none; else every refusal is in the result:
 * not_found, state_changed, opinion_missing, opinion_scan, opinion_against {step}, consent_missing, quota_none, quota_full, category_full
 * {category, most}.
 */
export async function decide(
  { db, keys }: { db: Db; keys: NominationKeys },
  slug: string,
  actor: Actor,
  decision: Decision,
  now: number,
): Promise<DecideResult> {
  const { verdict } = decision;
  const reason = (verdict === 'return' || verdict === 'decline' ? checkReason : optionalReason)(
    decision.reason,
  );
  const result: DecideResult = { done: [], refused: [] };
  for (const id of new Set(decision.ids)) {
    let name = '';
    try {
      const done = await db.transaction().execute(async (tx) => {
        // Places are counted under the contest's lock: of two acceptances at once one sees the other.
        const stored = collecting(await lockStored(tx, slug, 'no key update'));
        const row = await readNomination(tx, id, stored.id, { lock: true });
        name = row.name;
        return await decideOne(tx, stored, filingOf(stored, keys, actor, now), row, { ...decision, reason });
      });
      result.done.push(done);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      result.refused.push({ id, name, code: error.code, details: error.details });
    }
  }
  return result;
}

async function decideOne(
  tx: Transaction<Tables>,
  stored: Collecting,
  filing: Filing,
  row: NominationRow,
  { verdict, reason, versions, consentOn = null }: Decision & { reason: string },
): Promise<DecideResult['done'][number]> {
  const { id, name } = row;
  const seen = versions?.get(id);
  if (seen !== undefined && seen !== row.version) throw changed(row);
  const version = row.version + 1;
  if (verdict === 'submit') {
    await submitPaper(tx, filing, row, consentOn);
    return { id, name, state: 'submitted', version };
  }
  const { from, to, event, act } = steps[verdict];
  if (!from.includes(row.state)) throw changed(row);
  // Its unit may be at work on what was returned: that is taken back only by who knows that nobody has touched it.
  if (row.state === 'returned' && seen === undefined) throw changed(row);
  if (verdict === 'return') {
    await returnNomination(tx, filing, row, reason);
    return { id, name, state: to, version };
  }
  if (verdict === 'accept') await checkAcceptance(tx, filing, row);
  if (verdict === 'undo' && !countedStates.includes(row.state)) await checkUnit(tx, filing, row);
  await moveNomination(tx, filing, row, to, verdict === 'undo' ? unsaid(row.state) : {});
  await recordEvent(tx, id, filing.actor, event, reason);
  await recordAction(tx, filing.actor, {
    act,
    contest: stored.id,
    subject: `${name}（${row.unit_name}）`,
    reason,
  });
  return { id, name, state: to, version };
}

function changed({ state, saved_by, updated_at }: NominationRow): Refusal {
  return new Refusal('state_changed', { state, by: saved_by, at: updated_at.toISOString() });
}

async function checkAcceptance(tx: Transaction<Tables>, filing: Filing, row: NominationRow): Promise<void> {
  const { collection } = filing;
  await checkOpinions(tx, collection.opinions, row.id);
  if (collection.consent !== '' && !row.consent) throw new Refusal('consent_missing');
  await checkUnit(tx, filing, row);
  await checkPlace(tx, filing, row);
}

/** What bounds a place: of its unit, and on the shortlist. */
type Bounding = Pick<Filing, 'contest' | 'collection' | 'categories'>;

/**
 * Whoever is put into another category takes a place there, as by being sent or accepted; `moved` as it would be. Hold the contest first.
 * Refuses as checkQuota does, and with category_full {category, most, taken}.
 */
export async function checkMove(
  tx: Transaction<Tables>,
  filing: Bounding,
  moved: Pick<NominationRow, 'state' | 'unit' | 'category' | 'id'>,
): Promise<void> {
  if (moved.state !== 'draft') await checkUnit(tx, filing, moved);
  if (moved.state === 'accepted') await checkPlace(tx, filing, moved);
}

async function checkUnit(
  tx: Transaction<Tables>,
  { collection, categories }: Bounding,
  { unit, category, id }: Pick<NominationRow, 'unit' | 'category' | 'id'>,
): Promise<void> {
  await checkQuota(tx, { collection, categories, unit, category, except: id });
}

/** A place on the shortlist, in all and in the category. */
async function checkPlace(
  tx: Transaction<Tables>,
  { contest, collection, categories }: Bounding,
  { category, id: except }: Pick<NominationRow, 'category' | 'id'>,
): Promise<void> {
  const bounded = { id: contest.id, settings: { categories }, collection };
  const places = await readShortlistPlaces(tx, bounded, { except });
  const full = places.find(({ id, has, most }) => (id === '' || id === category) && has >= most);
  if (full) throw new Refusal('category_full', { category: full.name, most: full.most, taken: full.has });
}
