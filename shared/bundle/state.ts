import type { AnyRefusalCode } from '../staffrefusal.ts';

/** How far the server is with a bundle. waiting: others are written before it; failed: until it is asked for again. */
export interface BundleState {
  state: 'none' | 'waiting' | 'writing' | 'ready' | 'failed';
  /** Of the ledger. */
  entries: number;
  /** Whole per cent of them that are written. */
  percent: number;
  /** Of the file, once it is ready. */
  bytes: number | null;
  /** Why it failed. */
  fault: AnyRefusalCode | null;
}

/** About how many entries a server writes in a second; a small one half of that. */
const ENTRIES_A_SECOND = 20_000;

/** About how long one is written, in seconds. */
export function secondsToWrite(entries: number): number {
  return Math.ceil(entries / ENTRIES_A_SECOND);
}
