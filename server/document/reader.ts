import { Worker } from 'node:worker_threads';
import type { Draft } from './draft.ts';
import type { MergeAsk, Merged, ReadAsk, ReadReply } from './worker.ts';

/** A reader's time is for all its documents together: a request that sends twenty has no more of it than one. */
export const readerLimits = { requestMs: 20_000, mergeMs: 10_000, heapMb: 512 };

type Refused = Extract<ReadReply, { refused: unknown }>;

export interface Reader {
  /** Answers, also for a document that is too slow (`too_slow`) or needs too much memory (`zip_bomb`); never throws for one. */
  read(ask: ReadAsk): Promise<ReadReply>;
  /** One nomination a nominee, from the drafts of all documents. Answers as `read`. */
  merge(drafts: Draft[], keep: boolean): Promise<Merged | Refused>;
  close(): Promise<void>;
}

/**
 * One worker thread, started with the first document and replaced after one that had to be ended. Ask one at a time. Its time runs from
 * the first document on; once it is over nothing more is read, and what was read can still be merged.
 */
export function createReader(limits = readerLimits): Reader {
  let worker: Worker | null = null;
  let clock: AbortSignal | null = null;

  const drop = async (): Promise<void> => {
    const ended = worker;
    worker = null;
    await ended?.terminate();
  };

  async function ask<Reply extends object>(
    question: ReadAsk | MergeAsk,
    until: AbortSignal,
    moved: ArrayBuffer[] = [],
  ): Promise<Reply | Refused> {
    if (until.aborted) return { refused: 'too_slow' };
    worker ??= startWorker(limits.heapMb);
    const reply = await answer<Reply>(worker, question, until, moved);
    if ('refused' in reply && (reply.refused === 'too_slow' || reply.refused === 'zip_bomb')) await drop();
    return reply;
  }

  return {
    async read(document) {
      clock ??= AbortSignal.timeout(limits.requestMs);
      // A view would take the whole body of the request along; the copy moves without another.
      const bytes = new Uint8Array(document.bytes);
      return await ask<ReadReply>({ ...document, bytes }, clock, [bytes.buffer]);
    },
    async merge(drafts, keep) {
      if (drafts.length === 0) return { nominations: [], problems: [] };
      return await ask<Merged>({ merge: drafts, keep }, AbortSignal.timeout(limits.mergeMs));
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

function answer<Reply>(
  worker: Worker,
  question: ReadAsk | MergeAsk,
  until: AbortSignal,
  moved: ArrayBuffer[],
): Promise<Reply | Refused> {
  return new Promise((resolve) => {
    const settle = (reply: Reply | Refused): void => {
      worker.off('message', settle);
      worker.off('error', failed);
      until.removeEventListener('abort', late);
      resolve(reply);
    };
    const late = (): void => settle({ refused: 'too_slow' });
    const failed = (): void => settle({ refused: 'zip_bomb' });
    until.addEventListener('abort', late);
    worker.on('message', settle);
    worker.on('error', failed);
    worker.postMessage(question, moved);
  });
}
