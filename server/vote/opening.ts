import { openRound } from '@zuimei/shared/contest.ts';
import type { Desk } from '../contest/desk.ts';
import type { Ledger } from './ledger.ts';

/**
 * Freezes the rules of every contest whose voting has begun, as an entry of its ledger, and again whenever they have changed since: so
 * the log shows under which rules voting opened even before the first ballot. Called by the clock of main.ts; a ballot that comes
 * first does the same by itself (cast.ts).
 */
export async function openLedgers(desk: Desk, ledger: Ledger, now: number): Promise<void> {
  for (const slug of await ledger.behind()) {
    const contest = await desk.reload(slug).catch(() => null);
    if (contest && openRound(contest, now) >= 0) await ledger.open(slug);
  }
}
