import { availableParallelism } from 'node:os';
import type { ExportCheck } from '@zuimei/shared/export/check.ts';
import { MOST_LINE_CHARS } from '@zuimei/shared/export/export.ts';
import { startThread } from '../thread.ts';
import type { Answer, Question } from './opener.ts';

/** What must be done in order takes a fifth of the work: more threads than this would wait for it. */
const MOST_THREADS = 5;
/** For less a thread costs more than it saves. */
const LEAST_BYTES = 8 << 20;
const THREAD_MB = 512;
/** Pieces that each has at once, so that it does not wait for the next. */
const AHEAD = 2;
const NEWLINE = 10;

/** Opens the entries of an export, a piece of whole lines at a time; answers in the order in which it was asked. */
export interface Opener {
  /** Rejects when it has ended. */
  open(question: Question): Promise<Answer>;
  end(): void;
}

/** For a file of so many bytes; none where the thread that reads it does that as fast. */
export function openersFor(bytes: number): Opener[] {
  const cores = availableParallelism();
  const threads = bytes < LEAST_BYTES || cores < 2 ? 0 : Math.min(cores, MOST_THREADS);
  return Array.from({ length: threads }, openerThread);
}

/** A thread of its own. */
export function openerThread(): Opener {
  const thread = startThread(new URL('./opener.ts', import.meta.url), THREAD_MB);
  const asked: PromiseWithResolvers<Answer>[] = [];
  let ended: Error | null = null;
  const fail = (error: Error): void => {
    ended = error;
    for (const one of asked.splice(0)) one.reject(error);
  };
  thread.on('message', (answer: Answer) => asked.shift()?.resolve(answer));
  thread.on('error', fail);
  thread.on('exit', (code) => fail(new Error(`a thread that opens entries ended with ${code}`)));
  return {
    open(question) {
      const one = Promise.withResolvers<Answer>();
      if (ended) one.reject(ended);
      else {
        asked.push(one);
        thread.postMessage(question);
      }
      return one.promise;
    },
    end: () => void thread.terminate(),
  };
}

/**
 * Gives a file to its check, in order, and ends the crew. A piece in which one of them finds anything odd is read by the check itself, so that
 * what it says does not depend on them. Rejects when one of them ends, or the file cannot be read.
 */
export async function checkWith(
  crew: readonly Opener[],
  check: ExportCheck,
  file: AsyncIterable<Uint8Array>,
): Promise<void> {
  const pieces: { bytes: Uint8Array; answer: Promise<Answer> }[] = [];
  let contest: string | null = null;
  let turn = 0;

  async function takeNext(): Promise<void> {
    const piece = pieces.shift();
    const run = await piece?.answer;
    if (piece && !(run && check.takeRun(run))) await check.take(piece.bytes);
  }

  try {
    for await (const bytes of crew.length > 0 ? wholeLines(file) : file) {
      contest ??= check.contest();
      const opener = crew[turn++ % crew.length];
      if (contest === null || !opener) await check.take(bytes);
      else {
        const answer = opener.open({ contest, bytes });
        // Awaited later, or never when another has ended.
        answer.catch(() => {});
        pieces.push({ bytes, answer });
      }
      if (pieces.length >= AHEAD * crew.length) await takeNext();
    }
    while (pieces.length > 0) await takeNext();
  } finally {
    for (const opener of crew) opener.end();
  }
}

/** The same bytes in pieces that end with a line; the last one, and one that no line ends in, as they are. */
async function* wholeLines(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of file) {
    const cut = bytes.lastIndexOf(NEWLINE) + 1;
    left.push(cut > 0 ? bytes.subarray(0, cut) : bytes);
    length += bytes.length;
    if (cut === 0 && length <= MOST_LINE_CHARS) continue;
    yield Buffer.concat(left);
    left = cut > 0 ? [bytes.subarray(cut)] : [];
    length = left[0]?.length ?? 0;
  }
  if (length > 0) yield Buffer.concat(left);
}
