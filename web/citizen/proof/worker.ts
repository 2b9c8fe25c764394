import '../../lib/engine.ts';
import { type Challenge, type Solution, solveChallenge } from 'altcha-lib';
import { deriveKey } from './derive.ts';

/** What the worker says: how many guesses were made so far, a few times a second; at last what it found. */
export type WorkerWords = { guesses: number } | { solution: Solution | null } | { fault: string };

const EVERY_MS = 120;

function tell(words: WorkerWords): void {
  postMessage(words);
}

async function solve(challenge: Challenge): Promise<void> {
  let guesses = 0;
  let told = performance.now();
  const solution = await solveChallenge({
    challenge,
    // The voter decides how long is too long: a page in the background may be stopped for minutes.
    timeout: 0,
    deriveKey: async (...given) => {
      guesses++;
      if (performance.now() - told > EVERY_MS) {
        told = performance.now();
        tell({ guesses });
      }
      return await deriveKey(...given);
    },
  });
  tell({ solution });
}

addEventListener('message', ({ data }: MessageEvent<Challenge>) => {
  solve(data).catch((error: unknown) => tell({ fault: String(error) }));
});
