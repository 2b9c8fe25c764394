import type { BallotState, Opening } from '@zuimei/shared/ballot.ts';
import {
  type BatchCommitter,
  type CastBallot,
  createBatchCommitter,
  type LedgerKeys,
} from '@zuimei/shared/ledger/batch.ts';
import type { Trace } from '@zuimei/shared/ledger/evidence.ts';

export const keys: LedgerKeys = { opening: new Uint8Array(32).fill(3), fading: new Uint8Array(32).fill(4) };
export const trace: Trace = { flags: 5, channel: 1, device: new Uint8Array(8), ip: new Uint8Array(16) };

const committers = new Map<string, BatchCommitter>();

/** A ballot as a ledger holds it, with what opens it. */
export function sealed(
  contest: string,
  ballot: { ballotId: string; voter: string; picks: number[]; state?: BallotState } & Partial<Trace>,
): { commitment: string; opening: Opening } {
  const committer = committers.get(contest) ?? createBatchCommitter(contest, keys);
  committers.set(contest, committer);
  const cast: CastBallot = { ...trace, state: 'counted', ...ballot };
  const out = new Uint8Array(32);
  committer.commit([cast], out, 0, 32);
  const opened = Buffer.from(committer.openings([cast])).toString('hex');
  const { ballotId, voter, picks, state } = cast;
  const [salt, evidence] = [opened.slice(0, 64), opened.slice(64)];
  return {
    commitment: Buffer.from(out).toString('hex'),
    opening: { ballotId, salt, voter, picks: [...picks], state, evidence },
  };
}
