import { type Ref, ref, watch } from 'vue';
import type { Office } from '@zuimei/shared/result/act.ts';
import { keep, readStored } from '../../../lib/storage.ts';
import { officeParts } from './words.ts';

/**
 * What is typed on this page stays in this browser until it is published, for the one who typed it (`staff`) and the contest. `parse`: gives
 * null for what it cannot be.
 */
export function useKept<T>(
  form: string,
  { slug, staff }: { slug: string; staff: number | null | undefined },
  first: T,
  parse: (stored: unknown) => T | null,
): { value: Ref<T>; forget: () => void } {
  const key = `course.${form}.${slug}.${staff ?? 0}`;
  const value = ref(readStored(key, parse) ?? first) as Ref<T>;
  let forgotten = false;
  watch(
    value,
    (now) => {
      if (!forgotten) keep(key, now);
      forgotten = false;
    },
    { deep: true },
  );
  return {
    value,
    forget() {
      forgotten = true;
      keep(key, null);
    },
  };
}

/** The text of a notice as somebody changed it: `base` is what it was made from. */
export interface KeptText {
  base: string[];
  text: string[];
  office: Office;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= 20 && value.every((one) => typeof one === 'string');

export function parseKeptText(stored: unknown): KeptText | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { base, text, office } = stored as Partial<Record<keyof KeptText, unknown>>;
  if (!isTexts(base) || !isTexts(text)) return null;
  const parts = parseTexts(officeParts)(office);
  return parts && { base, text, office: parts };
}

/** A form whose fields are all texts. */
export function parseTexts<Part extends string>(
  parts: readonly Part[],
): (stored: unknown) => Record<Part, string> | null {
  return (stored) => {
    if (typeof stored !== 'object' || stored === null) return null;
    const texts = parts.map((part) => [part, (stored as Record<string, unknown>)[part]] as const);
    return texts.every(([, text]) => typeof text === 'string')
      ? (Object.fromEntries(texts) as Record<Part, string>)
      : null;
  };
}

/**
 * What was typed, on what the notice would say now: its days move with every day that it waits. Paragraphs that nobody touched follow. `stale`:
 * what a changed paragraph was made from says something else by now; `base` stays for it what it was.
 */
export function mergeText(
  { base, text }: Pick<KeptText, 'base' | 'text'>,
  now: readonly string[],
): { base: string[]; text: string[]; stale: boolean } {
  if (base.length !== now.length || text.length !== now.length)
    return { base: [...base], text: [...text], stale: base.join('\n') !== now.join('\n') };
  const follows = (at: number): boolean => text[at] === base[at] || text[at] === now[at];
  return {
    base: now.map((line, at) => (follows(at) ? line : (base[at] ?? ''))),
    text: now.map((line, at) => (follows(at) ? line : (text[at] ?? ''))),
    stale: now.some((line, at) => !follows(at) && base[at] !== line),
  };
}
