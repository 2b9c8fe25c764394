import { computed, type Ref, ref, watch } from 'vue';
import type { FiledFilter, FiledLine } from '@zuimei/shared/publicity/newsroom.ts';
import { api, type Fault } from '../../lib/client.ts';
import { useLoad } from '../../lib/load.ts';

/** So few left to read, and the next page is asked for. */
const FEW = 12;

/** The list under a filter, page after page. What was decided leaves it at once; what is read stays in its place. */
export function useFiled(filter: Readonly<Ref<FiledFilter>>) {
  const load = useLoad(() => api.get('/api/console/newsroom', filter.value));
  const further = ref<FiledLine[]>([]);
  const next = ref<string | null>(null);
  const gone = ref(new Set<number>());
  const asking = ref(false);
  const fault = ref<Fault | null>(null);
  /** Of the filter and of every reload: what comes late of an earlier one is not added. */
  let round = 0;

  watch(
    () => load.value,
    (list) => {
      round += 1;
      further.value = [];
      gone.value = new Set();
      next.value = list?.next ?? null;
      fault.value = null;
    },
  );
  watch(
    () => JSON.stringify(filter.value),
    () => void load.reload(),
  );

  const lines = computed(() => {
    const seen = new Set<number>(gone.value);
    return [...(load.value?.lines ?? []), ...further.value].filter(({ id }) => {
      const first = !seen.has(id);
      seen.add(id);
      return first;
    });
  });

  async function more(): Promise<void> {
    const after = next.value;
    if (after === null || asking.value) return;
    const mine = round;
    asking.value = true;
    const answer = await api.get('/api/console/newsroom', { ...filter.value, after });
    asking.value = false;
    if (mine !== round) return;
    fault.value = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    further.value = [...further.value, ...answer.value.lines];
    next.value = answer.value.next;
  }

  /** Takes what was decided off the list, and counts it under its new state. */
  function drop(ids: readonly number[], to: 'accepted' | 'returned' | 'filed'): void {
    gone.value = new Set([...gone.value, ...ids]);
    const list = load.value;
    if (list) {
      list.counts[filter.value.state ?? 'filed'] -= ids.length;
      list.counts[to] += ids.length;
    }
    if (lines.value.length < FEW) void more();
  }

  return { load, lines, next, asking, fault, more, drop, few: FEW };
}
