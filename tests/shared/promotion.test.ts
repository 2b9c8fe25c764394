import { expect, test } from 'vitest';
import type { Place } from '@zuimei/shared/judging/order.ts';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { outcomeFrom } from '@zuimei/shared/judging/plain.ts';
import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { redoTie } from '@zuimei/shared/judging/tie.ts';
import { lotDigest } from '@zuimei/shared/lot.ts';
import { type CourseEntry, courseOf } from '@zuimei/shared/result/course.ts';
import {
  foundPromotion,
  openedSecrets,
  promotionTie,
  type Settled,
} from '@zuimei/shared/result/promotion.ts';

/* Who moves up, where some who could are tied. */

const rules = outcomeFrom({
  candidates: 6,
  places: 2,
  weights: { vote: 100, expert: 0, media: 0, merit: 0 },
});

/** A standing of these groups; candidates of units by letter where given. */
function ground(groups: number[][], outcome: Partial<Outcome> = {}, units: Record<number, string> = {}) {
  const order = groups.flatMap((group, at) =>
    group.map((number): Place => ({ number, total: 100 - at, rank: at + 1, tiedWith: [], sameTotalAs: [] })),
  );
  const candidates = Object.fromEntries(
    groups.flat().map((number) => [number, { unit: units[number] ?? `U${number}`, category: 'p' }]),
  );
  return { outcome: { ...rules, ...outcome }, candidates, order };
}
/** Acts after the standing, from entry 10 on. */
const course = (...acts: [kind: string, facts: object][]) =>
  courseOf(
    acts.map(([kind, facts], i) => ({
      ...{ index: 10 + i, at: '2026-09-28T02:00:00.000Z', kind },
      act: { actor: '王组织', reason: '按规则办理', reference: '', ...facts },
    })) as CourseEntry[],
  );
const choice = (...chosen: number[]): [string, object] => ['choice', { chosen, alternates: [] }];
const left = (number: number): [string, object] => ['withdrawal', { number }];
const tie = (entry: number, numbers: number[], order: number[], rule: 'lot' | 'meeting' = 'meeting') =>
  ({ entry, document: { rule, numbers, order, secrets: null, ballots: [], reason: '' } }) satisfies Settled;

test('a place that a tie left empty is not given to one of the tied when another falls: one moves up, and the tie is open', () => {
  const none = ground([[1], [2, 3], [4]], { tieLast: 'none' });
  const fell = course(choice(1), left(1));
  expect(promotionTie(none, [], fell)).toEqual({ numbers: [2, 3], places: 1 });
  expect(foundPromotion(none, [tie(12, [2, 3], [3])], fell)).toEqual({ promoted: 3, chosen: [3] });
  expect(promotionTie(none, [], course(choice(1)))).toBeNull();
});

test('a tie settled after the choice puts nobody before those chosen who were tied with them', () => {
  const units = { 1: 'A', 4: 'A', 5: 'A' };
  const given = ground([[1], [2, 3, 4, 5]], { places: 3, unitMost: 1 }, units);
  const fell = course(choice(1, 2, 3), left(1));
  expect(promotionTie(given, [], fell)).toEqual({ numbers: [4, 5], places: 1 });
  expect(foundPromotion(given, [tie(12, [4, 5], [5])], fell)).toEqual({ promoted: 5, chosen: [2, 3, 5] });
  // Settled before the choice it would have been among all of them.
  expect(foundPromotion(given, [tie(9, [4, 5], [5])], fell)).toMatchObject({ chosen: [5, 2, 3] });
});

test('whatever order a tie after the choice is settled in, the others keep their places and their order', () => {
  const given = ground([[1], [2, 3], [4, 5, 6]], { places: 3 });
  const fell = course(choice(1, 2, 3), left(2));
  expect(promotionTie(given, [], fell)).toEqual({ numbers: [4, 5, 6], places: 1 });
  for (const order of [[4], [5], [6], [6, 4, 5], [5, 6, 4]]) {
    const settled = [tie(12, [4, 5, 6], order)];
    expect(foundPromotion(given, settled, fell)).toEqual({ promoted: order[0], chosen: [1, 3, order[0]] });
    const promoted: [string, object] = [
      'promote',
      { fallen: 2, promoted: order[0], chosen: [1, 3, order[0]] },
    ];
    const again = course(choice(1, 2, 3), left(2), ['tie', {}], promoted, left(1));
    const next = foundPromotion(given, settled, again);
    if (order.length > 1) expect(next).toMatchObject({ promoted: order[1], chosen: [3, order[0], order[1]] });
    else expect(isRefused(next) && next.refusal).toBe('tie_open');
  }
});

test('a lot is drawn where the rules draw one, and no meeting is held once its secrets are public', () => {
  const secrets = { organizer: '1a'.repeat(32), auditor: '2b'.repeat(32) };
  const lots = [lotDigest(secrets.organizer), lotDigest(secrets.auditor)];
  const open = { numbers: [4, 5], places: 1 };
  const drawn = { ...tie(12, [4, 5], [], 'lot').document, secrets };
  const order = redoTie({ tieLast: 'lot', lots }, open, drawn, null);
  expect(order?.toSorted()).toEqual([4, 5]);
  expect(redoTie({ tieLast: 'lot', lots }, open, drawn, secrets)).toEqual(order);
  expect(redoTie({ tieLast: 'meeting', lots }, open, drawn, null)).toBeNull();
  const ballots = [{ appointed: 3, present: 3, places: 1, favour: { 4: 3, 5: 0 } }];
  const met = { ...tie(12, [4, 5], [4]).document, ballots };
  expect(redoTie({ tieLast: 'lot', lots }, open, met, null)).toEqual([4]);
  expect(redoTie({ tieLast: 'lot', lots }, open, met, secrets)).toBeNull();
  const counted = course(['count', { ledgerSize: 9, rounds: [], secrets }]);
  expect(openedSecrets([], counted)).toEqual(secrets);
  expect(openedSecrets([{ entry: 12, document: drawn }], course())).toEqual(secrets);
  expect(openedSecrets([tie(12, [4, 5], [4])], course())).toBeNull();
});
