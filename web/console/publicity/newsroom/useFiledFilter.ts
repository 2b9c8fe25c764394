import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { type FilingKind, filingKinds } from '@zuimei/shared/publicity/filing.ts';
import { type FiledFilter, type FiledState, filedStates } from '@zuimei/shared/publicity/newsroom.ts';
import { isDate } from '@zuimei/shared/time.ts';

/** What of the filings is shown and which one is read, in the address: a link to it shows the same, and 返回 goes back to it. */
export function useFiledFilter() {
  const route = useRoute();
  const router = useRouter();
  const text = (key: string): string => {
    const value = route.query[key];
    return typeof value === 'string' ? value : '';
  };
  function queryWith(changes: Record<string, string>) {
    const all = { ...route.query, ...changes };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
  }
  const set = (changes: Record<string, string>): void => void router.replace({ query: queryWith(changes) });
  const field = (key: string) =>
    computed({ get: () => text(key), set: (value: string) => set({ [key]: value }) });

  const state = computed<FiledState>({
    get: () => filedStates.find((one) => one === text('state')) ?? 'filed',
    set: (value) => set({ state: value === 'filed' ? '' : value }),
  });
  const [kind, contributor, from, to, q] = ['kind', 'contributor', 'from', 'to', 'q'].map(field) as [
    ReturnType<typeof field>,
    ReturnType<typeof field>,
    ReturnType<typeof field>,
    ReturnType<typeof field>,
    ReturnType<typeof field>,
  ];
  const filter = computed<FiledFilter>(() => {
    const known: FilingKind | undefined = filingKinds.find((one) => one === kind.value);
    return {
      state: state.value,
      ...(known ? { kind: known } : {}),
      ...(Number(contributor.value) > 0 ? { contributor: Number(contributor.value) } : {}),
      ...(isDate(from.value) ? { from: from.value } : {}),
      ...(isDate(to.value) ? { to: to.value } : {}),
      ...(q.value.trim() ? { q: q.value.trim() } : {}),
    };
  });

  /** The filing that is read, 0 = none. Where it covers the list, the phone's own 返回 must lead back to that. */
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

  return {
    state,
    kind,
    contributor,
    from,
    to,
    q,
    filter,
    reading,
    narrowed: computed(() => Object.keys(filter.value).length > 1),
    clear: () => set({ kind: '', contributor: '', from: '', to: '', q: '' }),
  };
}
