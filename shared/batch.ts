import { copyHash, putAscii, putHex } from './bytes.ts';
import {
  type CommittedBallot,
  createBallotWriter,
  createCommitter,
  saltBlocks,
  writeBallotId,
} from './commitment.ts';
import { entryTemplate, INSTANT } from './entry.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { Refusal } from './refusal.ts';
import type { Instant } from './time.ts';

/** The hashes that commitment.ts and entry.ts make one at a time, for whole batches at a third of the cost. */

const ROOMS = 128;
const LONGEST_BALLOT = 440;
const none = new Uint8Array(0);

function lanesOf(message: Uint8Array): Lanes {
  const lanes = createLanes(ROOMS, message.length);
  for (let i = 0; i < ROOMS; i++) {
    lanes.bytes.set(message, lanes.start(i));
    lanes.end(i, message.length);
  }
  return lanes;
}

export interface BatchCommitter {
  /**
   * Writes the commitment of ballot i to out[start + i·stride, + 32). Refuses as `commit` of commitment.ts does; what is in
   * `out` is then of no use.
   */
  commit(
    ballots: readonly Omit<CommittedBallot, 'contest'>[],
    out: Uint8Array,
    start: number,
    stride: number,
  ): void;
  /** Salts of these ballots, end to end: what opens their commitments. */
  salts(ballots: readonly { ballotId: string }[]): Uint8Array<ArrayBuffer>;
}

/** `openingKey`: as for createCommitter, and giving the same commitments. */
export function createBatchCommitter(contest: string, openingKey: Uint8Array): BatchCommitter {
  const alone = createCommitter(contest, openingKey);
  const writer = createBallotWriter(contest);
  const { inner, outer } = saltBlocks(openingKey);
  const [ids, salts, committed] = [lanesOf(inner), lanesOf(outer), createLanes(ROOMS, LONGEST_BALLOT)];

  const roomsOf = (lanes: Lanes, from: number, to: number): Uint8Array[] =>
    Array.from({ length: ROOMS }, (_, i) => lanes.bytes.subarray(lanes.start(i) + from, lanes.start(i) + to));
  const [idRooms, textRooms] = [roomsOf(ids, 64, 100), roomsOf(committed, 32, LONGEST_BALLOT)];

  const saltAll = (ballots: readonly { ballotId: string }[]): void => {
    ballots.forEach(({ ballotId }, i) => {
      writeBallotId(idRooms[i] ?? none, ballotId);
    });
    ids.run(ballots.length);
    for (let i = 0; i < ballots.length; i++)
      copyHash(ids.bytes, ids.start(i) - 32, salts.bytes, salts.start(i) + 64);
    salts.run(ballots.length);
  };

  return {
    salts(ballots) {
      const out = new Uint8Array(ballots.length * 32);
      for (let from = 0; from < ballots.length; from += ROOMS) {
        const some = ballots.slice(from, from + ROOMS);
        saltAll(some);
        for (let i = 0; i < some.length; i++)
          copyHash(salts.bytes, salts.start(i) - 32, out, (from + i) * 32);
      }
      return out;
    },
    commit(ballots, out, start, stride) {
      for (let from = 0; from < ballots.length; from += ROOMS) {
        const some = ballots.slice(from, from + ROOMS);
        saltAll(some);
        some.forEach((ballot, i) => {
          const at = committed.start(i);
          const fits = 32 + writer.room(ballot.picks.length) <= LONGEST_BALLOT;
          copyHash(salts.bytes, salts.start(i) - 32, committed.bytes, at);
          committed.end(i, fits ? 32 + writer.write(textRooms[i] ?? none, ballot) : 32);
        });
        committed.run(some.length);
        some.forEach(({ ballotId, voter, picks, state }, i) => {
          const to = start + (from + i) * stride;
          if (32 + writer.room(picks.length) <= LONGEST_BALLOT)
            copyHash(committed.bytes, committed.start(i) - 32, out, to);
          else out.set(alone.commit(ballotId, voter, picks, state), to);
        });
      }
    },
  };
}

export interface BatchLeaves {
  /** Leaves, end to end, of entries of one instant with these commitments (count × 32 bytes, end to end). */
  leaves(at: Instant, commitments: Uint8Array): Uint8Array;
}

/** Gives the leaves that leafOf gives. */
export function createBatchLeaves(contest: string, kind = 'ballot'): BatchLeaves {
  const { block, atStart, commitmentStart } = entryTemplate(contest, kind);
  const lanes = lanesOf(block);
  // Which instant stands in each room: short runs of ever new instants must not pay for all rooms.
  const written: Instant[] = Array.from({ length: ROOMS }, () => '');
  return {
    leaves(at, commitments) {
      if (!INSTANT.test(at) || commitments.length % 32 !== 0)
        throw new Refusal('bad_request', { part: 'entry', fault: 'leaves' });
      const out = new Uint8Array(commitments.length);
      for (let from = 0; from < out.length; from += ROOMS * 32) {
        const count = Math.min(ROOMS, (out.length - from) / 32);
        for (let i = 0; i < count; i++) {
          if (written[i] !== at) putAscii(lanes.bytes, lanes.start(i) + atStart, at);
          written[i] = at;
          putHex(lanes.bytes, lanes.start(i) + commitmentStart, commitments, from + i * 32, 32);
        }
        lanes.run(count);
        for (let i = 0; i < count; i++) copyHash(lanes.bytes, lanes.start(i) - 32, out, from + i * 32);
      }
      return out;
    },
  };
}
