import { sha256, sha256Hex, sha256Into } from '#sha256';
import type { BallotState, Opening } from './ballot.ts';
import { putAscii, putFromHex, putHexDigits, utf8 } from './bytes.ts';
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

/** Canonical bytes of a ballot, ASCII. */
export function ballotBytes(ballot: CommittedBallot): Uint8Array<ArrayBuffer> {
  const writer = createBallotWriter(ballot.contest);
  return writer.block.slice(32, writer.write(ballot.ballotId, ballot.voter, ballot.picks, ballot.state));
}

/** Writes salt-sized room (32 bytes) and then a ballot's canonical bytes into one block; gives the end. */
function createBallotWriter(contest: string) {
  need(SLUG.test(contest), 'contest');
  const head = `{"ballotId":"${' '.repeat(36)}","contest":"${contest}","picks":[`;
  const block = new Uint8Array(32 + head.length + MAX_PICKS * 6 + 80);
  const headEnd = putAscii(block, 32, head);
  const tails = { counted: utf8('],"state":"counted","voter":"'), held: utf8('],"state":"held","voter":"') };
  return {
    block,
    write(ballotId: string, voter: string, picks: readonly number[], state: BallotState): number {
      need(putUuid(block, 45, ballotId), 'ballotId');
      let at = putNumbers(block, headEnd, picks);
      const tail = tails[state];
      need(tail !== undefined, 'state');
      for (let i = 0; i < tail.length; i++) block[at++] = tail[i] ?? 0;
      need(voter.length === 32 && putHexDigits(block, at, voter, 0, 32), 'voter');
      at += 32;
      block[at] = 0x22;
      block[at + 1] = 0x7d;
      return at + 2;
    },
  };
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

/** Commitments of one contest's ballots. `openingKey`: the contest's secret, 16 to 64 bytes. */
export function createCommitter(contest: string, openingKey: Uint8Array): Committer {
  need(openingKey.length >= 16 && openingKey.length <= 64, 'openingKey');
  const writer = createBallotWriter(contest);
  // HMAC by its definition (RFC 2104) over two blocks kept ready: a quarter of the cost of a new hmac object for each ballot.
  const inner = new Uint8Array(64 + 36).fill(0x36, 0, 64);
  const outer = new Uint8Array(64 + 32).fill(0x5c, 0, 64);
  openingKey.forEach((byte, i) => {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  });
  const saltInto = (ballotId: string, out: Uint8Array): void => {
    need(putUuid(inner, 64, ballotId), 'ballotId');
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
      saltInto(ballotId, writer.block);
      return sha256(writer.block.subarray(0, writer.write(ballotId, voter, picks, state)));
    },
  };
}

export interface Opener {
  /** The commitment, hex, that an opening opens; refuses a malformed opening. */
  commitment(opening: Opening): string;
  /** 32 bits of the salt last opened. A salt is as good as random, and one for each ballotId. */
  saltWord(nth: 0 | 1): number;
}

/** What anyone does who was given openings: recomputes a contest's commitments without its key. */
export function createOpener(contest: string): Opener {
  const writer = createBallotWriter(contest);
  const view = new DataView(writer.block.buffer);
  return {
    commitment({ salt, ballotId, voter, picks, state }) {
      need(putFromHex(writer.block, 0, salt, 32), 'salt');
      return sha256Hex(writer.block.subarray(0, writer.write(ballotId, voter, picks, state)));
    },
    saltWord: (nth) => view.getUint32(nth * 4),
  };
}
