import { reactive } from 'vue';
import type { Answer, Fault } from './client.ts';

export interface Load<T> {
  status: 'loading' | 'ready' | 'failed';
  value: T | null;
  fault: Fault | null;
  /** Asks again. What is there stays shown meanwhile; of several askings under way only the last counts. */
  reload(): Promise<void>;
  /** Takes a value that came otherwise, e.g. as the answer to a change. */
  set(value: T): void;
}

/** Asks at once and keeps the answer. A reload that fails keeps the value and says the fault beside it. */
export function useLoad<T>(ask: () => Promise<Answer<T>>): Load<T> {
  let asked = 0;
  const load = reactive({
    status: 'loading',
    value: null,
    fault: null,
    async reload() {
      asked += 1;
      const mine = asked;
      if (load.value === null) load.status = 'loading';
      const answer = await ask();
      if (mine !== asked) return;
      if (answer.ok) load.set(answer.value);
      else {
        load.fault = answer.fault;
        if (load.value === null) load.status = 'failed';
      }
    },
    set(value: T) {
      asked += 1;
      load.value = value;
      load.fault = null;
      load.status = 'ready';
    },
  }) as Load<T>;
  void load.reload();
  return load;
}
