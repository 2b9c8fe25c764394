import { sql, type Transaction } from 'kysely';
import { foundChoice, foundStanding, settledOrder } from '@zuimei/shared/judging/found.ts';
import { isRefused, type Refused, refuse } from '@zuimei/shared/judging/refused.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { fallenOf, recomputeDue } from '@zuimei/shared/result/course.ts';
import type { ChoiceDocument, StandingDocument } from '@zuimei/shared/verdict.ts';
import type { Tables } from '../db.ts';
import type { Actor } from '../staff/action.ts';
import { readCourse } from './course.ts';
import { type FixParts, fixVerdict } from './fix.ts';
import { readSigned } from './held.ts';
import { type Gathered, gather, missingOf } from './inputs.ts';
import { type Judged, standersOf } from './judged.ts';
import { digestOfDocument, readVerdicts, type Verdicts } from './verdict.ts';

/** The standing as the rules and what was gathered give it, or why there is none. */
export function standingOf(
  { outcome }: Judged,
  { inputs, opened, held, ledgerSize }: Gathered,
): StandingDocument | Refused {
  return foundStanding(outcome, { votes: inputs.votes, opened, held, ledgerSize });
}

/**
 * Computes and fixes the standing. Refuses with standing_missing {what, n} for the first thing that is missing, with what the standing
 * refuses, and with standing_done when it stands already and nothing has changed.
 */
export async function fixStanding(
  parts: FixParts,
  slug: string,
  actor: Actor,
  reason: string,
): Promise<void> {
  await fixVerdict(parts, slug, actor, {
    kind: 'standing',
    reason,
    async find(tx, contest) {
      // Held until the entry is written: it comes at the size that the standing rests on.
      await sql`select 1 from ledger_head where contest = ${contest.id} for update`.execute(tx);
      const gathered = await gather(tx, contest);
      const signed = await readSigned(tx, contest.id);
      const [missing] = missingOf(contest, gathered, signed?.ballots ?? 0, parts.clock());
      if (missing) throw new Refusal('standing_missing', { what: missing.code, n: missing.n });
      const document = standingOf(contest, gathered);
      if (isRefused(document)) refuse(document);
      const before = (await readVerdicts(tx, contest.id)).standing;
      const { ledgerSize } = document;
      const course = await readCourse(tx, contest.id);
      const due = recomputeDue(course);
      // Once the chosen were named in public, only a finding takes the standing back.
      if (course.choice && course.notices.length > 0 && !due) throw new Refusal('standing_done');
      if (
        !due &&
        before &&
        digestOfDocument({ ...document, ledgerSize: before.document.ledgerSize }) === before.digest
      )
        throw new Refusal('standing_done');
      return { document, facts: { ledgerSize }, subject: contest.title };
    },
  });
}

/**
 * What the choice would be: the order of the standing, as ties on it were settled, under the limits. Who has withdrawn since, or fell by a
 * finding, is passed over.
 */
export function choiceOf(
  contest: Judged,
  verdicts: Verdicts,
  fallen: readonly number[],
): ChoiceDocument | Refused {
  const { standing, ties } = verdicts;
  if (!standing) throw new Refusal('state_changed');
  const order = settledOrder(
    standing.document.order,
    ties.map(({ document }) => document),
  );
  const gone = standersOf(contest).filter(({ withdrawn }) => withdrawn);
  return foundChoice(contest.outcome, boundsOf(contest), order, [
    ...fallen,
    ...gone.map(({ number }) => number),
  ]);
}

/** What the limits look at, of everybody who was judged. */
export function boundsOf(contest: Judged): Record<number, { unit: string; category: string }> {
  return Object.fromEntries(
    standersOf(contest).map(({ number, unit, category }) => [number, { unit, category }]),
  );
}

/** The standing in force. Refuses with state_changed while there is none, and with standing_changed when votes were ruled on since. */
export async function readStanding(tx: Transaction<Tables>, contest: Judged): Promise<Verdicts> {
  const verdicts = await readVerdicts(tx, contest.id);
  if (!verdicts.standing) throw new Refusal('state_changed');
  const { inputs } = await gather(tx, contest);
  const { votes } = verdicts.standing.document;
  const changed = Object.entries(inputs.votes).some(([key, count]) => votes[Number(key)] !== count);
  if (changed) throw new Refusal('standing_changed');
  return verdicts;
}

/**
 * Fixes who is to be chosen. `unfilled`: how many places the organizer knows will stay empty. Refuses with tie_open, minimum_impossible,
 * caps_entangled, places_unfilled {n} where that is another number, standing_changed, and state_changed where nothing stands or it is done.
 */
export async function fixChoice(
  parts: FixParts,
  slug: string,
  actor: Actor,
  given: { reason: string; unfilled: number },
): Promise<void> {
  await fixVerdict(parts, slug, actor, {
    kind: 'choice',
    reason: given.reason,
    async find(tx, contest) {
      const verdicts = await readStanding(tx, contest);
      if (verdicts.choice) throw new Refusal('state_changed');
      const document = choiceOf(contest, verdicts, fallenOf(await readCourse(tx, contest.id)));
      if (isRefused(document)) refuse(document);
      const { chosen, alternates, unfilled } = document;
      if (unfilled !== given.unfilled) throw new Refusal('places_unfilled', { n: unfilled });
      return { document, facts: { chosen, alternates }, subject: chosen.join('、') };
    },
  });
}
