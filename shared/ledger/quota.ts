import { sha256 } from '#sha256';
import { toHex } from '../bytes.ts';
import type { BallotRule } from '../contest.ts';

/**
 * Every ballot's entry publishes a quota tag, and no two tags of a ledger may be equal: it is made of the voter, the quota period and the
 * how-manieth ballot of theirs in it this is, so a ballot too many must bear a tag that stands there already, or one that its maker cannot
 * account for. All tags differ, so they link no two ballots and say nothing of who or what.
 *
 *   tag  = the first 16 bytes of SHA-256(mark 16 ‖ period 4, big-endian ‖ slot 4, big-endian)
 *   mark = the first 16 bytes of HMAC-SHA256(the contest's quota key, voter 16)
 *
 * period: contest.ts `periodOf`. slot: 1 … as many as the rule allows. A ruling gives no ballot back: what is void has used its slot. The
 * key never leaves the server: that a tag is the right one is checked there (server/audit/verify.ts), that it is the only one by anybody.
 */
export const TAG_BYTES = 16;
export const MARK_BYTES = 16;
export const TAG = /^[0-9a-f]{32}$/;

/** How many ballots a voter has in a period, and how long that is. */
export type Quota = Pick<BallotRule, 'period' | 'ballotsPerPeriod'>;

/** The tag, hex, of a voter's ballot `slot` (from 1) in a period. server/vote/commit.sql makes the same. */
export function tagOf(mark: Uint8Array, period: number, slot: number): string {
  const message = new Uint8Array(MARK_BYTES + 8);
  message.set(mark.subarray(0, MARK_BYTES));
  new DataView(message.buffer).setUint32(MARK_BYTES, period);
  new DataView(message.buffer).setUint32(MARK_BYTES + 4, slot);
  return toHex(sha256(message).subarray(0, TAG_BYTES));
}

/** The 32-bit word `nth` of a tag or a voter in hex; 0 where it ends before. Twice for each ballot of a replay, so no text is cut for it. */
export function wordOf(hex: string, nth: number): number {
  let word = 0;
  for (let at = 8 * nth; at < 8 * nth + 8; at++) {
    const code = hex.charCodeAt(at);
    word = (word << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return word >>> 0;
}
