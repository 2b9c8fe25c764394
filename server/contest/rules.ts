import type { Contest } from '@zuimei/shared/contest.ts';
import type { Canonical } from '@zuimei/shared/ledger/canonical.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';

/** What is frozen when voting opens, as it goes into the ledger: whatever bears on who may vote for whom and how it is counted. */
export function frozenRules(contest: Contest): Canonical {
  const { rule, outcome, reveal, rounds, categories, policy, hideOrder, order } = contest;
  const rules = {
    candidates: contest.candidates.map((one) => ({
      category: one.category,
      name: one.name,
      number: one.number,
      unit: one.unit,
      withdrawn: one.withdrawn?.reason ?? null,
    })),
    categories,
    hideOrder,
    order,
    outcome,
    gate: policyOf(contest),
    area: contest.area,
    networks: contest.networks,
    paused: contest.paused?.reason ?? null,
    policy,
    population: contest.population,
    reveal,
    rounds,
    rule,
    title: contest.title,
    wechat: contest.wechat,
  };
  // The same as a ledger can hold it: what is undefined is left out, interfaces become plain objects.
  return JSON.parse(JSON.stringify(rules)) as Canonical;
}
