// Runs a file in the shape of tests/vectors/standing.json through shared/: node tests/vectors/standing.ts FILE
// Prints every vector that differs, last `N of M agree`; exit 0 only if all do.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { noticePeriod } from '@zuimei/shared/calendar.ts';
import { influence } from '@zuimei/shared/judging/influence.ts';
import type { Bounded } from '@zuimei/shared/judging/limits.ts';
import { drawTied } from '@zuimei/shared/lot.ts';
import { type MeetingBallot, meetingRound } from '@zuimei/shared/judging/meeting.ts';
import { orderOf, settleTie } from '@zuimei/shared/judging/order.ts';
import type { Limits, PanelRule } from '@zuimei/shared/judging/outcome.ts';
import { isRefused, type Refused } from '@zuimei/shared/judging/refused.ts';
import { robustness } from '@zuimei/shared/judging/robust.ts';
import { sheetCommitment } from '@zuimei/shared/judging/sheet.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { filingPoints } from '@zuimei/shared/publicity/points.ts';
import { divide, panelParts, sheetTotal, type Totals, voteParts } from '@zuimei/shared/score.ts';
import {
  choose,
  computeStanding,
  nextAlternate,
  type PanelSheets,
  type Scoring,
} from '@zuimei/shared/standing.ts';

interface Vector {
  name: string;
  function: string;
  input: object;
  expected: unknown;
}
export interface VectorFile {
  vectors: readonly Vector[];
}

type Rule = Parameters<typeof voteParts>[1];
type Counts = Record<string, number>;

export interface ContestInput {
  unit: number;
  weights: Scoring['weights'];
  vote: Rule;
  votes: Counts;
  panels: Record<
    string,
    PanelSheets & { criteria: NonNullable<Scoring['panels']['expert']>['criteria']; rule: PanelRule }
  >;
  ties: Scoring['ties'];
}

interface ChoiceInput {
  order: number[][];
  candidates: Record<string, Bounded>;
  places: number;
  caps?: Omit<Limits, 'places'>;
  fallen?: number[];
  tieLast?: Parameters<typeof choose>[4];
}

