import { readDocuments, type SentFile } from '@zuimei/server/document/documents.ts';
import type { Paper } from '@zuimei/server/document/paper.ts';
import type { createReader } from '@zuimei/server/document/reader.ts';
import { answer, type Merged, type ReadReply } from '@zuimei/server/document/worker.ts';

/** What a thread answers, in this one; all is copied, as it is between threads. */
const openNear: typeof createReader = () => ({
  read: async (ask) => structuredClone(await answer(structuredClone(ask))) as ReadReply,
  pages: async (pages) => structuredClone(await answer({ pages })) as Paper,
  merge: async (drafts, keep) =>
    structuredClone(await answer(structuredClone({ merge: drafts, keep }))) as Merged,
  async close() {},
});

/**
 * readDocuments without the thread of its own, whose start takes longer than most documents: for what is read out of them. How a thread is
 * kept in its bounds, and that documents come through it, is tested with real ones (hostile, exhaust, import).
 */
export const readNear = (...files: SentFile[]): ReturnType<typeof readDocuments> =>
  readDocuments(files, { open: openNear });
