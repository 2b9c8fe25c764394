import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ResultItem } from '@zuimei/shared/result/act.ts';
import { isNamed } from '@zuimei/shared/result/certificate.ts';
import { type Course, chosenNow, heldOf, publishable, resultLacks } from '@zuimei/shared/result/course.ts';
import { type Day, shanghaiDate } from '@zuimei/shared/time.ts';
import type { Judged } from '../judging/judged.ts';
import type { Actor } from '../staff/action.ts';
import { announce } from './notice.ts';
import { type SayParts, sayAct } from './say.ts';

/**
 * Publishes the result: everybody who is chosen, was on a notice to its end and is not on hold. Those on hold are named, and a later result may
 * publish them. Refuses with certificate_nameless, with result_lacks {n, first} and with approval_date for a day to come.
 */
export async function publishResult(
  parts: SayParts,
  slug: string,
  actor: Actor,
  given: { document: string; date: Day; certificate: string; reason: string },
): Promise<void> {
  const { document, date, certificate, reason } = given;
  if (!isNamed(certificate)) throw new Refusal('certificate_nameless');
  await sayAct(parts, slug, actor, {
    kind: 'result',
    act: 'result.publish',
    reason,
    reference: document,
    async find(_tx, contest, course, at) {
      const lacks = resultLacks(course, contest.outcome.notice, at);
      const [first] = lacks;
      if (first) throw new Refusal('result_lacks', { n: lacks.length, first: first.code });
      if (date > shanghaiDate(at)) throw new Refusal('approval_date');
      const items = itemsFor(contest, course, date);
      const { organizers, hideOrder } = contest;
      return {
        facts: {
          ...{ document, date, organizers, unordered: hideOrder, items, held: heldOf(course) },
          certificate,
        },
        subject: `${document}：${items.map(({ number }) => number).join('、')} 号`,
      };
    },
    done: (tx, { contest, at }) => announce(tx, contest, 'resulted_at', at),
  });
}

/** What the next result names, in order: honours go by the order of the chosen, serials on from the last. */
export function itemsFor(contest: Judged, course: Course, date: Day): ResultItem[] {
  const { candidates, categories, outcome, slug, hideOrder } = contest;
  const order = chosenNow(course);
  const honourOf = honours(outcome.honours, contest.noun.name);
  let serial = course.results.flatMap(({ items }) => items).length;
  const named = publishable(course);
  const listed = order.filter((number) => named.includes(number));
  // Where no order is to be shown, the list shows none.
  if (hideOrder) listed.sort((a, b) => a - b);
  return listed.flatMap((number) => {
    const one = candidates.find((candidate) => candidate.number === number);
    if (!one) return [];
    serial++;
    return {
      number,
      name: one.name,
      unit: one.unit,
      category: categories.find(({ id }) => id === one.category)?.name ?? '',
      honour: honourOf(order.indexOf(number)),
      serial: `${slug}-${date.slice(0, 4)}-${String(serial).padStart(3, '0')}`,
    };
  });
}

/** 一等奖 for the first stretch of the order, 二等奖 for the next …; one word for all where the rules name none. */
function honours(
  stretches: readonly { name: string; places: number }[],
  noun: string,
): (at: number) => string {
  return (at) => {
    let upto = 0;
    for (const { name, places } of stretches) {
      upto += places;
      if (at < upto) return name;
    }
    return stretches.at(-1)?.name ?? `入选${noun}`;
  };
}
