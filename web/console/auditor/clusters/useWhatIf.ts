import { ref, shallowRef } from 'vue';
import type { WhatIf } from '@zuimei/shared/audit.ts';
import { api, type Fault } from '../../lib/client.ts';

/** Asks what the ranking would be without some ballots. Of several askings under way only the last counts. */
export function useWhatIf(slug: string) {
  const value = shallowRef<WhatIf | null>(null);
  const fault = ref<Fault | null>(null);
  const busy = ref(false);
  let asked = 0;

  async function ask(clusters: readonly string[]): Promise<void> {
    asked += 1;
    const mine = asked;
    busy.value = true;
    const answer = await api.post(
      '/api/console/contests/:slug/whatif',
      { slug },
      { clusters: [...clusters] },
    );
    if (mine !== asked) return;
    busy.value = false;
    fault.value = answer.ok ? null : answer.fault;
    value.value = answer.ok ? answer.value : null;
  }
  function drop(): void {
    asked += 1;
    busy.value = false;
    fault.value = null;
    value.value = null;
  }
  return { value, fault, busy, ask, drop };
}
