import type { Ledger } from '../vote/ledger.ts';

/** The same ledger, which refuses all that writes while `check` refuses. */
export function createGuardedLedger(unguarded: Ledger, check: () => void): Ledger {
  const guarded =
    <Given extends unknown[], Gives>(verb: (...given: Given) => Promise<Gives>) =>
    async (...given: Given): Promise<Gives> => {
      check();
      return await verb(...given);
    };
  return {
    ...unguarded,
    commit: guarded(unguarded.commit),
    open: guarded(unguarded.open),
    amend: guarded(unguarded.amend),
    revise: guarded(unguarded.revise),
    rule: guarded(unguarded.rule),
    join: guarded(unguarded.join),
  };
}
