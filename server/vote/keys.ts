import type { Opening } from '@zuimei/shared/ballot.ts';
import type { BatchCommitter, CastBallot, LedgerKeys } from '@zuimei/shared/ledger/batch.ts';
import type { Secrets } from '../secret.ts';

/** The contest's secrets from which every ballot's salt, evidence and quota tag are made. */
export function ledgerKeys(secrets: Secrets, slug: string): LedgerKeys {
  return {
    opening: secrets.derive(`openings of ${slug}`),
    fading: fadingKey(secrets, slug),
    quota: secrets.derive(`quotas of ${slug}`),
  };
}

/** What the addresses of a contest's ballots fade under. */
export function fadingKey(secrets: Secrets, slug: string): Buffer {
  return secrets.derive(`faded addresses of ${slug}`);
}

/** As they stand in the database: what does not open its commitment was changed after it was written. */
export function openingsBy(committer: BatchCommitter, ballots: readonly CastBallot[]): Opening[] {
  const hex = Buffer.from(committer.openings(ballots).buffer).toString('hex');
  return ballots.map(({ ballotId, voter, picks, state }, i) => ({
    ballotId,
    salt: hex.slice(i * 96, i * 96 + 64),
    voter,
    picks: [...picks],
    state,
    evidence: hex.slice(i * 96 + 64, i * 96 + 96),
  }));
}