/** How the input of each function's vectors is handed to it; the result has the shape that the vectors expect. */
const runs: Record<string, (input: never, file: VectorFile) => unknown> = {
  divide: ({ cases }: { cases: [number, number][] }) => cases.map(([n, d]) => divide(n, d)),

  sheetTotal: ({ cases }: { cases: { criteria: Parameters<typeof sheetTotal>[0]; points: Counts }[] }) =>
    cases.map(({ criteria, points }) => sheetTotal(criteria, points)),

  panelParts(input: { unit: number; rule: PanelRule; sheets: Totals | Record<string, number[]> }) {
    const { unit, rule, sheets } = input;
    const parts = (totals: Totals, severity: PanelRule['severity']) => {
      const numbers = new Set(Object.values(totals).flatMap((sheet) => Object.keys(sheet).map(Number)));
      return panelParts(
        totals,
        { ...rule, severity },
        [...numbers].sort((a, b) => a - b),
        unit,
      );
    };
    const plain = (totals: Totals, severity: PanelRule['severity']) => {
      const made = parts(totals, severity);
      return isRefused(made) ? made : made.parts;
    };
    // Sheets of one candidate under each name.
    if (Object.values(sheets).some(Array.isArray))
      return Object.fromEntries(
        Object.entries(sheets as Record<string, number[]>).map(([name, totals]) => {
          const made = parts(
            Object.fromEntries(totals.map((total, i) => [`E${i + 1}`, { 1: total }])),
            rule.severity,
          );
          return [name, isRefused(made) ? made : { part: made.parts[1], dropped: made.used[1]?.dropped }];
        }),
      );
    if (rule.severity) return plain(sheets as Totals, rule.severity);
    return { ignore: plain(sheets as Totals, 'ignore'), remove: plain(sheets as Totals, 'remove') };
  },

  voteParts(input: {
    unit: number;
    counts: Counts | Record<string, Counts>;
    rules: Record<string, Rule>;
    cases?: { unit: number; max: number; votes: number }[];
  }) {
    if (input.cases)
      return input.cases.map(
        ({ unit, max, votes }) => voteParts({ 1: max, 2: votes }, { scale: 'log' }, unit)[2],
      );
    const each = (counts: Counts) =>
      Object.fromEntries(
        Object.entries(input.rules).map(([name, rule]) => [name, voteParts(counts, rule, input.unit)]),
      );
    const { counts } = input;
    return Object.values(counts).every((count) => typeof count === 'number')
      ? each(counts as Counts)
      : Object.fromEntries(
          Object.entries(counts as Record<string, Counts>).map(([name, own]) => [name, each(own)]),
        );
  },

  computeStanding: (input: ContestInput) => standingOf(input),

  orderOf: ({
    parts,
    weights,
    ties,
    votes,
  }: {
    parts: Parameters<typeof orderOf>[0];
    weights: ContestInput['weights'];
    ties: ContestInput['ties'];
    votes?: Counts;
  }) => orderOf(parts, weights, ties, votes),

  choose: ({ order, candidates, places, caps, fallen, tieLast }: ChoiceInput) =>
    choose(order, candidates, { places, ...caps }, fallen, tieLast),

  'drawTied + choose'(input: ChoiceInput & { seed: string; tied: number[] }) {
    const drawn = drawTied(input.seed, input.tied);
    const order = settleTie(input.order, drawn);
    return {
      drawn,
      ...choose(order, input.candidates, { places: input.places, ...input.caps }, input.fallen),
    };
  },

  nextAlternate({ order, candidates, places, caps, chosen }: ChoiceInput & { chosen: number[] }) {
    const limits = { places, ...caps };
    const each = chosen.map((fallen) => {
      const next = nextAlternate(order, candidates, limits, chosen, [fallen]);
      if (isRefused(next)) return [fallen, next];
      const anew = choose(order, candidates, limits, [fallen]);
      const same = isRefused(anew) ? null : isDeepStrictEqual(new Set(anew.chosen), new Set(next.chosen));
      return [fallen, { ...next, sameAsChoosingAnew: same }];
    });
    return Object.fromEntries(each);
  },

  noticePeriod: ({
    calendars,
    cases,
  }: {
    calendars: Record<string, Parameters<typeof noticePeriod>[0]>;
    cases: { published: string; days: number; first: 'same' | 'next'; calendar: string }[];
  }) =>
    cases.map(({ published, days, first, calendar }) =>
      noticePeriod(calendars[calendar] ?? { years: [], off: [], work: [] }, published, days, first),
    ),

  meetingRound: ({ meetings }: { meetings: MeetingBallot[] }) => meetings.map(meetingRound),

  robustness(
    input: { contest: string; flagged?: Counts; scenarios: string[] } & Omit<
      ChoiceInput,
      'order' | 'candidates'
    > &
      Partial<ChoiceInput>,
    file: VectorFile,
  ) {
    const contest = contestOf(file, input.contest);
    const anybody = Object.keys(contest.votes).map((number) => [number, { unit: number, category: '' }]);
    const { chosenIn, marks } = robustness(
      { ...scoringOf(contest), places: input.places, ...input.caps },
      {
        votes: contest.votes,
        sheets: contest.panels,
        candidates: input.candidates ?? Object.fromEntries(anybody),
        ...(input.flagged ? { flagged: input.flagged } : {}),
      },
    );
    // Only the cases that are asked for; [] = all.
    const asked = (name: string): boolean => input.scenarios.length === 0 || input.scenarios.includes(name);
    const own = Object.entries(marks).map(([number, mark]) => [
      number,
      { ...mark, otherwiseIn: mark.otherwiseIn.filter(asked) },
    ]);
    return {
      chosenIn: Object.fromEntries(Object.entries(chosenIn).filter(([name]) => asked(name))),
      marks: Object.fromEntries(own),
    };
  },

  influence(
    { contest: name, weights }: { contest: string; weights: ContestInput['weights'] },
    file: VectorFile,
  ) {
    const contest = contestOf(file, name);
    const made = standingOf(contest);
    const scales = vectorOf(file, 'vote-scales').input as { rules: Record<string, Rule> };
    const wanted = file.vectors.find((vector) => vector.function === 'influence')?.expected as object;
    return Object.fromEntries(
      Object.keys(wanted).map((scale) => {
        const vote = voteParts(contest.votes, scales.rules[scale] ?? contest.vote, contest.unit);
        return [scale, isRefused(made) ? made : influence({ ...made.parts, vote }, weights)];
      }),
    );
  },

  sheetCommitment: ({ salt, sheet }: { salt: string; sheet: Parameters<typeof sheetCommitment>[1] }) => ({
    canonical: canonicalText(sheet),
    commitment: sheetCommitment(salt, sheet),
  }),

  filingPoints: ({
    filings,
    rule,
  }: {
    filings: Parameters<typeof filingPoints>[0];
    rule: Parameters<typeof filingPoints>[1];
  }) => filingPoints(filings, rule),
};

