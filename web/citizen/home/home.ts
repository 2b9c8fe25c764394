import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { ContestSummary } from '@zuimei/shared/view.ts';
import { client } from '../../lib/client.ts';

export const useHome = defineStore('home', () => {
  const list = shallowRef<ContestSummary[]>([]);
  const status = ref<'loading' | 'ready' | 'failed'>('loading');

  function show(contests: ContestSummary[]): void {
    list.value = contests;
    status.value = 'ready';
  }

  async function load(): Promise<void> {
    const answer = await client.contests();
    if (answer.ok) show(answer.value);
    else if (status.value === 'loading') status.value = 'failed';
  }

  return { list, status, show, load };
});
