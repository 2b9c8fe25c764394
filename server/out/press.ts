import { Worker } from 'node:worker_threads';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { PressAsk } from './paper.ts';

export const pressLimits = { waiting: 8, fileMs: 60_000, heapMb: 768 };

/** Makes a file of a paper. Refuses with `busy` when too many wait already. */
export type Press = (ask: PressAsk) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Files are made one after another, each in a thread of its own that ends with it: a table of thousands of rows takes seconds of
 * computing, in which nobody's ballot must wait.
 */
export function createPress(limits = pressLimits): Press {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (ask) => {
    if (waiting >= limits.waiting) throw new Refusal('busy', { retryAfterMs: 5_000 });
    waiting += 1;
    const made = last.then(() => print(ask, limits)).finally(() => (waiting -= 1));
    last = made.catch(() => {});
    return await made;
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
