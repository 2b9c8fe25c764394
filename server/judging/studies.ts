import type { Study } from '@zuimei/shared/verdict.ts';
import { createKept } from '../http/kept.ts';
import { askThread, startThread } from '../thread.ts';
import type { Turns } from '../turn.ts';
import type { StudyAsk } from './study.ts';

const STUDY_MS = 30_000;
const HEAP_MB = 256;
const KEPT_BYTES = 4 << 20;

export interface Studies {
  /** `key` names the standing with what was settled on it: the same is worked out once. Refuses with `busy` when too many wait already. */
  of(key: string, read: () => Promise<StudyAsk>): Promise<Study>;
}

/** Hundreds of what-ifs take a second of computing, in which nobody's ballot must wait: each in its turn, in a thread that ends with it. */
export function createStudies(turns: Turns): Studies {
  const kept = createKept<string>(KEPT_BYTES);
  return {
    async of(key, read) {
      const known = kept.get(key);
      if (known !== undefined) return JSON.parse(known) as Study;
      using _turn = await turns.take();
      const ask = await read();
      const thread = startThread(new URL('./worker.ts', import.meta.url), HEAP_MB);
      try {
        const outcome = await askThread<Study>(thread, ask, AbortSignal.timeout(STUDY_MS));
        if (!('reply' in outcome))
          throw 'late' in outcome ? new Error('a standing took too long to study') : outcome.ended;
        const text = JSON.stringify(outcome.reply);
        kept.put(key, text, text.length * 2);
        return outcome.reply;
      } finally {
        await thread.terminate();
      }
    },
  };
}
