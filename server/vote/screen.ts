import { UNSCREENED } from '@zuimei/shared/ledger/evidence.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import type { Gate, Verdict } from '../gate/gate.ts';
import type { Admission } from './admission.ts';
import type { Ledger, Outcome } from './ledger.ts';
import type { CastWatch } from './watch.ts';

/** Marks what is held and gives null for who goes on; a refusal, or the receipt of before, for who does not. In order of the batch. */
export type Screen = (slug: string, batch: Admission[]) => Promise<(Outcome | null)[]>;

/** The room that asks the gate. */
export function createScreen(parts: { gate: Gate; ledger: Ledger; watch: CastWatch }): Screen {
  const { gate, ledger, watch } = parts;

  /** Who is refused or must bring a proof gets that as an outcome, or the receipt if this very ballot had been committed before. */
  async function screen(slug: string, batch: Admission[]): Promise<(Outcome | null)[]> {
    const began = performance.now();
    const verdicts = await weigh(slug, batch);
    const turned: number[] = [];
    const outcomes = batch.map((ballot, i): Outcome | null => {
      const verdict = verdicts[i];
      if (!verdict || verdict.step === 'refuse' || verdict.step === 'challenge') {
        turned.push(i);
        if (verdict?.step === 'challenge')
          return new Refusal(ballot.brought?.kind === 'wrong' ? 'proof_wrong' : 'proof_needed');
        return new Refusal('gate_refused', { signals: verdict?.signals ?? 0 });
      }
      ballot.state = verdict.step === 'hold' ? 'held' : 'counted';
      ballot.flags = verdict.signals | (verdict.unscreened ? UNSCREENED : 0);
      return null;
    });
    if (turned.length > 0) {
      const earlier = await ledger.findReceipts(
        batch[0]?.contest.id ?? 0,
        turned.flatMap((i) => batch[i] ?? []),
      );
      turned.forEach((i, k) => (outcomes[i] = earlier[k] ?? outcomes[i] ?? null));
    }
    watch.gated(performance.now() - began);
    watch.answered(slug, outcomes);
    return outcomes;
  }

  /** By the policy that each ballot was checked with: in one call, but for the moment in which a contest changes. */
  async function weigh(slug: string, batch: Admission[]): Promise<(Verdict | undefined)[]> {
    const policies = new Set(batch.map((ballot) => policyOf(ballot.contest)));
    const verdicts = new Map<Admission, Verdict | undefined>();
    for (const policy of policies) {
      const under =
        policies.size === 1 ? batch : batch.filter((ballot) => policyOf(ballot.contest) === policy);
      const facts = under.map((ballot) => ballot.facts);
      const weighed = await gate.admit(slug, policy, facts);
      if (under === batch) return weighed;
      under.forEach((ballot, i) => {
        verdicts.set(ballot, weighed[i]);
      });
    }
    return batch.map((ballot) => verdicts.get(ballot));
  }

  return screen;
}
