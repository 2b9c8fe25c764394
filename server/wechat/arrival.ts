import { createHash } from 'node:crypto';
import type { Journal } from '../journal.ts';
import type { Met, Told, WechatApi } from './api.ts';
import { type Shelf, waitFor } from './sharedstore.ts';

/**
 * What came of asking WeChat who a visitor is. snapshot: WeChat shows the page as a snapshot and names nobody. away: WeChat, or what we need
 * to know people again, did not answer. again: this code is good for nothing, another try may be.
 */
export type Arrival = { kind: 'ok'; person: string } | { kind: 'snapshot' | 'away' | 'again' };

export interface Arrivals {
  /**
   * Never rejects. A code is exchanged once, by whichever server it reaches first; the same browser (its cookie value) that brings it again is
   * answered alike. Another browser is not: a code that was seen in passing makes nobody somebody else.
   */
  arrive(code: string, cookie: string): Promise<Arrival>;
}

/** As long as WeChat keeps a code. */
const CODE_MS = 300_000;
const WAIT_MS = 7_000;
/** Exchanges at a time, in this process: beyond that visitors are told to try again, so that WeChat's slowness does not pile up here. */
const MOST_AT_ONCE = 300;

/** `settle`: who that is here, and whatever follows from meeting them. */
export function createArrivals(parts: {
  api: WechatApi;
  shelf: Shelf;
  settle: (met: Met) => Promise<string>;
  log: Journal;
}): Arrivals {
  const { api, shelf, settle, log } = parts;
  let underway = 0;
  /** Of the last exchange that failed for another reason than its code; logged when it begins. */
  let trouble = 0;

  async function exchange(code: string): Promise<Arrival> {
    const told = await api.exchange(code);
    if (!told.ok) return refused(told);
    trouble = 0;
    if (told.value.snapshot) return { kind: 'snapshot' };
    return { kind: 'ok', person: await settle(told.value) };
  }

  function refused({ code }: Extract<Told<Met>, { ok: false }>): Arrival {
    // 40029 unknown or too old, 40163 used.
    if (code === 40_029 || code === 40_163) return { kind: 'again' };
    if (code !== trouble) log('error', { part: 'wechat', event: 'exchange_refused', code });
    trouble = code;
    return { kind: 'away' };
  }

  return {
    async arrive(code, cookie) {
      if (underway >= MOST_AT_ONCE) return { kind: 'away' };
      underway++;
      const name = `code:${createHash('sha256').update(`${code} ${cookie}`).digest('hex')}`;
      try {
        if (!(await shelf.claim(`${name}:taken`, CODE_MS))) {
          // Some phones call back twice, and the other call may be at another server just now.
          const first = await waitFor(shelf, name, (found) => found !== null, WAIT_MS);
          return (first as Arrival | null) ?? { kind: 'again' };
        }
        const arrival = await exchange(code);
        await shelf.write(name, arrival, CODE_MS);
        return arrival;
      } catch (error) {
        log('error', { part: 'wechat', event: 'entry_failed', error: String(error) });
        return { kind: 'away' };
      } finally {
        underway--;
      }
    },
  };
}
