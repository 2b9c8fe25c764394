import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { NominationState } from '@zuimei/shared/nomination.ts';
import { nominationStates } from '@zuimei/shared/nomination.ts';
import { type ReviewFilter, type WarningCode, warningCodes } from '@zuimei/shared/shortlist.ts';
import type { Sort } from '../../frame/order.ts';

type Query = Record<string, string | undefined>;

/** What of the list is shown, in the address: a link to it shows the same, and 返回 goes back to it. */
export function useFilter() {
  const route = useRoute();
  const router = useRouter();
  const text = (key: string): string => {
    const value = route.query[key];
    return typeof value === 'string' ? value : '';
  };

  function queryWith(changes: Query): Query {
    const query: Query = { ...(route.query as Query), ...changes };
    for (const key of Object.keys(query)) if (!query[key]) delete query[key];
    return query;
  }
  function set(changes: Query): void {
    void router.replace({ query: queryWith(changes) });
  }

  const field = (key: string) =>
    computed({ get: () => text(key), set: (value: string) => set({ [key]: value }) });

  /** '' = those that wait for a verdict; 'all' = every state. */
  const state = computed({
    get: () => text('state') || 'submitted',
    set: (value: string) => set({ state: value === 'submitted' ? '' : value }),
  });
  /** '' = all, '1' = with any hint, else the code of one. */
  const warned = field('warned');
  const sort = computed<Sort | null>({
    get: () => (text('sort') ? { key: text('sort'), down: text('down') === '1' } : null),
    set: (value) => set({ sort: value?.key, down: value?.down ? '1' : '' }),
  });
  const unit = field('unit');
  const category = field('category');
  const q = field('q');
  const filter = computed<ReviewFilter>(() => ({
    ...(isState(state.value) ? { state: state.value } : {}),
    ...(Number(unit.value) > 0 ? { unit: Number(unit.value) } : {}),
    ...(category.value ? { category: category.value } : {}),
    ...(warned.value ? { warned: hintIn(warned.value) } : {}),
    ...(q.value ? { q: q.value } : {}),
  }));
  const narrowed = computed(() => Boolean(unit.value || category.value || warned.value || q.value));

  /** The nomination that is read, 0 = none. On a phone it covers the list, and the phone's own 返回 must lead back to that. */
  let laidOver = false;
  const reading = computed({
    get: () => Number(text('read')) || 0,
    set: (id: number) => {
      const was = reading.value;
      if (id === was) return;
      if (id > 0 && was === 0) {
        laidOver = true;
        void router.push({ query: queryWith({ read: String(id) }) });
      } else if (id === 0 && laidOver) {
        laidOver = false;
        router.back();
      } else set({ read: id > 0 ? String(id) : '' });
    },
  });
  const view = field('view');

  return {
    state,
    warned,
    sort,
    unit,
    category,
    q,
    filter,
    narrowed,
    reading,
    view,
    clear: () => set({ unit: '', category: '', warned: '', q: '' }),
  };
}

function hintIn(text: string): WarningCode | true {
  return warningCodes.find((code) => code === text) ?? true;
}

function isState(text: string): text is NominationState {
  return (nominationStates as readonly string[]).includes(text);
}
