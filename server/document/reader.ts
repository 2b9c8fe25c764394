import { Worker } from 'node:worker_threads';
import type { WorkerAsk, WorkerReply } from './worker.ts';

export const readerLimits = { fileMs: 20_000, heapMb: 768 };

export interface Reader {
  /** Answers, also for a document that is too slow (`too_slow`) or needs too much memory (`zip_bomb`); never throws for one. */
  read(ask: WorkerAsk): Promise<WorkerReply>;
  close(): Promise<void>;
}

/** One worker thread, started with the first document and replaced after one that had to be ended. Ask one at a time. */
export function createReader(limits = readerLimits): Reader {
  let worker: Worker | null = null;

  const drop = async (): Promise<void> => {
    const ended = worker;
    worker = null;
    await ended?.terminate();
  };

  return {
    async read(ask) {
      worker ??= startWorker(limits.heapMb);
      const reply = await answer(worker, ask, limits.fileMs);
      if ('refused' in reply && (reply.refused === 'too_slow' || reply.refused === 'zip_bomb')) await drop();
      return reply;
    },
    close: drop,
  };
}

/** What the sheet reader mutters about odd records goes nowhere: the command line's output is one JSON object. */
function startWorker(heapMb: number): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
}

function answer(worker: Worker, ask: WorkerAsk, limitMs: number): Promise<WorkerReply> {
  return new Promise((resolve) => {
    const clock = AbortSignal.timeout(limitMs);
    const settle = (reply: WorkerReply): void => {
      worker.off('message', settle);
      worker.off('error', failed);
      clock.removeEventListener('abort', late);
      resolve(reply);
    };
    const late = (): void => settle({ refused: 'too_slow' });
    const failed = (): void => settle({ refused: 'zip_bomb' });
    clock.addEventListener('abort', late);
    worker.on('message', settle);
    worker.on('error', failed);
    worker.postMessage(ask);
  });
}
