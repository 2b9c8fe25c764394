import { sha256Hex } from '#sha256';
import type { BallotState, Opening } from '../ballot.ts';
import { foldHex, isHex } from '../bytes.ts';
import { Refusal } from '../refusal.ts';
import { EVIDENCE_BYTES } from './evidence.ts';

/** What a ballot's commitment holds, beside its salt. */
export interface CommittedBallot {
  /** Lower-case uuid. */
  ballotId: string;
  contest: string;
  /** Hex, 16 bytes: see evidence.ts. */
  evidence: string;
  /** Ascending, no number twice. */
  picks: readonly number[];
  state: BallotState;
  /** Hex, 16 bytes. */
  voter: string;
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The most picks and the highest candidate number a ballot can hold. */
export const MAX_PICKS = 1000;
const MAX_NUMBER = 32_767;

/** What this file refuses with: `bad_request` {part: 'ballot', fault: the field}. */
function need(ok: boolean, fault: string): void {
  if (!ok) throw new Refusal('bad_request', { part: 'ballot', fault });
}

type Written = Omit<CommittedBallot, 'contest' | 'evidence'>;

export interface BallotWriter {
  /** Bytes that the canonical text of a ballot with this many picks takes at most. */
  room(picks: number): number;
  /** Where in a canonical text the digits of the evidence begin. */
  evidenceAt: number;
  /** Writes a ballot's canonical text, ASCII, at the beginning of `room`; gives its length. */
  write(room: Uint8Array, ballot: Written, evidence: string): number;
  /** Writes what an opening's commitment is the hash of, salt and text, from room[32] on; gives its length. */
  writeOpening(room: Uint8Array, opening: Opening): number;
}

const encoder = new TextEncoder();

/** Texts are put together as texts, encoded in one call and only then looked through as bytes: half the cost of letter by letter. */
export function createBallotWriter(contest: string): BallotWriter {
  need(SLUG.test(contest), 'contest');
  const head = '{"ballotId":"';
  const middle = `","contest":"${contest}","evidence":"`;
  const listed = '","picks":[';
  const evidenceAt = head.length + 36 + middle.length;
  const counted = '],"state":"counted","voter":"';
  const held = '],"state":"held","voter":"';

  const put = (
    room: Uint8Array,
    { ballotId, voter, picks, state }: Written,
    evidence: string,
    salt: string,
  ): number => {
    need(state === 'counted' || state === 'held', 'state');
    need(ballotId.length === 36, 'ballotId');
    need(voter.length === 32, 'voter');
    need(evidence.length === 2 * EVIDENCE_BYTES, 'evidence');
    const text = `${salt}${head}${ballotId}${middle}${evidence}${listed}${numbersOf(picks)}${state === 'held' ? held : counted}${voter}"}`;
    const { written } = encoder.encodeInto(text, room);
    need(written === text.length, 'text');
    need(isUuid(room, salt.length + head.length), 'ballotId');
    need(isHex(room, salt.length + evidenceAt, 2 * EVIDENCE_BYTES), 'evidence');
    need(isHex(room, written - 34, 32), 'voter');
    return written;
  };

  return {
    room: (picks) => evidenceAt + 2 * EVIDENCE_BYTES + listed.length + picks * 6 + counted.length + 34,
    evidenceAt,
    write: (room, ballot, evidence) => put(room, ballot, evidence, ''),
    writeOpening(room, opening) {
      need(opening.salt.length === 64, 'salt');
      const length = put(room, opening, opening.evidence, opening.salt);
      need(foldHex(room, 32), 'salt');
      return length - 32;
    },
  };
}

/** Canonical bytes of a ballot, ASCII. */
export function ballotBytes(ballot: CommittedBallot): Uint8Array<ArrayBuffer> {
  const writer = createBallotWriter(ballot.contest);
  const out = new Uint8Array(writer.room(ballot.picks.length));
  return out.slice(0, writer.write(out, ballot, ballot.evidence));
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

const digits = new Uint8Array(32);

export const VOTER_BYTES = 16;
/** Bytes that tell a ballot from every other of its contest: whose it is, and which of theirs. */
export const BALLOT_KEY = VOTER_BYTES + 36;

/** Writes a voter as bytes into `room`; refuses what is not 16 bytes in hex. */
export function writeVoter(room: Uint8Array, voter: string): void {
  const hex = encoder.encodeInto(voter, digits);
  need(voter.length === 32 && hex.written === 32 && foldHex(digits, 16), 'voter');
  for (let i = 0; i < VOTER_BYTES; i++) room[i] = digits[16 + i] ?? 0;
}

/** Writes voter (as bytes) ‖ ballotId (as text) into the 52 bytes of `room`; refuses what is not 16 bytes in hex and a lower-case uuid. */
export function writeBallotKey(room: Uint8Array, voter: string, ballotId: string): void {
  const { written } = encoder.encodeInto(ballotId, room);
  need(ballotId.length === 36 && written === 36 && isUuid(room, 0), 'ballotId');
  room.copyWithin(VOTER_BYTES, 0, 36);
  writeVoter(room, voter);
}

/** The commitment, hex, that an opening opens: needs no key. Refuses a malformed opening. */
export function commitmentOf(contest: string, opening: Opening): string {
  const writer = createBallotWriter(contest);
  const room = new Uint8Array(64 + writer.room(opening.picks.length));
  const length = writer.writeOpening(room, opening);
  return sha256Hex(room.subarray(32, 32 + length));
}
