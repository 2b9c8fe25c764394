import { Worker } from 'node:worker_threads';
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
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMb },
  });
  const clock = AbortSignal.timeout(limits.fileMs);
  try {
    return await new Promise((resolve, reject) => {
      clock.addEventListener('abort', () => reject(new Error('a paper took too long to make')));
      worker.once('error', reject);
      worker.once('message', resolve);
      worker.postMessage(ask);
    });
  } finally {
    await worker.terminate();
  }
}
