import { describe, expect, test } from 'vitest';
import { type Known, nextStep, stepsOf } from '@zuimei/shared/plan/steps.ts';

/* What is done, what is next and what is left out of a contest, from the draft to the archive. */

const day = (of: number): string => `2026-03-${String(of).padStart(2, '0')}T01:00:00.000Z`;
const at = (of: number): number => Date.parse(day(of)) + 1;
const weights = { vote: 40, expert: 60, media: 0, merit: 0 };
const draft: Known = {
  ...{ published: false, archived: false, erased: false, collection: { opens: day(1), closes: day(10) } },
  ...{ units: 0, undecided: 0, accepted: 0, candidates: 0, seats: 0, locked: 0, chosen: false },
  rounds: [{ opens: day(15), closes: day(20), numbers: null }],
  outcome: { weights },
  ahead: ['judging', 'notice', 'result'],
};
const running: Known = { ...draft, published: true, units: 10 };
const listed: Known = { ...running, candidates: 20 };
const judged: Known = { ...listed, seats: 5, locked: 5 };
const chosen: Known = { ...judged, chosen: true, ahead: ['notice', 'result'] };
const marks = { done: '✓', now: '→', later: '·', skipped: '×' };
const told = (known: Known, now: number): string =>
  stepsOf(known, now)
    .map(({ id, state, waiting }) => `${marks[state]}${id}${waiting ? waiting : ''}`)
    .join(' ');

describe('the steps', () => {
  test.each([
    [
      'of a draft',
      draft,
      1,
      '→publish →units ·collect ·review ·shortlist ·panels ·vote ·judge ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'of a draft past its dates: nobody was asked, so nothing is under way',
      draft,
      16,
      '→publish →units ✓collect ✓review ·shortlist ·panels ·vote ·judge ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'while units send',
      { ...running, undecided: 3 },
      5,
      '✓publish ✓units →collect →review3 ·shortlist →panels ·vote ·judge ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'once accepted ones wait for their publication',
      { ...running, accepted: 18 },
      11,
      '✓publish ✓units ✓collect ✓review →shortlist18 →panels ·vote ·judge ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'when the vote’s day has come and there is nobody to vote for',
      running,
      16,
      '✓publish ✓units ✓collect ✓review ·shortlist →panels ·vote ·judge ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'of a survey that nobody votes on, with its list still to be published or left as it is',
      { ...running, rounds: [], outcome: null, accepted: 20, ahead: [] },
      11,
      '✓publish ✓units ✓collect ✓review →shortlist20 →archive ·erase',
    ],
    [
      'while people vote and judges score',
      { ...listed, seats: 5, locked: 2 },
      16,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels →vote →judge3 ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'after the vote, a sheet missing',
      { ...listed, seats: 5, locked: 4 },
      21,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote →judge1 ·choice ·notice ·result ·archive ·erase',
    ],
    [
      'after the vote, all sheets locked',
      judged,
      21,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge →choice ·notice ·result ·archive ·erase',
    ],
    [
      'after the choice',
      chosen,
      21,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge ✓choice →notice ·result ·archive ·erase',
    ],
    [
      'after the notice',
      { ...chosen, ahead: ['result'] as const },
      30,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge ✓choice ✓notice →result ·archive ·erase',
    ],
    [
      'after the result, an objection open',
      { ...chosen, ahead: ['objection'] as const },
      31,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge ✓choice ✓notice ✓result ·archive ·erase',
    ],
    [
      'after the result',
      { ...chosen, ahead: [] },
      31,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge ✓choice ✓notice ✓result →archive ·erase',
    ],
    [
      'of one that was archived early',
      { ...judged, archived: true },
      22,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge ×choice ×notice ×result ✓archive →erase',
    ],
    [
      'of one that is over and erased',
      { ...chosen, ahead: [], archived: true, erased: true },
      31,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓panels ✓vote ✓judge ✓choice ✓notice ✓result ✓archive ✓erase',
    ],
    [
      'where the vote is the whole contest and the office brought the candidates',
      { ...listed, units: 0, outcome: null, ahead: [] },
      21,
      '✓publish ✓shortlist ✓vote →archive ·erase',
    ],
    [
      'where the vote alone decides',
      { ...listed, outcome: { weights: { ...weights, vote: 100, expert: 0 } } },
      21,
      '✓publish ✓units ✓collect ✓review ✓shortlist ✓vote →choice ·notice ·result ·archive ·erase',
    ],
  ] satisfies [string, Known, number, string][])('%s', (_, known, now, words) => {
    expect(told(known, at(now))).toBe(words);
  });

  test('the next is the first that can be done, else the first to come, and it says when', () => {
    expect(nextStep(stepsOf(running, at(5)))).toMatchObject({ id: 'collect', at: day(10) });
    expect(nextStep(stepsOf({ ...listed, outcome: null }, at(12)))).toMatchObject({
      id: 'vote',
      at: day(15),
    });
    expect(nextStep(stepsOf({ ...chosen, ahead: [], archived: true, erased: true }, at(31)))).toBeNull();
  });
});
