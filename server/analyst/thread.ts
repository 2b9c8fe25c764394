import { Refusal } from '@zuimei/shared/refusal.ts';
import { startThread } from '../thread.ts';
import type { Answer, AskKind, Asks, Start } from './ask.ts';

/** The worker of one contest, as the main thread sees it. */
export interface Thread {
  /**
   * Resolves with the worker's answer. Refuses with what the worker refuses, and with ledger_not_read when it takes longer than
   * `patienceMs` or ends meanwhile: asked again, it may have it.
   */
  ask<Kind extends AskKind>(
    kind: Kind,
    ask: Asks[Kind]['ask'],
    patienceMs: number,
    transfer?: ArrayBuffer[],
  ): Promise<Asks[Kind]['answer']>;
  readonly ended: boolean;
  end(): void;
}

const HEAP_MB = 1024;
const RETRY_MS = 2_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Columns live outside the heap, which holds only what is being computed. `failed`: it died of a fault of ours. */
export function openThread(start: Start, failed: (error: unknown) => void): Thread {
  const worker = startThread(new URL('./worker.ts', import.meta.url), HEAP_MB, { data: start });
  // All it holds can be rebuilt from the ledger, so it does not keep the process alive.
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let ended = false;
  const drop = (): void => {
    ended = true;
    for (const { reject } of waiting.values()) reject(notRead());
    waiting.clear();
  };
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('answer' in answer) asked?.resolve(answer.answer);
    else if ('refusal' in answer) asked?.reject(new Refusal(answer.refusal.code, answer.refusal.details));
    else asked?.reject(new Error(answer.error));
  });
  worker.on('error', (error) => {
    failed(error);
    drop();
  });
  worker.on('exit', drop);

  return {
    get ended() {
      return ended;
    },
    ask(kind, ask, patienceMs, transfer = []) {
      if (ended) return Promise.reject(notRead());
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        AbortSignal.timeout(patienceMs).addEventListener('abort', () => {
          if (waiting.delete(id)) reject(notRead());
        });
        worker.postMessage({ ...ask, kind, id }, transfer);
      });
    },
    end() {
      drop();
      void worker.terminate();
    },
  };
}

function notRead(): Refusal {
  return new Refusal('ledger_not_read', { retryAfterMs: RETRY_MS });
}
