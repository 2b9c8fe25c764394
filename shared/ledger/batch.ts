import { sha256 } from '#sha256';
import { copyHash, putAscii, putHex, toHex } from '../bytes.ts';
import { createLanes, createMacLanes, lanesOf } from '../hash/lanes.ts';
import { Refusal } from '../refusal.ts';
import type { Instant } from '../time.ts';
import {
  BALLOT_KEY,
  type CommittedBallot,
  createBallotWriter,
  MAX_PICKS,
  VOTER_BYTES,
  writeBallotKey,
  writeVoter,
} from './commitment.ts';
import { entryTemplate, INSTANT } from './entry.ts';
import { ADDRESS_BYTES, EVIDENCE_BYTES, EVIDENCE_INPUT, type Trace, writeTrace } from './evidence.ts';
import { MARK_BYTES, TAG_BYTES } from './quota.ts';

/** The hashes of a ledger, many at a time: a third of what they cost one by one. */

const ROOMS = 128;
/** Fills the blocks that it takes. */
const LONGEST_BALLOT = 500;
const none = new Uint8Array(0);

/** The contest's secrets, 16 to 64 bytes each. */
export interface LedgerKeys {
  /** What salts are made with. */
  opening: Uint8Array;
  /** What addresses fade under. */
  fading: Uint8Array;
  /** What quota tags are made with. */
  quota: Uint8Array;
}

/** A ballot as it is written down: its evidence is yet to be made. */
export type CastBallot = Omit<CommittedBallot, 'contest' | 'evidence'> & Trace;

export interface BatchCommitter {
  /**
   * Writes the commitment of ballot i, SHA-256(salt ‖ canonical ballot), to out[start + i·stride, + 32). Picks must be ascending. What is
   * in `out` is of no use when it refuses.
   */
  commit(ballots: readonly CastBallot[], out: Uint8Array, start: number, stride: number): void;
  /** Writes the mark of ballot i's voter, from which its quota tag is made (quota.ts), to out[start + i·stride, + 16). Voters are 16 bytes. */
  marks(ballots: readonly Pick<CastBallot, 'voter'>[], out: Uint8Array, start: number, stride: number): void;
  /** What opens these ballots, 48 bytes each, end to end: salt = HMAC-SHA256(opening key, voter ‖ ballotId), and evidence. */
  openings(ballots: readonly Sealed[]): Uint8Array<ArrayBuffer>;
}

type Sealed = Pick<CastBallot, 'ballotId' | 'voter' | keyof Trace>;

