import type { Worker } from 'node:worker_threads';
import { askThread, startThread } from '../thread.ts';
import type { Turns } from '../turn.ts';
import type { Card, CardsAsk, PressAsk } from './paper.ts';

/** `idleMs`: for so long a thread waits for another paper. To start one and to load what writes a table costs more than most papers do. */
export const pressLimits = { fileMs: 60_000, heapMb: 768, idleMs: 10_000 };

type File = Uint8Array<ArrayBuffer>;

/** Makes a file of a paper, or one of each card. Refuses with `busy` when too many wait already. */
export interface Press {
  (ask: PressAsk): Promise<File>;
  all(cards: Card[]): Promise<File[]>;
}

/**
 * Each file is made in its turn, in a thread: a table of thousands of rows takes seconds of computing, in which nobody's ballot must
 * wait. Cards that are asked for together share one. Of the threads that made their file one is kept a little while for the next; one
 * that failed or was late ends.
 */
export function createPress(turns: Turns, limits = pressLimits): Press {
  let spare: Worker | null = null;

  function take(): Worker {
    const kept = spare;
    spare = null;
    kept?.ref();
    if (kept) return kept;
    const thread = startThread(new URL('./worker.ts', import.meta.url), limits.heapMb);
    const forget = (): void => void (spare === thread && (spare = null));
    thread.on('error', forget);
    thread.on('exit', forget);
    return thread;
  }

  /** An idle thread holds no process that has nothing else to do. */
  function keep(thread: Worker): void {
    if (spare) return void thread.terminate();
    spare = thread;
    thread.unref();
    AbortSignal.timeout(limits.idleMs).addEventListener('abort', () => {
      if (spare !== thread) return;
      // At once: until it has ended somebody might ask it.
      spare = null;
      void thread.terminate();
    });
  }

  async function print(ask: PressAsk | CardsAsk): Promise<File[]> {
    const thread = take();
    const outcome = await askThread<File[]>(thread, ask, AbortSignal.timeout(limits.fileMs));
    if ('reply' in outcome) {
      keep(thread);
      return outcome.reply;
    }
    await thread.terminate();
    throw 'late' in outcome ? new Error('a paper took too long to make') : outcome.ended;
  }

  const make = async (ask: PressAsk | CardsAsk): Promise<File[]> => {
    using _turn = await turns.take();
    return await print(ask);
  };
  const one = async (ask: PressAsk): Promise<File> => {
    const [file] = await make(ask);
    if (!file) throw new Error('a paper was not made');
    return file;
  };
  return Object.assign(one, { all: (cards: Card[]) => make({ kind: 'cards', cards }) });
}
