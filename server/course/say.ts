import type { Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import type { CourseKind } from '@zuimei/shared/ledger/act.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { CourseFacts } from '@zuimei/shared/result/act.ts';
import type { Course } from '@zuimei/shared/result/course.ts';
import type { Tables } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { type Judged, readJudged } from '../judging/judged.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Facts, Ledger } from '../vote/ledger.ts';

export type SayParts = { ledger: Ledger };

/** What a step finds under the contest's lock: what its entry says, and what the action log calls it. */
export interface Step<Kind extends CourseKind> {
  facts: CourseFacts[Kind];
  subject: string;
}

/**
 * One step of the course: `find` looks at the contest as it stands under its lock, at the moment that the entry will have (`at`, ms), and gives what is to be said, then the entry, the line of
 * the action log and whatever `done` keeps beside are written, all or none. Refuses with what `find` refuses and gives what it found.
 */
export async function sayAct<Kind extends CourseKind, Found extends Step<Kind>>(
  { ledger }: SayParts,
  slug: string,
  actor: Actor,
  given: {
    kind: Kind;
    act: ActCode;
    reason: string;
    /** Of the action log, where the entry says less in public. */
    noted?: string;
    reference?: string;
    find(tx: Transaction<Tables>, contest: Judged, course: Course, at: number): Promise<Found>;
    done?(
      tx: Transaction<Tables>,
      found: Found & { entry: number; contest: number; at: number },
    ): Promise<void>;
  },
): Promise<Found> {
  const { kind, act, reason, noted = reason, reference = '' } = given;
  let found: { step: Found; contest: number; at: number } | null = null;
  const whole = (): { step: Found; contest: number; at: number } => {
    if (!found) throw new Error(`a ${kind} that was not found`);
    return found;
  };
  await ledger.amend(slug, {
    kind,
    actor: actor.name,
    reason,
    reference,
    async change(tx, _, moment) {
      const at = moment.getTime();
      const contest = await readJudged(tx, slug);
      const step = await given.find(tx, contest, await readCourse(tx, contest.id), at);
      found = { step, contest: contest.id, at };
      await recordAction(tx, actor, { act, contest: contest.id, subject: step.subject, reason: noted });
      return JSON.parse(JSON.stringify(step.facts)) as Facts;
    },
    async done(tx, entry) {
      const { step, ...where } = whole();
      await given.done?.(tx, { ...step, ...where, entry });
    },
  });
  return whole().step;
}

/** What everybody needs who goes on from the choice. Refuses with choice_missing. */
export function checkChosen({ choice }: Course): void {
  if (!choice) throw new Refusal('choice_missing');
}
