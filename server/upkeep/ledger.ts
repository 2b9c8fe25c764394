import type { Ledger } from '../vote/ledger.ts';

/** The same ledger, which refuses all that writes while `check` refuses. */
export function createGuardedLedger(ledger: Ledger, check: () => void): Ledger {
  const guarded =
    <Given extends unknown[], Gives>(verb: (...given: Given) => Promise<Gives>) =>
    async (...given: Given): Promise<Gives> => {
      check();
      return await verb(...given);
    };
  return {
    ...ledger,
    commit: guarded(ledger.commit),
    open: guarded(ledger.open),
    amend: guarded(ledger.amend),
    revise: guarded(ledger.revise),
    rule: guarded(ledger.rule),
    join: guarded(ledger.join),
  };
}
