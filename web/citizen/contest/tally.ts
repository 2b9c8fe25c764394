import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { TallyView } from '@zuimei/shared/view.ts';
import { client } from '../../lib/client.ts';

/** Counts as last read. `counts` stays null while the contest is sealed. */
export const useTally = defineStore('tally', () => {
  const view = shallowRef<TallyView | null>(null);
  const failed = shallowRef(false);
  let shown = '';

  const votes = computed(() => new Map(view.value?.counts?.map((one) => [one.number, one.votes])));
  const held = computed(() => new Map(view.value?.counts?.map((one) => [one.number, one.held])));
  const visible = computed(() => view.value?.counts != null);

  async function refresh(slug: string): Promise<void> {
    if (slug !== shown) {
      view.value = null;
      shown = slug;
    }
    const answer = await client.tally(slug);
    if (slug !== shown) return;
    failed.value = !answer.ok;
    if (answer.ok) view.value = answer.value;
  }

  return { view, failed, votes, held, visible, refresh };
});
