import { sql, type Transaction } from 'kysely';
import { fieldsFor } from '@zuimei/shared/answer.ts';
import type { Candidate, CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import { lotDigest } from '@zuimei/shared/lot.ts';
import type { Consent, FormValues } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { DrawView, Ordering, ShortlistLack, ShortlistLine } from '@zuimei/shared/shortlist.ts';
import { unshownIn } from '@zuimei/shared/text/character.ts';
import { lockStored } from '../contest/lock.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { candidateFields, recordEvent, textOf } from '../nomination/nomination.ts';
import { checkPlaces } from '../review/places.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { type Draw, drawOrder } from './draw.ts';

/** An accepted or published nomination as the shortlist needs it. */
export interface Listed {
  id: number;
  state: 'accepted' | 'published';
  number: number | null;
  name: string;
  category: string;
  unit: string;
  kind: CandidateKind;
  answers: FormValues;
  photo: Photo | null;
  consent: Consent | null;
  version: number;
  withdrawn: boolean;
}

/** The shortlist in order of category, then number, then as accepted. */
export async function readListed(db: Db | Transaction<Tables>, stored: StoredPlan): Promise<Listed[]> {
  const rows = await db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .leftJoin('candidate', (join) =>
      join
        .onRef('candidate.contest', '=', 'nomination.contest')
        .onRef('candidate.number', '=', 'nomination.number')
        .on('nomination.state', '=', 'published'),
    )
    .select([
      'nomination.id',
      'nomination.state',
      'nomination.number',
      'nomination.name',
      'nomination.category',
      'unit.name as unit',
      'nomination.kind',
      'nomination.answers',
      'nomination.photo',
      'nomination.consent',
      'nomination.version',
      sql<boolean>`coalesce(candidate.body ->> 'withdrawn', '') <> ''`.as('withdrawn'),
    ])
    .where('nomination.contest', '=', stored.id)
    .where('nomination.state', 'in', ['accepted', 'published'])
    .orderBy('nomination.id')
    .execute();
  const place = new Map(stored.settings.categories.map((one, at) => [one.id, at]));
  const rank = (one: { category: string }) => place.get(one.category) ?? place.size;
  return (rows as Listed[]).sort(
    (a, b) => rank(a) - rank(b) || (a.number ?? 1e6) - (b.number ?? 1e6) || a.id - b.id,
  );
}

/** What keeps one from being published. */
export function lacksOf(one: Listed, stored: StoredPlan): ShortlistLack[] {
  const { collection, settings } = stored;
  const lacks: ShortlistLack[] = [];
  if (one.name.trim() === '') lacks.push('name');
  if (settings.categories.length > 0 && !settings.categories.some(({ id }) => id === one.category))
    lacks.push('category');
  if (one.number === null) lacks.push('number');
  if (!one.photo && collection && wantsPhoto(collection, one.kind)) lacks.push('photo');
  if (!one.consent && collection && collection.consent !== '') lacks.push('consent');
  return lacks;
}

function wantsPhoto(collection: Collection, kind: CandidateKind): boolean {
  return fieldsFor(collection.form, kind).some((field) => field.type === 'photo' && field.required);
}

/** Those still to be published who have a number, as the public will see them. */
export async function readComing(db: Db, stored: StoredPlan): Promise<Candidate[]> {
  const { collection } = stored;
  if (!collection) return [];
  return (await readListed(db, stored)).flatMap((one) =>
    one.state === 'accepted' && one.number !== null
      ? {
          ...candidateFields(collection, { ...one, unit_name: one.unit }),
          number: one.number,
          withdrawn: null,
        }
      : [],
  );
}

export function lineOf(one: Listed, stored: StoredPlan): ShortlistLine {
  const { answers, consent, ...line } = one;
  return {
    ...line,
    summary: answers['reason'] ?? '',
    consent: consent !== null,
    lacks: one.state === 'published' ? [] : lacksOf(one, stored),
    unshown: stored.collection
      ? unshownIn(textOf(candidateFields(stored.collection, { ...one, unit_name: one.unit })))
      : null,
  };
}

/** The last draw of numbers. */
export async function readDraw(db: Db | Transaction<Tables>, contest: number): Promise<DrawView | null> {
  const row = await db
    .selectFrom('shortlist_draw')
    .select(['at', 'drawn_by', 'seed', 'times'])
    .where('contest', '=', contest)
    .orderBy('times', 'desc')
    .executeTakeFirst();
  if (!row) return null;
  const { seed, times } = row;
  return { at: row.at.toISOString(), by: row.drawn_by, seed, digest: lotDigest(seed), times };
}

/** Under the contest's lock, so that two people cannot number at once. Refuses with not_found. */
async function locked<T>(
  db: Db,
  slug: string,
  change: (tx: Transaction<Tables>, stored: StoredPlan, accepted: Listed[]) => Promise<T>,
): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    const stored = await lockStored(tx, slug, 'no key update');
    const accepted = (await readListed(tx, stored)).filter(({ state }) => state === 'accepted');
    return await change(tx, stored, accepted);
  });
}

