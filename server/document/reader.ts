import type { Worker } from 'node:worker_threads';
import { askThread, startThread } from '../thread.ts';
import type { Draft } from './draft.ts';
import type { Paper } from './paper.ts';
import type { Ask, Merged, ReadAsk, ReadReply } from './worker.ts';

/** A reader's time is for all its documents together: a request that sends twenty has no more of it than one. */
export const readerLimits = { requestMs: 20_000, mergeMs: 10_000, heapMb: 512 };

type Refused = Extract<ReadReply, { refused: unknown }>;

export interface Reader {
  /** Answers, also for a document that is too slow (`too_slow`) or needs too much memory (`zip_bomb`); never throws for one. */
  read(ask: ReadAsk): Promise<ReadReply>;
  /** The pages of a PDF as pictures (pdf.ts). Answers as `read`. */
  pages(bytes: Uint8Array): Promise<Paper | Refused>;
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
    question: Ask,
    until: AbortSignal,
    moved: ArrayBuffer[] = [],
  ): Promise<Reply | Refused> {
    if (until.aborted) return { refused: 'too_slow' };
    // What the sheet reader mutters about odd records goes nowhere: the command line's output is one JSON object.
    worker ??= startThread(new URL('./worker.ts', import.meta.url), limits.heapMb, { quiet: true });
    const outcome = await askThread<Reply | Refused>(worker, question, until, moved);
    const reply: Reply | Refused =
      'reply' in outcome ? outcome.reply : { refused: 'late' in outcome ? 'too_slow' : 'zip_bomb' };
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
    async pages(bytes) {
      const pages = new Uint8Array(bytes);
      return await ask<Paper>({ pages }, AbortSignal.timeout(limits.requestMs), [pages.buffer]);
    },
    async merge(drafts, keep) {
      if (drafts.length === 0) return { nominations: [], problems: [] };
      return await ask<Merged>({ merge: drafts, keep }, AbortSignal.timeout(limits.mergeMs));
    },
    close: drop,
  };
}
