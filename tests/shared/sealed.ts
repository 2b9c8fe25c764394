import type { BallotState, Opening, OwnOpening } from '@zuimei/shared/ballot.ts';
import {
  type BatchCommitter,
  type CastBallot,
  createBatchCommitter,
  type LedgerKeys,
} from '@zuimei/shared/ledger/batch.ts';
import type { Trace } from '@zuimei/shared/ledger/evidence.ts';
import { tagOf } from '@zuimei/shared/ledger/quota.ts';

export const keys: LedgerKeys = {
  opening: new Uint8Array(32).fill(3),
  fading: new Uint8Array(32).fill(4),
  quota: new Uint8Array(32).fill(5),
};
export const trace: Trace = { flags: 5, channel: 1, device: new Uint8Array(8), ip: new Uint8Array(16) };

const committers = new Map<string, BatchCommitter>();

/** A ballot as a ledger holds it, the `slot`-th of its voter in `period`, with what opens it. */
export function sealed(
  contest: string,
  ballot: {
    ballotId: string;
    voter: string;
    picks: number[];
    state?: BallotState;
    period?: number;
    slot?: number;
  } & Partial<Trace>,
): { commitment: string; tag: string; opening: Opening } {
  const committer = committers.get(contest) ?? createBatchCommitter(contest, keys);
  committers.set(contest, committer);
  const cast: CastBallot = { ...trace, state: 'counted', ...ballot };
  const out = new Uint8Array(32);
  const mark = new Uint8Array(16);
  committer.commit([cast], out, 0, 32);
  committer.marks([cast], mark, 0, 16);
  const opened = Buffer.from(committer.openings([cast])).toString('hex');
  const { ballotId, voter, picks, state } = cast;
  const [salt, evidence] = [opened.slice(0, 64), opened.slice(64)];
  return {
    commitment: Buffer.from(out).toString('hex'),
    tag: tagOf(mark, ballot.period ?? 0, ballot.slot ?? 1),
    opening: { ballotId, salt, voter, picks: [...picks], state, evidence },
  };
}

/** The same as its voter gets it. */
export function ownSealed(...given: Parameters<typeof sealed>): {
  commitment: string;
  tag: string;
  opening: OwnOpening;
} {
  const { commitment, tag, opening } = sealed(...given);
  return { commitment, tag, opening: { ...opening, tag } };
}
