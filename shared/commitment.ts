import { sha256, sha256Hex, sha256Into } from '#sha256';
import type { BallotState, Opening } from './ballot.ts';
import { foldHex, isHex } from './bytes.ts';
import { Refusal } from './refusal.ts';

/** What a ballot's commitment holds, beside its salt. */
export interface CommittedBallot {
  /** Lower-case uuid. */
  ballotId: string;
  contest: string;
  /** Ascending, no number twice. */
  picks: readonly number[];
  state: BallotState;
  /** Hex, 16 bytes. */
  voter: string;
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The most picks and the highest candidate number a ballot can hold. */
const MAX_PICKS = 1000;
const MAX_NUMBER = 32_767;

/** What this file refuses with: `bad_request` {part: 'ballot', fault: the field}. */
function need(ok: boolean, fault: string): void {
  if (!ok) throw new Refusal('bad_request', { part: 'ballot', fault });
}

export interface BallotWriter {
  /** Bytes that the canonical text of a ballot with this many picks takes at most. */
  room(picks: number): number;
  /** Writes a ballot's canonical text, ASCII, at the beginning of `room`; gives its length. */
  write(room: Uint8Array, ballot: Omit<CommittedBallot, 'contest'>): number;
  /** Writes what an opening's commitment is the hash of, salt and text, from room[32] on; gives its length. */
  writeOpening(room: Uint8Array, opening: Opening): number;
}

const encoder = new TextEncoder();

/** Texts are put together as texts, encoded in one call and only then looked through as bytes: half the cost of letter by letter. */
export function createBallotWriter(contest: string): BallotWriter {
  need(SLUG.test(contest), 'contest');
  const head = '{"ballotId":"';
  const middle = `","contest":"${contest}","picks":[`;
  const counted = '],"state":"counted","voter":"';
  const held = '],"state":"held","voter":"';

  const put = (
    room: Uint8Array,
    { ballotId, voter, picks, state }: Omit<CommittedBallot, 'contest'>,
    salt: string,
  ): number => {
    need(state === 'counted' || state === 'held', 'state');
    need(ballotId.length === 36, 'ballotId');
    need(voter.length === 32, 'voter');
    const text = `${salt}${head}${ballotId}${middle}${numbersOf(picks)}${state === 'held' ? held : counted}${voter}"}`;
    const { written } = encoder.encodeInto(text, room);
    need(written === text.length, 'text');
    need(isUuid(room, salt.length + head.length), 'ballotId');
    need(isHex(room, written - 34, 32), 'voter');
    return written;
  };

  return {
    room: (picks) => head.length + 36 + middle.length + picks * 6 + counted.length + 34,
    write: (room, ballot) => put(room, ballot, ''),
    writeOpening(room, opening) {
      need(opening.salt.length === 64, 'salt');
      const length = put(room, opening, opening.salt);
      need(foldHex(room, 32), 'salt');
      return length - 32;
    },
  };
}

/** Canonical bytes of a ballot, ASCII. */
export function ballotBytes(ballot: CommittedBallot): Uint8Array<ArrayBuffer> {
  const writer = createBallotWriter(ballot.contest);
  const out = new Uint8Array(writer.room(ballot.picks.length));
  return out.slice(0, writer.write(out, ballot));
}

function numbersOf(picks: readonly number[]): string {
  need(picks.length <= MAX_PICKS, 'picks');
  let text = '';
  let previous = 0;
  for (const pick of picks) {
    need(Number.isInteger(pick) && pick > previous && pick <= MAX_NUMBER, 'picks');
    text += previous === 0 ? `${pick}` : `,${pick}`;
    previous = pick;
  }
  return text;
}

function isUuid(text: Uint8Array, at: number): boolean {
  const strokes = text[at + 8] === 45 && text[at + 13] === 45 && text[at + 18] === 45 && text[at + 23] === 45;
  const short = isHex(text, at + 9, 4) && isHex(text, at + 14, 4) && isHex(text, at + 19, 4);
  return strokes && short && isHex(text, at, 8) && isHex(text, at + 24, 12);
}

/** Writes a ballotId as text into the 36 bytes of `room`; refuses what is not a lower-case uuid. */
export function writeBallotId(room: Uint8Array, ballotId: string): void {
  const { written } = encoder.encodeInto(ballotId, room);
  need(ballotId.length === 36 && written === 36 && isUuid(room, 0), 'ballotId');
}

export interface Committer {
  /** HMAC-SHA256(opening key, ballotId): what, with the ballot, opens its commitment. */
  salt(ballotId: string): Uint8Array<ArrayBuffer>;
  /** SHA-256(salt ‖ ballot bytes) as 32 bytes, with the salt above. Picks must be ascending. */
  commit(
    ballotId: string,
    voter: string,
    picks: readonly number[],
    state: BallotState,
  ): Uint8Array<ArrayBuffer>;
}

/** The two keyed blocks of HMAC-SHA256 (RFC 2104), each with room for what is hashed behind it: a ballotId, a hash. */
export function saltBlocks(openingKey: Uint8Array): { inner: Uint8Array; outer: Uint8Array } {
  need(openingKey.length >= 16 && openingKey.length <= 64, 'openingKey');
  const inner = new Uint8Array(64 + 36).fill(0x36, 0, 64);
  const outer = new Uint8Array(64 + 32).fill(0x5c, 0, 64);
  openingKey.forEach((byte, i) => {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  });
  return { inner, outer };
}

/** Commitments of one contest's ballots, one by one; batch.ts does many. `openingKey`: the contest's secret, 16 to 64 bytes. */
export function createCommitter(contest: string, openingKey: Uint8Array): Committer {
  const writer = createBallotWriter(contest);
  const block = new Uint8Array(32 + writer.room(MAX_PICKS));
  const { inner, outer } = saltBlocks(openingKey);
  const [idRoom, textRoom] = [inner.subarray(64), block.subarray(32)];
  const saltInto = (ballotId: string, out: Uint8Array): void => {
    writeBallotId(idRoom, ballotId);
    sha256Into(inner, outer, 64);
    sha256Into(outer, out, 0);
  };
  return {
    salt(ballotId) {
      const out = new Uint8Array(32);
      saltInto(ballotId, out);
      return out;
    },
    commit(ballotId, voter, picks, state) {
      saltInto(ballotId, block);
      return sha256(block.subarray(0, 32 + writer.write(textRoom, { ballotId, voter, picks, state })));
    },
  };
}

/** The commitment, hex, that an opening opens: needs no key. Refuses a malformed opening. */
export function commitmentOf(contest: string, opening: Opening): string {
  const writer = createBallotWriter(contest);
  const room = new Uint8Array(64 + writer.room(opening.picks.length));
  const length = writer.writeOpening(room, opening);
  return sha256Hex(room.subarray(32, 32 + length));
}
