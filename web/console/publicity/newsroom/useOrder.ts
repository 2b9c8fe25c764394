import { computed, type Ref, ref, watch } from 'vue';
import type { FiledLine } from '@zuimei/shared/publicity/newsroom.ts';
import type { useFiled } from './useFiled.ts';

/** Going from one filing to the next in the order of the list. */
export function useOrder(filed: ReturnType<typeof useFiled>, reading: Ref<number>) {
  const { lines } = filed;
  const at = computed(() => lines.value.findIndex(({ id }) => id === reading.value));
  /** The place that it had, of what has left the list meanwhile. */
  const last = ref(0);
  watch(at, (now) => {
    if (now >= 0) last.value = now;
    if (lines.value.length - now < filed.few) void filed.more();
  });

  function neighbour(by: 1 | -1): FiledLine | undefined {
    if (reading.value === 0) return lines.value[0];
    if (at.value >= 0) return lines.value[at.value + by];
    return lines.value[by === 1 ? last.value : last.value - 1];
  }

  return {
    at,
    neighbour,
    go(by: 1 | -1): void {
      const next = neighbour(by);
      if (next) reading.value = next.id;
    },
  };
}