/**
 * Gives numbers to accepted nominations; null takes one away. All or none. Refuses with number_taken {number} when a number is given
 * twice or belongs to another, with state_changed when one is not accepted (any more), with not_found for another contest's. No number, by whichever of the three ways,
 * is given to a list that could not be published: places_over {over}.
 */
export async function setNumbers(
  db: Db,
  slug: string,
  actor: Actor,
  wanted: readonly { id: number; number: number | null }[],
): Promise<void> {
  await locked(db, slug, async (tx, stored, accepted) => {
    const known = new Map(accepted.map((one) => [one.id, one]));
    for (const { id } of wanted) if (!known.has(id)) throw new Refusal('state_changed');
    await assign(tx, stored, accepted, new Map(wanted.map(({ id, number }) => [id, number])));
    const subject = wanted.map(({ id, number }) => `${known.get(id)?.name}：${number ?? '无'}`).join('，');
    await recordAction(tx, actor, { act: 'shortlist.number', contest: stored.id, subject });
  });
}

/** Numbers all accepted ones anew in this order, after those already public. */
export async function orderNumbers(db: Db, slug: string, actor: Actor, by: Ordering): Promise<void> {
  await locked(db, slug, async (tx, stored, accepted) => {
    const ids = inOrder(accepted, by).map(({ id }) => id);
    await assign(tx, stored, accepted, await following(tx, stored, ids));
    await recordAction(tx, actor, { act: 'shortlist.order', contest: stored.id, subject: by });
  });
}

/** Draws the numbers of all accepted ones by lot. The seed is kept and shown, so that the draw can be done again by anyone. */
export async function drawNumbers(db: Db, slug: string, actor: Actor): Promise<Draw> {
  return await locked(db, slug, async (tx, stored, accepted) => {
    if (accepted.length === 0) throw new Refusal('nothing_to_publish');
    const drawn = drawOrder(accepted.map(({ id }) => id));
    const numbers = await following(tx, stored, drawn.ids);
    await assign(tx, stored, accepted, numbers);
    for (const [id, number] of numbers)
      await recordEvent(
        tx,
        id,
        actor,
        'number',
        `抽签得 ${number} 号，种子摘要 ${drawn.digest.slice(0, 16)}`,
      );
    await sql`
      insert into shortlist_draw (contest, times, drawn_by, seed)
      select ${stored.id}, coalesce(max(times), 0) + 1, ${actor.name}, ${drawn.seed} from shortlist_draw where contest = ${stored.id}`.execute(
      tx,
    );
    await recordAction(tx, actor, {
      act: 'shortlist.draw',
      contest: stored.id,
      subject: `种子摘要 ${drawn.digest}`,
      reason: `种子 ${drawn.seed}，${drawn.ids.length} 位`,
    });
    return drawn;
  });
}

const strokes = new Intl.Collator('zh-u-co-stroke');
const sounds = new Intl.Collator('zh-u-co-pinyin');

/** `accepted` comes by category. Names by strokes, as lists of people are (姓氏笔画). */
function inOrder(accepted: readonly Listed[], by: Ordering): Listed[] {
  if (by === 'name') return accepted.toSorted((a, b) => strokes.compare(a.name, b.name));
  if (by === 'unit')
    return accepted.toSorted((a, b) => sounds.compare(a.unit, b.unit) || strokes.compare(a.name, b.name));
  const categories = [...new Set(accepted.map(({ category }) => category))];
  return categories.flatMap((category) =>
    accepted.filter((one) => one.category === category).toSorted((a, b) => strokes.compare(a.name, b.name)),
  );
}

async function following(
  tx: Transaction<Tables>,
  stored: StoredPlan,
  ids: readonly number[],
): Promise<Map<number, number>> {
  const { rows } = await sql<{ last: number | null }>`
    select max(number) as last from candidate where contest = ${stored.id}`.execute(tx);
  const last = rows[0]?.last ?? 0;
  return new Map(ids.map((id, at) => [id, last + at + 1]));
}

async function assign(
  tx: Transaction<Tables>,
  stored: StoredPlan,
  accepted: readonly Listed[],
  numbers: ReadonlyMap<number, number | null>,
): Promise<void> {
  if ([...numbers.values()].some((number) => number !== null)) await checkPlaces(tx, stored);
  const taken = new Set<number>();
  const candidates = await tx
    .selectFrom('candidate')
    .select('number')
    .where('contest', '=', stored.id)
    .execute();
  for (const { number } of candidates) taken.add(number);
  for (const one of accepted) if (!numbers.has(one.id) && one.number !== null) taken.add(one.number);
  for (const number of numbers.values()) {
    if (number === null) continue;
    if (taken.has(number)) throw new Refusal('number_taken', { number });
    taken.add(number);
  }
  if (numbers.size === 0) return;
  // First none has one: a swap would meet itself.
  await tx
    .updateTable('nomination')
    .set({ number: null })
    .where('id', 'in', [...numbers.keys()])
    .execute();
  const given = [...numbers].filter(([, number]) => number !== null);
  if (given.length === 0) return;
  await sql`
    update nomination n set number = g.number from jsonb_to_recordset(${JSON.stringify(
      given.map(([id, number]) => ({ id, number })),
    )}::jsonb) as g (id int, number int) where n.id = g.id`.execute(tx);
}