/** Commitments of one contest's ballots. Not re-entrant. */
export function createBatchCommitter(contest: string, keys: LedgerKeys): BatchCommitter {
  for (const key of [keys.opening, keys.fading, keys.quota])
    if (key.length < 16 || key.length > 64)
      throw new Refusal('bad_request', { part: 'ballot', fault: 'key' });
  const writer = createBallotWriter(contest);
  const salts = createMacLanes(keys.opening, ROOMS, BALLOT_KEY);
  const faded = createMacLanes(keys.fading, ROOMS, ADDRESS_BYTES);
  const marked = createMacLanes(keys.quota, ROOMS, VOTER_BYTES);
  const evidence = lanesOf(new Uint8Array(EVIDENCE_INPUT), ROOMS);
  const committed = createLanes(ROOMS, LONGEST_BALLOT);
  const textRooms = Array.from({ length: ROOMS }, (_, i) =>
    committed.bytes.subarray(committed.start(i) + 32, committed.start(i) + LONGEST_BALLOT),
  );
  const unknown = '0'.repeat(2 * EVIDENCE_BYTES);

  const sealAll = (ballots: readonly Sealed[]): void => {
    ballots.forEach(({ voter, ballotId, ip }, i) => {
      writeBallotKey(salts.rooms[i] ?? none, voter, ballotId);
      if (ip.length === ADDRESS_BYTES) faded.rooms[i]?.set(ip);
    });
    salts.run(ballots.length);
    faded.run(ballots.length);
    ballots.forEach((ballot, i) => {
      const at = evidence.start(i);
      copyHash(salts.bytes, salts.start(i), evidence.bytes, at);
      writeTrace(evidence.bytes, at + 32, ballot, faded.bytes, faded.start(i));
    });
    evidence.run(ballots.length);
  };

  /** What is too long for the lanes. */
  const commitLong = (ballot: CastBallot, i: number): Uint8Array => {
    const room = new Uint8Array(32 + writer.room(Math.min(ballot.picks.length, MAX_PICKS)));
    const [from, at] = [salts.start(i), evidence.start(i) - 32];
    room.set(salts.bytes.subarray(from, from + 32));
    const hex = toHex(evidence.bytes.subarray(at, at + EVIDENCE_BYTES));
    return sha256(room.subarray(0, 32 + writer.write(room.subarray(32), ballot, hex)));
  };

  const fits = ({ picks }: CastBallot): boolean => 32 + writer.room(picks.length) <= LONGEST_BALLOT;

  return {
    openings(ballots) {
      const width = 32 + EVIDENCE_BYTES;
      const out = new Uint8Array(ballots.length * width);
      for (let from = 0; from < ballots.length; from += ROOMS) {
        const some = ballots.slice(from, from + ROOMS);
        sealAll(some);
        for (let i = 0; i < some.length; i++) {
          const to = (from + i) * width;
          const at = evidence.start(i) - 32;
          copyHash(salts.bytes, salts.start(i), out, to);
          for (let n = 0; n < EVIDENCE_BYTES; n++) out[to + 32 + n] = evidence.bytes[at + n] ?? 0;
        }
      }
      return out;
    },
    marks(ballots, out, start, stride) {
      for (let from = 0; from < ballots.length; from += ROOMS) {
        const some = ballots.slice(from, from + ROOMS);
        some.forEach(({ voter }, i) => writeVoter(marked.rooms[i] ?? none, voter));
        marked.run(some.length);
        for (let i = 0; i < some.length; i++) {
          const [to, at] = [start + (from + i) * stride, marked.start(i)];
          for (let n = 0; n < MARK_BYTES; n++) out[to + n] = marked.bytes[at + n] ?? 0;
        }
      }
    },
    commit(ballots, out, start, stride) {
      for (let from = 0; from < ballots.length; from += ROOMS) {
        const some = ballots.slice(from, from + ROOMS);
        sealAll(some);
        some.forEach((ballot, i) => {
          const at = committed.start(i);
          if (!fits(ballot)) return committed.end(i, 32);
          copyHash(salts.bytes, salts.start(i), committed.bytes, at);
          committed.end(i, 32 + writer.write(textRooms[i] ?? none, ballot, unknown));
          const digits = at + 32 + writer.evidenceAt;
          putHex(committed.bytes, digits, evidence.bytes, evidence.start(i) - 32, EVIDENCE_BYTES);
        });
        committed.run(some.length);
        some.forEach((ballot, i) => {
          const to = start + (from + i) * stride;
          if (fits(ballot)) copyHash(committed.bytes, committed.start(i) - 32, out, to);
          else out.set(commitLong(ballot, i), to);
        });
      }
    },
  };
}

export interface BatchLeaves {
  /**
   * Leaves, end to end, of entries of one instant with these commitments (count × 32 bytes, end to end) and, of ballots, tags (count × 16).
   * Refuses when there are not as many of both.
   */
  leaves(at: Instant, commitments: Uint8Array, tags?: Uint8Array): Uint8Array;
}

/** Gives the leaves that leafOf gives. */
export function createBatchLeaves(contest: string, kind = 'ballot'): BatchLeaves {
  const { block, atStart, commitmentStart, tagStart } = entryTemplate(contest, kind);
  const tagWidth = tagStart < 0 ? 0 : TAG_BYTES;
  const lanes = lanesOf(block, ROOMS);
  // Which instant stands in each room: short runs of ever new instants must not pay for all rooms.
  const written: Instant[] = Array.from({ length: ROOMS }, () => '');
  return {
    leaves(at, commitments, tags = none) {
      const whole = commitments.length % 32 === 0 && tags.length === (commitments.length / 32) * tagWidth;
      if (!INSTANT.test(at) || !whole) throw new Refusal('bad_request', { part: 'entry', fault: 'leaves' });
      const out = new Uint8Array(commitments.length);
      for (let from = 0; from < out.length; from += ROOMS * 32) {
        const count = Math.min(ROOMS, (out.length - from) / 32);
        for (let i = 0; i < count; i++) {
          if (written[i] !== at) putAscii(lanes.bytes, lanes.start(i) + atStart, at);
          written[i] = at;
          putHex(lanes.bytes, lanes.start(i) + commitmentStart, commitments, from + i * 32, 32);
          if (tagWidth > 0)
            putHex(lanes.bytes, lanes.start(i) + tagStart, tags, (from / 32 + i) * TAG_BYTES, TAG_BYTES);
        }
        lanes.run(count);
        for (let i = 0; i < count; i++) copyHash(lanes.bytes, lanes.start(i) - 32, out, from + i * 32);
      }
      return out;
    },
  };
}
