import { expect, test } from 'vitest';
import { createVisit } from '../../web/citizen/ballot/seen.ts';

const touch = (type: string, detail?: number, timeStamp = 0) => ({
  type,
  isTrusted: true,
  timeStamp,
  detail,
});

test('only the time in sight counts as dwell, also over several turns away and back', () => {
  const visit = createVisit();
  expect(visit.soFar(500).dwellMs).toBe(0);
  visit.show(1_000);
  expect(visit.soFar(3_000).dwellMs).toBe(2_000);
  visit.hide(4_000);
  expect(visit.soFar(60_000).dwellMs).toBe(3_000);
  visit.show(60_000);
  expect(visit.soFar(60_500).dwellMs).toBe(3_500);
});

test('two events of one turn, as of a page kept for "back", count the time once', () => {
  const visit = createVisit();
  visit.show(0);
  visit.hide(1_000);
  visit.hide(5_000);
  visit.show(9_000);
  visit.show(9_500);
  expect(visit.soFar(10_000).dwellMs).toBe(2_000);
});

test('a finger, a key, a screen reader’s click and its moves of the focus are touches; a click after a pointer is one with it', () => {
  const visit = createVisit();
  visit.touch(touch('pointerdown'));
  visit.touch(touch('click', 1));
  expect(visit.soFar(0).touches).toBe(1);
  visit.touch(touch('keydown', 0, 1_000));
  visit.touch(touch('focusin', 0, 1_002));
  expect(visit.soFar(0).touches).toBe(2);
  visit.touch(touch('focusin', 0, 2_000));
  visit.touch(touch('click', 0, 3_000));
  expect(visit.soFar(0).touches).toBe(4);
});

test('what a script feigns is no touch, and neither is a focus it moves before anybody touched the page', () => {
  const visit = createVisit();
  visit.touch({ type: 'pointerdown', isTrusted: false, timeStamp: 0 });
  visit.touch({ type: 'click', isTrusted: false, timeStamp: 0, detail: 0 });
  visit.touch(touch('focusin'));
  expect(visit.soFar(0).touches).toBe(0);
});
