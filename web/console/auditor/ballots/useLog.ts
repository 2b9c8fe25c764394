import { computed, reactive, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { BallotFilter, BallotLine, BallotPage } from '@zuimei/shared/audit.ts';
import { entryNumber, parseEntryNumber } from '@zuimei/shared/ledger/number.ts';
import { api, type Fault } from '../../lib/client.ts';
import { useLoad } from '../../lib/load.ts';
import { useReading } from '../useReading.ts';
import { type FilterKey, parseFilter, queryOf, searchOf } from './filter.ts';

/** Ballots that are shown above the one somebody jumped to. */
const NEWER_SHOWN = 10;

/** What was loaded of a log, kept while one looks at a cluster or a ruling, so that 返回 finds the same place. */
interface Kept {
  at: string;
  first: BallotPage;
  older: BallotLine[];
  next: number | null;
}
let kept: Kept | null = null;

/** The log of a contest, newest first, narrowed as the address says, page after page. */
export function useLog(slug: string) {
  const route = useRoute();
  const router = useRouter();
  const filter = computed(() => parseFilter(route.query));
  const search = computed(() => searchOf(filter.value));
  /** The number that somebody jumped to: the log then begins a little above it, so that what came before and after is seen. */
  const near = computed(() => parseEntryNumber(String(route.query.near ?? '')));
  const here = () => `${slug}${search.value} ${near.value ?? ''}`;

  const older = ref<BallotLine[]>([]);
  const next = ref<number | null>(null);
  const more = reactive({ busy: false, fault: null as Fault | null });
  // Somebody who went on from here and came back.
  const back = kept !== null && kept.at === here() && history.state?.forward ? kept : null;

  let first = back;
  const load = useLoad<BallotPage>(async () => {
    if (first) {
      const value = first.first;
      first = null;
      return { ok: true, value };
    }
    const before = near.value === null ? {} : { before: near.value + NEWER_SHOWN + 1 };
    return await api.get('/api/console/contests/:slug/ballots', { slug }, { ...filter.value, ...before });
  });
  if (back) {
    load.set(back.first);
    older.value = back.older;
    next.value = back.next;
  }
  watch(
    () => load.value,
    (page) => {
      if (!page) return;
      // The newest page came anew: what was loaded below it may overlap it by now.
      older.value = [];
      next.value = page.next;
    },
    { flush: 'sync' },
  );
  watch([search, near], () => {
    load.value = null;
    older.value = [];
    next.value = null;
    void load.reload();
  });
  useReading(load);

  const lines = computed(() => [...(load.value?.ballots ?? []), ...older.value]);
  watch([lines, next], () => {
    if (load.value) kept = { at: here(), first: load.value, older: older.value, next: next.value };
  });

  async function readMore(): Promise<void> {
    if (next.value === null || more.busy) return;
    const asked = here();
    more.busy = true;
    const answer = await api.get(
      '/api/console/contests/:slug/ballots',
      { slug },
      { ...filter.value, before: next.value },
    );
    more.busy = false;
    more.fault = answer.ok ? null : answer.fault;
    if (!answer.ok || asked !== here()) return;
    const known = new Set(lines.value.map(({ index }) => index));
    older.value = [...older.value, ...answer.value.ballots.filter(({ index }) => !known.has(index))];
    next.value = answer.value.next;
  }

  /** Each narrowing is a step that 返回 undoes. */
  function show(changes: BallotFilter): void {
    void router.push({ query: queryOf(changes) });
  }
  function narrow(key: FilterKey, value: string | number | undefined): void {
    const query = queryOf(filter.value);
    if (near.value !== null) query.near = String(entryNumber(near.value));
    if (value === undefined || value === '') delete query[key];
    else query[key] = String(value);
    void router.push({ query });
  }

  /** Shows a ballot among those that came just before and after it. */
  function jump(index: number): void {
    const number = String(entryNumber(index));
    void router.push({ query: { near: number, ballot: number } });
  }
  function leaveNear(): void {
    void router.push({ query: queryOf(filter.value) });
  }

  return {
    near,
    jump,
    leaveNear,
    load,
    lines,
    next,
    more,
    readMore,
    filter,
    search,
    narrow,
    show,
    clear: () => show({}),
    narrowed: computed(() => Object.keys(filter.value).length > 0),
  };
}

export type Log = ReturnType<typeof useLog>;
