import { Refusal } from '@zuimei/shared/refusal.ts';
import { fallenOf, heldOf, itemsOf } from '@zuimei/shared/result/course.ts';
import type { UnitLine } from '@zuimei/shared/result/view.ts';
import { readContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readVerdicts } from '../judging/verdict.ts';
import { madeOf } from './made.ts';

/**
 * How the nominees of a unit fared, by number, each with every figure of their own and nothing of anybody else's; [] until a result is
 * published. Refuses with forbidden who is no unit.
 */
export async function readUnitLines(
  db: Db,
  unit: { unit: number; slug: string } | null,
): Promise<UnitLine[]> {
  if (!unit) throw new Refusal('forbidden');
  const contest = await readContest(db, unit.slug);
  if (!contest?.outcome) return [];
  const judged = { ...contest, outcome: contest.outcome };
  const course = await readCourse(db, contest.id);
  const { standing, choice } = await readVerdicts(db, contest.id);
  if (!standing || !choice || course.results.length === 0) return [];
  const rows = await db
    .selectFrom('nomination')
    .select('number')
    .where('contest', '=', contest.id)
    .where('unit', '=', unit.unit)
    .where('number', 'is not', null)
    .orderBy('number')
    .execute();
  const [held, fallen, items] = [heldOf(course), fallenOf(course), itemsOf(course)];
  return rows.flatMap(({ number }): UnitLine[] => {
    const candidate = contest.candidates.find((one) => one.number === number);
    const placed = standing.document.order.some((one) => one.number === number);
    if (!candidate || !placed) return [];
    const { honour = null } = items.find((one) => one.number === candidate.number) ?? {};
    const state = honour
      ? 'chosen'
      : held.includes(candidate.number)
        ? 'held'
        : fallen.includes(candidate.number)
          ? 'fallen'
          : 'passed';
    const why = choice.document.passed.find((one) => one.number === candidate.number)?.why ?? null;
    const made = madeOf(judged, course, { standing, choice }, candidate.number);
    return [
      {
        ...{ number: candidate.number, name: candidate.name, state, honour },
        why: state === 'passed' ? why : null,
        made: { ...made, passed: [], promotedFor: null },
      },
    ];
  });
}
