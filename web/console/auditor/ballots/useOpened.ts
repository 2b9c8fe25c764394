import { computed, type Ref, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { BallotLine } from '@zuimei/shared/audit.ts';
import { entryNumber, parseEntryNumber } from '@zuimei/shared/ledger/number.ts';
import { api } from '../../lib/client.ts';

/** The ballot that is read, by its number in the address: a link to it opens it, and the phone's own 返回 closes it again. */
export function useOpened(slug: string, lines: Readonly<Ref<readonly BallotLine[]>>) {
  const route = useRoute();
  const router = useRouter();
  const fetched = ref<BallotLine | null>(null);
  const index = computed(() => parseEntryNumber(String(route.query.ballot ?? '')));
  const line = computed(() => {
    if (index.value === null) return null;
    const here = lines.value.find((one) => one.index === index.value);
    return here ?? (fetched.value?.index === index.value ? fetched.value : null);
  });

  // One that is not among the lines loaded here: a link from elsewhere.
  watch(
    index,
    async (wanted) => {
      if (wanted === null || line.value) return;
      const answer = await api.get('/api/console/contests/:slug/ballots', { slug }, { before: wanted + 1 });
      if (answer.ok) fetched.value = answer.value.ballots.find((one) => one.index === wanted) ?? null;
    },
    { immediate: true },
  );

  let laidOver = false;
  function open(one: BallotLine): void {
    laidOver = true;
    void router.push({ query: { ...route.query, ballot: String(entryNumber(one.index)) } });
  }
  function close(): void {
    if (laidOver) router.back();
    else void router.replace({ query: { ...route.query, ballot: undefined } });
    laidOver = false;
  }
  return { line, open, close };
}
