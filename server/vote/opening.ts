import { openRound } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Contests } from '../contest/contests.ts';
import type { Ledger } from './ledger.ts';

/**
 * Freezes the rules of every contest whose voting has begun, as an entry of its ledger, and again whenever they have changed since: so
 * the log shows under which rules voting opened even before the first ballot. Called by the clock of main.ts; a ballot that comes
 * first does the same by itself (cast.ts). One contest that fails does not keep the others waiting: `failed` is told. Called each second, so
 * what waits for its vote, or is over, is not read: a site may have a thousand of them.
 */
export async function openLedgers(
  contests: Contests,
  ledger: Ledger,
  now: number,
  failed: (slug: string, error: unknown) => void,
): Promise<void> {
  for (const kept of await ledger.behind()) {
    const { slug } = kept;
    try {
      if (openRound(kept, now) < 0) continue;
      const contest = await contests.reload(slug);
      if (openRound(contest, now) >= 0) await ledger.open(slug);
    } catch (error) {
      if (!(error instanceof Refusal)) failed(slug, error);
    }
  }
}
