import { parentPort } from 'node:worker_threads';
import { createRunOpener, type Run } from '@zuimei/shared/export/run.ts';

/** A thread of crew.ts: whole lines of a contest's export in, what run.ts makes of them out. */
export interface Question {
  contest: string;
  bytes: Uint8Array;
}
export type Answer = Run | null;

const openers = new Map<string, (bytes: Uint8Array) => Answer>();

parentPort?.on('message', ({ contest, bytes }: Question) => {
  const open = openers.get(contest) ?? createRunOpener(contest);
  openers.set(contest, open);
  parentPort?.postMessage(open(bytes));
});
