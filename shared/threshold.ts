import type { Contest } from './contest.ts';
import { type Policy, policies } from './policy.ts';

/** A number of a policy that a contest may change: its path in Policy, e.g. 'device.hold', 'ip.carrier.challenge', 'weights.silent'. */
export interface Threshold {
  path: string;
  /** -1 = never (a step that is not taken). */
  value: number;
}

/** Steps of a limit that may be absent. */
const optionalSteps = ['challenge', 'holdInDoubt', 'hold', 'refuse'] as const;
const MOST = 10_000_000;

/** Every number of a policy in a fixed order; windows are not among them, since the counters' keys hang on them. */
export function thresholdsOf(policy: Policy): Threshold[] {
  const found: Threshold[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'number') found.push({ path, value });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
      if ('note' in value)
        for (const step of optionalSteps)
          if ((value as Record<string, unknown>)[step] === undefined)
            found.push({ path: `${path}.${step}`, value: -1 });
    }
  };
  const { windows: _, ...rest } = policy;
  walk(rest, '');
  return found;
}

/** Paths that are not a policy's, and values that are no whole number from -1 to 10 000 000 (0 where it cannot be "never"). */
export function wrongThresholds(changes: Readonly<Record<string, number>>): string[] {
  const known = new Set(thresholdsOf(policies.standard).map((one) => one.path));
  return Object.entries(changes)
    .filter(([path, value]) => {
      const least = optionalSteps.some((step) => path.endsWith(`.${step}`)) ? -1 : 0;
      return !known.has(path) || !Number.isInteger(value) || value < least || value > MOST;
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
  const policy = contest.thresholds ? changedPolicy(base, contest.thresholds) : base;
  kept.set(contest, policy);
  return policy;
}
