import { fromBase64, toHex } from '@zuimei/shared/bytes.ts';
import { isOfficial, type Vouched } from '@zuimei/shared/ledger/witness.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { dayTime } from '@zuimei/shared/moment.ts';

/** A root as people compare it: its 64 hex digits in groups of eight. `root`: base64, as a checkpoint prints it. */
export function rootGroups(root: string): string[] {
  const hex = toHex(fromBase64(root) ?? new Uint8Array());
  return hex.match(/.{1,8}/g) ?? [];
}

/** Who vouches for a day's checkpoint, in one sentence without an end; null = nobody yet. */
export function witnessedBy({ witnesses, within }: DayCheckpoint): string | null {
  if (witnesses.length > 0) return `由${witnesses.join('、')}见证`;
  if (!within) return null;
  return `已含在 ${dayTime(within.at)} 由${within.witnesses.join('、')}见证的存证点中`;
}

/** The colour of 正式 and 待见证. */
export function vouchedTone(one: Vouched): 'ok' | 'hold' | 'plain' {
  if (one.needed === 0) return 'plain';
  return isOfficial(one) ? 'ok' : 'hold';
}
