import { Worker } from 'node:worker_threads';

/** A thread beside the one that takes ballots; it ends with an error when it needs more memory than `heapMb`. */
export function startThread(
  file: URL,
  heapMb: number,
  options: { data?: unknown; quiet?: boolean } = {},
): Worker {
  const { data, quiet = false } = options;
  const thread = new Worker(file, {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
    stdout: quiet,
    stderr: quiet,
  });
  if (quiet) {
    thread.stdout.resume();
    thread.stderr.resume();
  }
  return thread;
}

/**
 * Puts one question to a thread that has no other, and resolves with its next message: with `late` when none came before `until`, with
 * `ended` and why when the thread ended instead. Whoever asked ends a thread that was late.
 */
export function askThread<Reply>(
  thread: Worker,
  question: unknown,
  until: AbortSignal,
  moved: ArrayBuffer[] = [],
): Promise<{ reply: Reply } | { late: true } | { ended: unknown }> {
  return new Promise((resolve) => {
    const settle = (outcome: { reply: Reply } | { late: true } | { ended: unknown }): void => {
      thread.off('message', came);
      thread.off('error', failed);
      thread.off('exit', exited);
      until.removeEventListener('abort', late);
      resolve(outcome);
    };
    const came = (reply: Reply): void => settle({ reply });
    const failed = (error: unknown): void => settle({ ended: error });
    const exited = (code: number): void => settle({ ended: new Error(`the thread ended with ${code}`) });
    const late = (): void => settle({ late: true });
    until.addEventListener('abort', late);
    thread.on('message', came);
    thread.on('error', failed);
    thread.on('exit', exited);
    thread.postMessage(question, moved);
  });
}
