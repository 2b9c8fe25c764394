import { parseNetwork } from '../network.ts';
import { addressClasses, type Limit } from '../policy.ts';
import { policyOf, wrongThresholds } from '../threshold.ts';
import { checkCount, checkNumber, checkText, type Say } from './fault.ts';
import type { ContestSettings } from './plan.ts';

/** A declared network must be one that somebody can know: no wider than a /16, or a /32 of IPv6. */
const WIDEST = { 4: 96 + 16, 6: 32 } as const;
const MOST_RESIDENTS = 2_000_000_000;

/** Numbers that say when a candidate, or a set of picks, stands out, and how much that weighs. */
const OF_PICKS = /^(?:(?:surge|single|alike)\.|weights\.(?:surge|single|alike)$)/;

/** Thresholds that are none, or whose steps come in the wrong order; networks, regions and residents that make no sense. */
export function checkPolicy(settings: ContestSettings, error: Say, warn: Say): void {
  const { thresholds, area, networks, population, reveal } = settings;
  for (const path of wrongThresholds(thresholds))
    error('threshold_out', `settings.thresholds.${path}`, { value: thresholds[path] ?? 0 });
  const policy = policyOf({ policy: settings.policy, thresholds });
  const limits: [string, Limit][] = [
    ['attempts', policy.attempts],
    ['device', policy.device],
    ...addressClasses.flatMap((kind): [string, Limit][] => [
      [`ip.${kind}`, policy.ip[kind]],
      [`net.${kind}`, policy.net[kind]],
    ]),
  ];
  for (const [path, limit] of limits)
    if (!inOrder(limit)) warn('threshold_order', `settings.thresholds.${path}`, {});
  const unseen = Object.keys(thresholds).find((path) => OF_PICKS.test(path));
  if (unseen && reveal.kind !== 'live') warn('picks_unseen', `settings.thresholds.${unseen}`);
  checkCount(error, 'settings.area', area, 40);
  for (const [at, name] of area.entries()) checkText(error, `settings.area.${at}`, name, 20);
  checkCount(error, 'settings.networks', networks, 60);
  for (const [at, { cidr, name }] of networks.entries()) {
    const network = parseNetwork(cidr);
    checkText(error, `settings.networks.${at}.name`, name, 30);
    if (!network) error('network_malformed', `settings.networks.${at}.cidr`, { cidr });
    else if (network.bits < WIDEST[network.version])
      error('network_wide', `settings.networks.${at}.cidr`, { cidr });
  }
  if (population !== null) checkNumber(error, 'settings.population', population, 1, MOST_RESIDENTS);
}

/** A harder step comes later than a softer one. */
function inOrder({ note, challenge, holdInDoubt, hold, refuse }: Limit): boolean {
  const hard = [note, challenge, hold, refuse].filter((step) => step !== undefined);
  const doubt = [note, holdInDoubt, hold].filter((step) => step !== undefined);
  return [hard, doubt].every((steps) => steps.every((step, i) => i === 0 || (steps[i - 1] ?? 0) <= step));
}
