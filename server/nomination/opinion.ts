import { type Kysely, sql, type Transaction } from 'kysely';
import { nullable, object, picklist, pipe, string, uuid } from 'valibot';
import type { OpinionView } from '@zuimei/shared/nomination.ts';
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

/** The step that a unit enters itself: the first level. Levels above it and departments are entered by staff. */
export function ownStep(collection: Pick<Collection, 'opinions'>): OpinionStep | null {
  return collection.opinions.find((step) => step.kind === 'level') ?? null;
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
      sql<string>`to_char(opinion.on_date, 'YYYY-MM-DD')`.as('on'),
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
 * Enters or replaces the opinion of one step. Refuses with not_found for a step that is not asked for or a file of another nomination,
 * and with forbidden when a unit enters any step but its own.
 */
export async function saveOpinion(
  tx: Transaction<Tables>,
  collection: Pick<Collection, 'opinions'>,
  nomination: number,
  step: string,
  given: OpinionGiven,
  actor: Actor & { unit: number | null },
  now: number,
): Promise<void> {
  if (!collection.opinions.some((one) => one.id === step)) throw new Refusal('not_found');
  if (actor.unit !== null && ownStep(collection)?.id !== step) throw new Refusal('forbidden');
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

/**
 * Required steps that are still missing, do not agree, or lack the scan they must carry, by nomination. A nomination with nothing
 * missing is not in the map.
 */
export async function missingOpinions(
  db: Reader,
  collection: Pick<Collection, 'opinions'>,
  nominations: readonly number[],
): Promise<Map<number, OpinionStep[]>> {
  const required = collection.opinions.filter((step) => step.required);
  if (required.length === 0 || nominations.length === 0) return new Map();
  const rows = await db
    .selectFrom('opinion')
    .select(['nomination', 'step', 'verdict', 'file'])
    .where('nomination', 'in', [...nominations])
    .execute();
  const given = new Map(rows.map((row) => [`${row.nomination} ${row.step}`, row]));
  const missing = nominations.map((id): [number, OpinionStep[]] => [
    id,
    required.filter((step) => {
      const one = given.get(`${id} ${step.id}`);
      return one?.verdict !== 'agree' || (step.attachment && one.file === null);
    }),
  ]);
  return new Map(missing.filter(([, steps]) => steps.length > 0));
}
