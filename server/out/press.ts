import { askThread, startThread } from '../thread.ts';
import type { Turns } from '../turn.ts';
import type { Card, CardsAsk, PressAsk } from './paper.ts';

export const pressLimits = { fileMs: 60_000, heapMb: 768 };

type File = Uint8Array<ArrayBuffer>;

/** Makes a file of a paper, or one of each card. Refuses with `busy` when too many wait already. */
export interface Press {
  (ask: PressAsk): Promise<File>;
  all(cards: Card[]): Promise<File[]>;
}

/**
 * Each file is made in its turn, in a thread of its own that ends with it: a table of thousands of rows takes seconds of computing, in
 * which nobody's ballot must wait. Cards that are asked for together share one.
 */
export function createPress(turns: Turns, limits = pressLimits): Press {
  const make = async (ask: PressAsk | CardsAsk): Promise<File[]> => {
    using _turn = await turns.take();
    return await print(ask, limits);
  };
  const one = async (ask: PressAsk): Promise<File> => {
    const [file] = await make(ask);
    if (!file) throw new Error('a paper was not made');
    return file;
  };
  return Object.assign(one, { all: (cards: Card[]) => make({ kind: 'cards', cards }) });
}

async function print(ask: PressAsk | CardsAsk, limits: typeof pressLimits): Promise<File[]> {
  const thread = startThread(new URL('./worker.ts', import.meta.url), limits.heapMb);
  try {
    const outcome = await askThread<File[]>(thread, ask, AbortSignal.timeout(limits.fileMs));
    if ('reply' in outcome) return outcome.reply;
    throw 'late' in outcome ? new Error('a paper took too long to make') : outcome.ended;
  } finally {
    await thread.terminate();
  }
}
