import type { Refused } from './refused.ts';

/** 票决: one ballot of a meeting. Fractions are [part, whole]. */
export interface MeetingBallot {
  appointed: number;
  present: number;
  /** So many of those appointed must be present. */
  quorum: readonly [number, number];
  places: number;
  /** So many of those present must be in favour: more than the fraction (过半数) where strict, else at least (三分之二以上). */
  pass: readonly [number, number];
  strict: boolean;
  /** Votes in favour by number. */
  favour: Readonly<Record<number, number>>;
}

export interface MeetingRound {
  /** Most in favour first. */
  passed: number[];
  /** The next ballot: among those level for the last places, or among all who did not pass; null = it is done. */
  next: { places: number; among: number[] } | null;
}

/** 到会三分之二以上有效，赞成超过到会半数通过: what the notices say of a meeting's ballot. */
export const meetingRule = { quorum: [2, 3], pass: [1, 2], strict: true } as const;

/** Who passed, and whom the next ballot is about. Gives no_quorum where too few were present. */
export function meetingRound(ballot: MeetingBallot): MeetingRound | Refused {
  const { appointed, present, quorum, places, pass, strict } = ballot;
  if (present * quorum[1] < appointed * quorum[0]) return { refusal: 'no_quorum', present, appointed };
  const lines = Object.entries(ballot.favour)
    .map(([number, favour]) => ({ number: Number(number), favour }))
    .sort((a, b) => b.favour - a.favour || a.number - b.number);
  const reaches = ({ favour }: { favour: number }): boolean =>
    strict ? favour * pass[1] > present * pass[0] : favour * pass[1] >= present * pass[0];
  const reached = lines.filter(reaches);
  const numbers = (of: typeof lines): number[] => of.map(({ number }) => number);
  const after = reached[places];
  if (after) {
    const clear = reached.slice(0, places).filter(({ favour }) => favour > after.favour);
    const level = reached.filter(({ favour }) => favour === after.favour);
    const left = places - clear.length;
    return { passed: numbers(clear), next: left > 0 ? { places: left, among: numbers(level) } : null };
  }
  const [left, others] = [places - reached.length, lines.filter((line) => !reaches(line))];
  const again = left > 0 && others.length > 0;
  return {
    passed: numbers(reached),
    next: again ? { places: left, among: numbers(others).sort((a, b) => a - b) } : null,
  };
}
