import { ref } from 'vue';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import type { ReceiptStep } from '@zuimei/shared/ledger/receipt.ts';
import type { ContestView, OwnBallot } from '@zuimei/shared/view.ts';
import { client } from '../../lib/client.ts';
import { useClock } from '../frame/clock.ts';
import { useMe } from './me.ts';

/** One check of one ballot, done by this device. `sealing` = waiting for the checkpoint that covers it. */
export type Check =
  | { kind: 'idle' | 'sealing' | 'checking' }
  | { kind: 'ok'; size: number; at: number }
  | { kind: 'wrong'; step: ReceiptStep }
  | { kind: 'unreached' };

const TRIES = 40;
const SHORTEST_WAIT_MS = 700;
/** A checkpoint comes about every second: asking sooner for a ballot just entered would only be told to wait. */
const SEAL_MS = 1_200;

/**
 * Checks ballots in the browser: fetches the proof (again and again until a checkpoint covers the entry), the opening from the
 * voter's own record, and climbs to the signed root. `picks` = what this device remembers having chosen, where it does.
 */
export function useCheck() {
  const me = useMe();
  const clock = useClock();
  const check = ref<Check>({ kind: 'idle' });
  let turn = 0;

  async function run(contest: ContestView, receipt: Receipt, picks?: readonly number[]): Promise<void> {
    const mine = ++turn;
    const set = (next: Check) => {
      if (mine === turn) check.value = next;
    };
    set({ kind: 'sealing' });
    const age = clock.now - Date.parse(receipt.at);
    if (age < SEAL_MS) await new Promise((resolve) => setTimeout(resolve, SEAL_MS - Math.max(0, age)));
    const proof = await sealedProof(contest.slug, receipt.index, () => mine === turn);
    const own = await ownBallot(contest.slug, receipt);
    if (proof === null || !own) return set({ kind: 'unreached' });
    set({ kind: 'checking' });
    const part = await import('@zuimei/shared/ledger/receipt.ts').catch(() => null);
    if (!part) return set({ kind: 'unreached' });
    const { checkReceipt } = part;
    const outcome = await checkReceipt({
      proof,
      verifierKey: contest.log.verifierKey,
      contest: contest.slug,
      receipt: { ...receipt, state: own.opening.state },
      opening: own.opening,
      ...(picks ? { picks } : {}),
    });
    set(
      outcome.ok ? { kind: 'ok', size: outcome.size, at: Date.now() } : { kind: 'wrong', step: outcome.step },
    );
  }

  /** By its place: what a browser cast and what its person did may bear one id. */
  async function ownBallot(slug: string, { index }: Receipt): Promise<OwnBallot | null> {
    const known = me.view?.ballots.find((one) => one.index === index);
    return known ?? (await me.load(slug))?.ballots.find((one) => one.index === index) ?? null;
  }

  /** Stops waiting; what is shown stays. */
  function stop(): void {
    turn++;
  }

  return { check, run, stop };
}

async function sealedProof(slug: string, index: number, wanted: () => boolean): Promise<string | null> {
  for (let tries = 0; tries < TRIES && wanted(); tries++) {
    const answer = await client.receipt(slug, index);
    if (answer.ok) return answer.value;
    const { code, retryAfterMs } = answer.fault;
    if (code === 'not_found' || code === 'bad_request') return null;
    await new Promise((resolve) => setTimeout(resolve, Math.max(SHORTEST_WAIT_MS, retryAfterMs ?? 0)));
  }
  return null;
}
