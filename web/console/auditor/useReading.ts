import { onUnmounted, watch } from 'vue';
import type { Reading } from '@zuimei/shared/audit.ts';
import type { Load } from '../lib/load.ts';

const HURRY_MS = 1_500;
/** While people vote the newest entries are always a moment away: that is no reading to wait for. */
const NEARLY = 0.98;

/** Whether so little of the ledger is read that what is shown is not the whole. */
export function isReading(reading: Reading): boolean {
  return reading.entries < reading.of * NEARLY;
}

/** Share of the ledger that was read, 0 to 1. */
export function readShare({ entries, of }: Reading): number {
  return of > 0 ? Math.min(1, entries / of) : 1;
}

/** While the server still reads the ledger the page asks again by itself, also where it had to refuse for that reason. */
export function useReading<T extends { reading: Reading }>(load: Load<T>): void {
  let timer = 0;
  watch(
    () => [load.value, load.fault] as const,
    ([value, fault]) => {
      clearTimeout(timer);
      const behind = fault ? fault.code === 'ledger_not_read' : value !== null && isReading(value.reading);
      if (behind) timer = window.setTimeout(() => void load.reload(), HURRY_MS);
    },
    { immediate: true },
  );
  onUnmounted(() => clearTimeout(timer));
}
