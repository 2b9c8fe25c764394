import { sha256, sha256Hex, sha256Into } from '#sha256';
import type { BallotState, Opening } from './ballot.ts';
import { putFromHex, putHexDigits, utf8 } from './bytes.ts';
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
  /** Room that `picks` picks take at most, with the 32 bytes of the salt. */
  room(picks: number): number;
  /** Writes a ballot's canonical bytes, ASCII, at `start`; gives the end. */
  write(out: Uint8Array, start: number, ballot: Omit<CommittedBallot, 'contest'>): number;
}

export function createBallotWriter(contest: string): BallotWriter {
  need(SLUG.test(contest), 'contest');
  const head = utf8(`{"ballotId":"${' '.repeat(36)}","contest":"${contest}","picks":[`);
  const counted = utf8('],"state":"counted","voter":"');
  const held = utf8('],"state":"held","voter":"');
  return {
    room: (picks) => 32 + head.length + picks * 6 + counted.length + 34,
    write(out, start, { ballotId, voter, picks, state }) {
      need(state === 'counted' || state === 'held', 'state');
      out.set(head, start);
      need(putUuid(out, start + 13, ballotId), 'ballotId');
      let at = putNumbers(out, start + head.length, picks);
      const tail = state === 'held' ? held : counted;
      for (let i = 0; i < tail.length; i++) out[at++] = tail[i] ?? 0;
      need(voter.length === 32 && putHexDigits(out, at, voter, 0, 32), 'voter');
      out[at + 32] = 0x22;
      out[at + 33] = 0x7d;
      return at + 34;
    },
  };
}

/** Canonical bytes of a ballot, ASCII. */
export function ballotBytes(ballot: CommittedBallot): Uint8Array<ArrayBuffer> {
  const writer = createBallotWriter(ballot.contest);
  const out = new Uint8Array(writer.room(ballot.picks.length));
  return out.slice(0, writer.write(out, 0, ballot));
}

function putUuid(block: Uint8Array, at: number, uuid: string): boolean {
  let ok = uuid.length === 36;
  for (let i = 0; i < 36; ) {
    const digits = i === 0 ? 8 : i === 24 ? 12 : 4;
    ok = putHexDigits(block, at + i, uuid, i, digits) && ok;
    i += digits;
    if (i === 36) break;
    ok = uuid.charCodeAt(i) === 0x2d && ok;
    block[at + i++] = 0x2d;
  }
  return ok;
}

function putNumbers(block: Uint8Array, start: number, picks: readonly number[]): number {
  need(picks.length <= MAX_PICKS, 'picks');
  let at = start;
  let previous = 0;
  for (const pick of picks) {
    need(Number.isInteger(pick) && pick > previous && pick <= MAX_NUMBER, 'picks');
    if (at > start) block[at++] = 0x2c;
    let unit = pick < 10 ? 1 : pick < 100 ? 10 : pick < 1000 ? 100 : pick < 10_000 ? 1000 : 10_000;
    for (; unit >= 1; unit /= 10) block[at++] = 48 + (Math.floor(pick / unit) % 10);
    previous = pick;
  }
  return at;
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

/** Writes a ballotId as text at `at`; refuses what is not a lower-case uuid. */
export function putBallotId(out: Uint8Array, at: number, ballotId: string): void {
  need(putUuid(out, at, ballotId), 'ballotId');
}

/** Commitments of one contest's ballots, one by one; batch.ts does many. `openingKey`: the contest's secret, 16 to 64 bytes. */
export function createCommitter(contest: string, openingKey: Uint8Array): Committer {
  const writer = createBallotWriter(contest);
  const block = new Uint8Array(writer.room(MAX_PICKS));
  const { inner, outer } = saltBlocks(openingKey);
  const saltInto = (ballotId: string, out: Uint8Array): void => {
    putBallotId(inner, 64, ballotId);
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
      return sha256(block.subarray(0, writer.write(block, 32, { ballotId, voter, picks, state })));
    },
  };
}

/** The commitment, hex, that an opening opens: needs no key. Refuses a malformed opening. */
export function commitmentOf(contest: string, opening: Opening): string {
  const writer = createBallotWriter(contest);
  const block = new Uint8Array(writer.room(opening.picks.length));
  putSalt(block, 0, opening.salt);
  return sha256Hex(block.subarray(0, writer.write(block, 32, opening)));
}

/** Writes a salt given as hex; refuses what is not 32 bytes. */
export function putSalt(out: Uint8Array, at: number, salt: string): void {
  need(putFromHex(out, at, salt, 32), 'salt');
}
