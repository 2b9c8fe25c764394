import { computed, reactive, watch } from 'vue';
import type { BallotLine, RulingScope } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import type { RulingPart } from '@zuimei/shared/part.ts';
import type { RulingPreview } from '@zuimei/shared/proposal.ts';
import { api, type Fault } from '../../lib/client.ts';

interface Asked {
  slug: string;
  scope: RulingScope;
  /** null until both are chosen: then nothing is asked. */
  verb: RulingVerb | null;
  part: RulingPart | null;
}

/** What would be proposed, asked anew whenever something of it changes; of several askings under way only the last counts. */
export function usePreview(asked: () => Asked) {
  const state = reactive({
    value: null as RulingPreview | null,
    lines: [] as BallotLine[],
    fault: null as Fault | null,
    busy: false,
  });
  let times = 0;

  async function ask(before?: number): Promise<void> {
    const { slug, scope, verb, part } = asked();
    times += 1;
    const mine = times;
    if (!verb || !part) {
      Object.assign(state, { value: null, lines: [], fault: null, busy: false });
      return;
    }
    state.busy = true;
    const body = { verb, scope, part, ...(before === undefined ? {} : { before }) };
    const answer = await api.post('/api/console/contests/:slug/rulings/preview', { slug }, body);
    if (mine !== times) return;
    state.busy = false;
    state.fault = answer.ok ? null : answer.fault;
    if (!answer.ok) {
      if (before === undefined) Object.assign(state, { value: null, lines: [] });
      return;
    }
    state.value = answer.value;
    state.lines = before === undefined ? answer.value.lines : [...state.lines, ...answer.value.lines];
  }

  const key = computed(() => JSON.stringify(asked()));
  watch(key, () => void ask(), { immediate: true });
  return { state, more: () => ask(state.value?.next ?? undefined) };
}
