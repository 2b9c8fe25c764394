import { hasVote, isAwaited, isJudged, type Round } from '../contest.ts';
import type { Outcome } from '../judging/outcome.ts';
import type { Skipped } from '../result/skipped.ts';
import type { Instant } from '../time.ts';

/** What an organizer goes through with a contest, from the draft to the archive. */
export const stepIds = [
  'publish',
  'units',
  'collect',
  'review',
  'shortlist',
  'panels',
  'vote',
  'judge',
  'choice',
  'notice',
  'result',
  'archive',
  'erase',
] as const;
export type StepId = (typeof stepIds)[number];

export interface Step {
  id: StepId;
  /** now: it can be done, or is under way. skipped: the contest ended without it. */
  state: 'done' | 'now' | 'later' | 'skipped';
  /** When it begins, or, while it is under way, ends; null = no clock decides. */
  at: Instant | null;
  /** How many wait; 0 = nothing to count. */
  waiting: number;
}

/** What is known of a contest for its steps. */
export interface Known {
  published: boolean;
  archived: boolean;
  erased: boolean;
  /** null = nominations are not collected here. */
  collection: { opens: Instant; closes: Instant } | null;
  units: number;
  /** Nominations that wait for a reviewer, and accepted ones that are not published. */
  undecided: number;
  accepted: number;
  candidates: number;
  rounds: readonly Pick<Round, 'opens' | 'closes' | 'numbers'>[];
  outcome: Pick<Outcome, 'weights'> | null;
  /** Seats that count, and those of them whose sheet is locked. */
  seats: number;
  locked: number;
  /** Who is chosen is settled. */
  chosen: boolean;
  /** What is still to come of the way (shared/result/skipped.ts). */
  ahead: readonly Skipped[];
}

/** The steps of this contest at `now` (ms), in their order; those that its rules do not have are left out. */
export function stepsOf(known: Known, now: number): Step[] {
  const steps = [...beforeVote(known, now), ...fromVote(known, now)];
  if (!known.archived) return steps;
  return steps.map((step) =>
    step.id === 'erase' || step.state === 'done' ? step : { ...step, state: 'skipped', at: null, waiting: 0 },
  );
}

/** Of all steps the one to take next: the first that can be done, else the first to come; null = all is done. */
export function nextStep(steps: readonly Step[]): Step | null {
  return steps.find(({ state }) => state === 'now') ?? steps.find(({ state }) => state === 'later') ?? null;
}

function step(id: StepId, state: Step['state'], at: Instant | null = null, waiting = 0): Step {
  return { id, state, at: state === 'done' ? null : at, waiting: state === 'now' ? waiting : 0 };
}

function beforeVote(known: Known, now: number): Step[] {
  const { published, collection, units, undecided, accepted, candidates, outcome, seats } = known;
  const steps = [step('publish', published ? 'done' : 'now')];
  // Whose candidates were all brought in by the office collects from nobody.
  const collects = collection !== null && (units > 0 || candidates === 0);
  if (collects) {
    const [opens, closes] = [Date.parse(collection.opens), Date.parse(collection.closes)];
    const over = closes <= now;
    steps.push(step('units', units > 0 ? 'done' : 'now'));
    const open = published && units > 0 && opens <= now;
    const at = opens <= now ? collection.closes : collection.opens;
    steps.push(step('collect', over ? 'done' : open ? 'now' : 'later', at));
    const reviewed = over && undecided === 0;
    steps.push(step('review', undecided > 0 ? 'now' : reviewed ? 'done' : 'later', null, undecided));
  }
  const listed = candidates > 0 && accepted === 0;
  steps.push(step('shortlist', listed ? 'done' : accepted > 0 ? 'now' : 'later', null, accepted));
  if (isJudged(outcome)) steps.push(step('panels', seats > 0 ? 'done' : published ? 'now' : 'later'));
  return steps;
}

function fromVote(known: Known, now: number): Step[] {
  const { published, archived, erased, candidates, rounds, outcome, seats, locked, chosen, ahead } = known;
  const steps: Step[] = [];
  // Where nobody votes it can end once nothing more is handed in, whether or not its list was published.
  const ends = hasVote(known)
    ? rounds.map(({ closes }) => closes)
    : known.collection
      ? [known.collection.closes]
      : [];
  const over = published && ends.every((at) => Date.parse(at) <= now);
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (first && last) {
    const begun = published && Date.parse(first.opens) <= now && candidates > 0;
    const current = rounds.find((round) => now < Date.parse(round.closes)) ?? last;
    const open = Date.parse(current.opens) <= now && !isAwaited(current);
    steps.push(step('vote', over ? 'done' : begun ? 'now' : 'later', open ? current.closes : current.opens));
  }
  if (outcome) {
    const judged = !isJudged(outcome) || chosen || (seats > 0 && locked === seats);
    if (isJudged(outcome)) {
      const judging = seats > 0 && candidates > 0;
      steps.push(step('judge', judged ? 'done' : judging ? 'now' : 'later', null, seats - locked));
    }
    steps.push(step('choice', chosen ? 'done' : over && judged ? 'now' : 'later'));
    const noticed = chosen && !ahead.includes('notice');
    steps.push(step('notice', noticed ? 'done' : chosen ? 'now' : 'later'));
    const resulted = chosen && !ahead.includes('result');
    steps.push(step('result', resulted ? 'done' : noticed ? 'now' : 'later'));
  }
  steps.push(step('archive', archived ? 'done' : over && ahead.length === 0 ? 'now' : 'later'));
  steps.push(step('erase', erased ? 'done' : archived ? 'now' : 'later'));
  return steps;
}
