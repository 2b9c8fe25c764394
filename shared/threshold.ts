import type { Contest } from './contest.ts';
import { type Policy, policies } from './policy.ts';

/** A number of a policy that a contest may change: its path in Policy, e.g. 'device.hold', 'ip.carrier.challenge', 'weights.silent'. */
export interface Threshold {
  path: string;
  /** -1 = never (a step that is not taken). */
  value: number;
}

/** Steps of a limit that may be absent. Only a voter's own flood can be refused: what many share never refuses anybody. */
const optionalSteps = ['challenge', 'holdInDoubt', 'hold'] as const;
const stepsOf = (path: string): readonly string[] =>
  path === 'attempts' ? [...optionalSteps, 'refuse'] : optionalSteps;
const MOST = 10_000_000;

/** Every number of a policy in a fixed order; windows are not among them, since the counters' keys hang on them. */
export function thresholdsOf(policy: Policy): Threshold[] {
  const found: Threshold[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'number') found.push({ path, value });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
      if ('note' in value)
        for (const step of stepsOf(path))
          if ((value as Record<string, unknown>)[step] === undefined)
            found.push({ path: `${path}.${step}`, value: -1 });
    }
  };
  const { windows: _, ...rest } = policy;
  walk(rest, '');
  return found;
}

/** Between which whole numbers the value at a path may lie; -1 = never, for steps that may be absent. */
export function boundsOf(path: string): { least: number; most: number } {
  // Work that a phone does in a few seconds at most, and a server checks in milliseconds.
  if (path === 'proof.cost' || path === 'proof.guesses') return { least: 1, most: 20_000 };
  // A question is good for ten minutes.
  if (path === 'proof.afterMs') return { least: 0, most: 60_000 };
  // Two arrivals have one gap, which is always equal to itself.
  if (path === 'rhythm.arrivals') return { least: 4, most: 1000 };
  const cut = path.lastIndexOf('.');
  const [limit, step] = [path.slice(0, cut), path.slice(cut + 1)];
  return { least: limit !== 'score' && stepsOf(limit).includes(step) ? -1 : 0, most: MOST };
}

/** Paths that are not a policy's, and those whose value is no whole number within its bounds. */
export function wrongThresholds(changes: Readonly<Record<string, number>>): string[] {
  const known = new Set(thresholdsOf(policies.standard).map((one) => one.path));
  return Object.entries(changes)
    .filter(([path, value]) => {
      const { least, most } = boundsOf(path);
      return !known.has(path) || !Number.isInteger(value) || value < least || value > most;
    })
    .map(([path]) => path);
}

/** The policy with these changes; unknown paths are passed over. */
export function changedPolicy(policy: Policy, changes: Readonly<Record<string, number>>): Policy {
  // As text, so that limits that classes share become each its own; a structured clone would keep them shared.
  const copy = JSON.parse(JSON.stringify(policy)) as Policy;
  const wrong = new Set(wrongThresholds(changes));
  for (const [path, value] of Object.entries(changes)) {
    if (wrong.has(path)) continue;
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const place = keys.reduce<Record<string, unknown>>(
      (at, key) => at[key] as Record<string, unknown>,
      copy as unknown as Record<string, unknown>,
    );
    if (value === -1) delete place[last];
    else place[last] = value;
  }
  return copy;
}

const kept = new WeakMap<object, Policy>();

/** What a contest's ballots are weighed by. The same contest gives the same object. */
export function policyOf(contest: Pick<Contest, 'policy' | 'thresholds'>): Policy {
  const known = kept.get(contest);
  if (known) return known;
  const base = policies[contest.policy];
  const policy = Object.keys(contest.thresholds).length > 0 ? changedPolicy(base, contest.thresholds) : base;
  kept.set(contest, policy);
  return policy;
}