function vectorOf(file: VectorFile, name: string): Vector {
  const vector = file.vectors.find((one) => one.name === name);
  if (!vector) throw new Error(`there is no vector ${name}`);
  return vector;
}

const contestOf = (file: VectorFile, name: string) => vectorOf(file, name).input as ContestInput;

export function scoringOf({ unit, weights, vote, panels, ties }: ContestInput): Scoring {
  const rules = Object.entries(panels).map(([id, { criteria, rule }]) => [id, { criteria, ...rule }]);
  const decimals = (String(unit).length - 1) as Scoring['decimals'];
  return { decimals, weights, vote, ties, panels: Object.fromEntries(rules) };
}

function standingOf(input: ContestInput): ReturnType<typeof computeStanding> {
  return computeStanding(scoringOf(input), input.votes, input.panels);
}

/** As JSON has it. A refusal may say more than its example names; an empty place that nobody could fill is not spoken of. */
function shown(actual: unknown, expected: unknown): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(actual ?? null));
  if (Array.isArray(plain))
    return plain.map((one, i) => shown(one, Array.isArray(expected) ? expected[i] : null));
  if (plain === null || typeof plain !== 'object' || expected === null || typeof expected !== 'object')
    return plain;
  const own = Object.entries(plain).filter(
    ([key]) => !('refusal' in plain && 'refusal' in expected) || key in expected,
  );
  return Object.fromEntries(
    own.map(([key, value]) => [key, shown(value, Object.entries(expected).find(([k]) => k === key)?.[1])]),
  );
}

export interface Compared {
  name: string;
  agrees: boolean;
  actual: unknown;
  expected: unknown;
}

/** Every vector of a file with what shared/ gives for it. What is thrown is what it gives. */
export function compareVectors(file: VectorFile): Compared[] {
  return file.vectors.map((vector) => {
    const { name, input, expected } = vector;
    let actual: unknown;
    try {
      const run = runs[vector.function];
      actual = run
        ? run(input as never, { vectors: [vector, ...file.vectors] })
        : { unknown: vector.function };
    } catch (error) {
      const { code, details } = error as { code?: string; details?: object };
      actual = code ? ({ refusal: code, ...details } as unknown as Refused) : { error: String(error) };
    }
    const plain = shown(actual, expected);
    return { name, agrees: isDeepStrictEqual(plain, expected), actual: plain, expected };
  });
}

if (import.meta.main) {
  const [path] = process.argv.slice(2);
  if (!path) {
    console.error('node tests/vectors/standing.ts FILE');
    process.exit(2);
  }
  const compared = compareVectors(JSON.parse(readFileSync(path, 'utf8')));
  for (const { name, agrees, actual, expected } of compared) {
    if (agrees) continue;
    console.log(`${name}\n  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify(actual)}`);
  }
  const agreeing = compared.filter(({ agrees }) => agrees).length;
  console.log(`${agreeing} of ${compared.length} agree`);
  process.exit(agreeing === compared.length ? 0 : 1);
}
