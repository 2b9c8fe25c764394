import { meetingRound, meetingRule } from '@zuimei/shared/judging/meeting.ts';
import { isRefused, type Refused } from '@zuimei/shared/judging/refused.ts';

/** One ballot of a meeting as it is typed. */
export interface TypedBallot {
  appointed: number | null;
  present: number | null;
  favour: Record<number, number | null>;
}

export interface Round {
  places: number;
  among: number[];
  ballot: TypedBallot;
  /** What came of it; null while figures are missing or cannot be. */
  passed: number[] | null;
  wrong: string | null;
}

export interface Meeting {
  rounds: Round[];
  /** Who passed, round after round. */
  order: number[];
  /** All places are given, or nobody is left: it can be entered. */
  done: boolean;
}

export function emptyBallot(): TypedBallot {
  return { appointed: null, present: null, favour: {} };
}

/** Follows the ballots from who is tied: each round is about those whom the one before left open, as long as any are. */
export function followMeeting(
  open: { numbers: readonly number[]; places: number },
  typed: readonly TypedBallot[],
): Meeting {
  const meeting: Meeting = { rounds: [], order: [], done: false };
  let next: { places: number; among: number[] } | null = { places: open.places, among: [...open.numbers] };
  for (let at = 0; next; at++) {
    const ballot: TypedBallot = typed[at] ?? emptyBallot();
    const { places, among }: { places: number; among: number[] } = next;
    const round: Round = { places, among, ballot, passed: null, wrong: null };
    meeting.rounds.push(round);
    const full = complete(ballot, among);
    if (!full) return meeting;
    round.wrong = wrongIn(full);
    if (round.wrong) return meeting;
    const result = meetingRound({ ...meetingRule, ...full, places });
    if (isRefused(result)) {
      round.wrong = quorumWords(result);
      return meeting;
    }
    round.passed = result.passed;
    meeting.order.push(...result.passed);
    next = result.next;
  }
  meeting.done = true;
  return meeting;
}

interface Full {
  appointed: number;
  present: number;
  favour: Record<number, number>;
}

/** A ballot with all its figures, about just these; null = some are missing. */
export function complete({ appointed, present, favour }: TypedBallot, among: readonly number[]): Full | null {
  if (appointed === null || present === null) return null;
  const given = among.flatMap((number) => {
    const votes = favour[number];
    return votes === null || votes === undefined ? [] : [[number, votes] as const];
  });
  return given.length === among.length ? { appointed, present, favour: Object.fromEntries(given) } : null;
}

function wrongIn({ appointed, present, favour }: Full): string | null {
  const whole = [appointed, present, ...Object.values(favour)].every((n) => Number.isInteger(n) && n >= 0);
  if (!whole || appointed === 0) return '请填写整数。';
  if (present > appointed) return '到会人数不能多于应到人数。';
  const over = Object.entries(favour).find(([, votes]) => votes > present);
  return over ? `${over[0]} 号的赞成票多于到会人数。` : null;
}

function quorumWords(refused: Refused): string {
  return refused.refusal === 'no_quorum'
    ? '到会不足应到的三分之二，这次票决无效，请另行召集。'
    : '这次票决无效。';
}
