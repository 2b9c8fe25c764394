import { type Ref, ref, watch } from 'vue';
import { keep, readStored } from '../../lib/storage.ts';
import { useSession } from './session.ts';

/** How somebody likes a page: kept in this browser for their account alone. `parse` gives null for what it cannot be. */
export function useOwn<T>(what: string, first: T, parse: (stored: unknown) => T | null): Ref<T> {
  const key = `own.${useSession().me?.id ?? 0}.${what}`;
  const value = ref(readStored(key, parse) ?? first) as Ref<T>;
  watch(value, (now) => void keep(key, now));
  return value;
}

export function parseTexts(stored: unknown): string[] | null {
  return Array.isArray(stored) && stored.length <= 100 && stored.every((one) => typeof one === 'string')
    ? stored
    : null;
}
