import { periodOf } from '@zuimei/shared/contest.ts';
import type { BatchCommitter } from '@zuimei/shared/ledger/batch.ts';
import { frozenOf } from '@zuimei/shared/ledger/frozen.ts';
import { MARK_BYTES, type Quota, tagOf } from '@zuimei/shared/ledger/quota.ts';
import { createRoundFinder } from '@zuimei/shared/ledger/replay.ts';
import type { PlacedLine } from './lines.ts';

/**
 * Takes a ledger's lines in order and gives, of each batch, the indexes of ballots whose quota tag is not one that the contest's key makes for
 * their voter and their period. What only the holder of the key can see; that no tag stands twice is the replay's.
 */
export function createTagCheck(committer: BatchCommitter): (lines: readonly PlacedLine[]) => number[] {
  let quota: Quota | null = null;
  let roundOf = createRoundFinder([]);

  const isRight = ({ at, tag }: PlacedLine, mark: Uint8Array): boolean => {
    const round = roundOf(at);
    if (!quota || round < 0) return true;
    const period = periodOf(quota, round, Date.parse(at));
    for (let slot = 1; slot <= quota.ballotsPerPeriod; slot++)
      if (tagOf(mark, period, slot) === tag) return true;
    return false;
  };

  return (lines) => {
    const voters = lines.flatMap(({ opening }) => opening ?? []);
    const marks = new Uint8Array(voters.length * MARK_BYTES);
    committer.marks(voters, marks, 0, MARK_BYTES);
    let ballot = 0;
    return lines.flatMap((line) => {
      const frozen = line.kind === 'ballot' ? null : frozenOf(line.act);
      if (frozen) [quota, roundOf] = [frozen.quota, createRoundFinder(frozen.rounds)];
      if (!line.opening) return [];
      const mark = marks.subarray(ballot * MARK_BYTES, ++ballot * MARK_BYTES);
      return isRight(line, mark) ? [] : line.index;
    });
  };
}
