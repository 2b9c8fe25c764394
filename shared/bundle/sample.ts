import { sha256Hex } from '#sha256';
import { utf8 } from '../bytes.ts';
import { lotDigest } from '../lot.ts';
import type { CourseEntry } from '../result/course.ts';

export interface Secrets {
  organizer: string;
  auditor: string;
}

/** The seed of the draw: SHA-256 of the three texts one after the other, hex. `root`: hex, of the tree up to the last ballot. */
export function sampleSeed(root: string, { organizer, auditor }: Secrets): string {
  return sha256Hex(utf8(root + organizer + auditor));
}

const SPAN = 2 ** 52;

/** `drawn` of `ballots` ballots, as places among them from 0, ascending; each set of them is as likely as any other. */
export function drawSample(seed: string, ballots: number, drawn: number): number[] {
  const found = new Set<number>();
  const fair = SPAN - (SPAN % ballots);
  for (let i = 0; found.size < Math.min(drawn, ballots); i++) {
    const x = Number.parseInt(sha256Hex(utf8(`${seed}/${i}`)).slice(0, 13), 16);
    if (x < fair) found.add(x % ballots);
  }
  return [...found].sort((a, b) => a - b);
}

/** The secrets that were committed to before the vote, as a `count` or a lot revealed them; null = not both, or others. */
export function revealedSecrets(acts: readonly CourseEntry[], lots: readonly string[]): Secrets | null {
  for (const { kind, act } of acts) {
    if (kind !== 'count' && kind !== 'tie') continue;
    const { organizer, auditor } = (act['secrets'] ?? {}) as Partial<Secrets>;
    if (typeof organizer !== 'string' || typeof auditor !== 'string') continue;
    if (lotDigest(organizer) === lots[0] && lotDigest(auditor) === lots[1]) return { organizer, auditor };
  }
  return null;
}
