import { type Kysely, sql, type Transaction } from 'kysely';
import { nullable, object, picklist, pipe, string, uuid } from 'valibot';
import type { OpinionView } from '@zuimei/shared/nomination.ts';
import { type GivenOpinion, lacksOf, ownerOf, type UnitPlace } from '@zuimei/shared/opinion.ts';
import type { Collection, OpinionStep } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { day, words } from '../http/shape.ts';
import type { Actor } from '../staff/action.ts';

/** The body of an opinion: a unit's own, or another's that staff enter. */
export const opinionBody = object({
  verdict: picklist(['agree', 'disagree'] as const),
  words: words(1000),
  signer: words(40),
  on: day,
  file: nullable(pipe(string(), uuid())),
});

type Reader = Kysely<Tables> | Transaction<Tables>;

/** Who gives each opinion on what a unit sends, by step: the unit's name; null = the organizer. */
export function ownersOf(
  { opinions }: Pick<Collection, 'opinions'>,
  unit: number,
  places: ReadonlyMap<number, UnitPlace>,
): Record<string, string | null> {
  return Object.fromEntries(
    opinions.map((step) => [step.id, places.get(ownerOf(step, unit, places) ?? 0)?.name ?? null]),
  );
}

/** Opinions on a nomination, in the order they were entered. */
export async function readOpinions(db: Reader, nomination: number): Promise<OpinionView[]> {
  const rows = await db
    .selectFrom('opinion')
    .leftJoin('attachment', 'attachment.id', 'opinion.file')
    .select([
      'opinion.step',
      'opinion.verdict',
      'opinion.words',
      'opinion.signer',
      'opinion.on_date as on',
      'opinion.entered_by',
      'opinion.at',
      'attachment.id as file',
      'attachment.field',
      'attachment.name',
      'attachment.type',
      sql<number | null>`octet_length(attachment.bytes)`.as('bytes'),
    ])
    .where('opinion.nomination', '=', nomination)
    .orderBy('opinion.at')
    .execute();
  return rows.map((row) => ({
    step: row.step,
    verdict: row.verdict,
    words: row.words,
    signer: row.signer,
    on: row.on,
    file:
      row.file !== null
        ? {
            id: row.file,
            field: row.field ?? '',
            name: row.name ?? '',
            type: row.type ?? '',
            bytes: Number(row.bytes ?? 0),
            photo: null,
          }
        : null,
    enteredBy: row.entered_by,
    at: row.at.toISOString(),
  }));
}

export interface OpinionGiven {
  verdict: 'agree' | 'disagree';
  words: string;
  signer: string;
  /** YYYY-MM-DD. */
  on: string;
  /** An attachment of the same nomination. */
  file: string | null;
}

/**
 * Enters or replaces the opinion of one step. Whose it is to give is the caller's to say. Refuses with not_found for a step that is not
 * asked for or a file of another nomination.
 */
export async function saveOpinion(
  tx: Transaction<Tables>,
  collection: Pick<Collection, 'opinions'>,
  nomination: number,
  step: string,
  given: OpinionGiven,
  actor: Actor,
  now: number,
): Promise<void> {
  if (!collection.opinions.some((one) => one.id === step)) throw new Refusal('not_found');
  if (given.file !== null) {
    const found = await tx
      .selectFrom('attachment')
      .select('id')
      .where('id', '=', given.file)
      .where('nomination', '=', nomination)
      .executeTakeFirst();
    if (!found) throw new Refusal('not_found');
  }
  const { on, ...values } = given;
  const row = { ...values, on_date: on, entered_by: actor.name, at: new Date(now) };
  await tx
    .insertInto('opinion')
    .values({ nomination, step, ...row })
    .onConflict((conflict) => conflict.columns(['nomination', 'step']).doUpdateSet(row))
    .execute();
}

/** What was given on each of these nominations, by step. */
export async function readGiven(
  db: Reader,
  nominations: readonly number[],
): Promise<Map<number, Map<string, GivenOpinion>>> {
  const found = new Map(nominations.map((id): [number, Map<string, GivenOpinion>] => [id, new Map()]));
  if (nominations.length === 0) return found;
  const rows = await db
    .selectFrom('opinion')
    .select(['nomination', 'step', 'verdict', 'file'])
    .where('nomination', 'in', [...nominations])
    .execute();
  for (const { nomination, step, verdict, file } of rows)
    found.get(nomination)?.set(step, { verdict, scan: file !== null });
  return found;
}

/** Refuses with opinion_missing, opinion_scan or opinion_against {step} for the first of these steps that lacks something. */
export async function checkOpinions(
  db: Reader,
  steps: readonly OpinionStep[],
  nomination: number,
): Promise<void> {
  const given = (await readGiven(db, [nomination])).get(nomination) ?? new Map();
  const [first] = lacksOf(steps, given);
  if (first) throw new Refusal(first.lack, { step: first.step.name });
}
