import { askThread, startThread } from '../thread.ts';
import type { Turns } from '../turn.ts';
import type { PressAsk } from './paper.ts';

export const pressLimits = { fileMs: 60_000, heapMb: 768 };

/** Makes a file of a paper. Refuses with `busy` when too many wait already. */
export type Press = (ask: PressAsk) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Each file is made in its turn, in a thread of its own that ends with it: a table of thousands of rows takes seconds of computing, in
 * which nobody's ballot must wait.
 */
export function createPress(turns: Turns, limits = pressLimits): Press {
  return async (ask) => {
    using _turn = await turns.take();
    return await print(ask, limits);
  };
}

async function print(ask: PressAsk, limits: typeof pressLimits): Promise<Uint8Array<ArrayBuffer>> {
  const thread = startThread(new URL('./worker.ts', import.meta.url), limits.heapMb);
  try {
    const outcome = await askThread<Uint8Array<ArrayBuffer>>(thread, ask, AbortSignal.timeout(limits.fileMs));
    if ('reply' in outcome) return outcome.reply;
    throw 'late' in outcome ? new Error('a paper took too long to make') : outcome.ended;
  } finally {
    await thread.terminate();
  }
}
