import type { Challenge } from 'altcha-lib';
import type { WorkerWords } from './worker.ts';

/** The work of one challenge, done in a worker of its own. */
export interface Solver {
  /** What a ballot brings as `proof`. Rejects if no worker can run here, or the challenge makes no sense. */
  proof: Promise<string>;
  /** Ends the worker; `proof` stays open for ever. */
  stop(): void;
}

/** `challenge`: JSON of an ALTCHA challenge. `onShare` hears a few times a second which share is done, null = nobody knows. */
export function createSolver(text: string, onShare: (share: number | null) => void): Solver {
  let worker: Worker | null = null;
  const stop = (): void => worker?.terminate();
  const proof = new Promise<string>((resolve, reject) => {
    const challenge = JSON.parse(text) as Challenge;
    const most = mostGuesses(challenge);
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('error', () => reject(new Error('the worker did not start')));
    worker.addEventListener('message', ({ data: words }: MessageEvent<WorkerWords>) => {
      if ('guesses' in words) onShare(most === null ? null : Math.min(0.99, words.guesses / most));
      else if ('solution' in words && words.solution)
        resolve(`altcha:${btoa(JSON.stringify({ challenge, solution: words.solution }))}`);
      else reject(new Error('fault' in words ? words.fault : 'no solution'));
    });
    worker.postMessage(challenge);
  });
  return { proof: proof.finally(stop), stop };
}

/** How many guesses it takes at most, where the challenge says so. */
function mostGuesses({ parameters }: Challenge): number | null {
  const most = parameters.data?.guesses;
  return typeof most === 'number' && most > 0 ? most : null;
}
