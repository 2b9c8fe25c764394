import { isHidden, isText, masked } from './answer.ts';
import type { Category, Photo } from './contest.ts';
import type { Consent, FormValues, NominationView } from './nomination.ts';
import type { FormField } from './plan/plan.ts';
import { kindWords } from './words.ts';

/** What a nomination says at one moment, private answers in clear: never leaves the server. */
export interface Said extends Pick<NominationView, 'kind' | 'category'> {
  values: FormValues;
  photo: Photo | null;
  consent: Consent | null;
  /** With the scans of opinions. */
  files: { id: string; name: string }[];
}

/** One thing that is another since the nomination was returned; '' = there was, or is, none. */
export interface Revision {
  /** Key of the field, or kind, category, photo, consent, files. */
  field: string;
  title: string;
  was: string;
  is: string;
}

/**
 * What changed between two states of a nomination, in the order of the form. A private answer is masked on both sides, so that all it tells
 * is that it changed; of a photo, likewise.
 */
export function revisionsOf(
  { form, categories }: { form: readonly FormField[]; categories: readonly Category[] },
  was: Said,
  is: Said,
): Revision[] {
  const category = (id: string): string => categories.find((one) => one.id === id)?.name ?? id;
  const consent = (one: Consent | null): string => (one ? `${one.by}，${one.on}` : '');
  const files = (said: Said, other: Said): string =>
    said.files.flatMap(({ id, name }) => (other.files.some((one) => one.id === id) ? [] : name)).join('、');
  const photoed = was.photo?.id !== is.photo?.id;
  const title = form.find(({ type }) => type === 'photo')?.title || '照片';
  const told: Revision[] = [
    { field: 'kind', title: '报送对象', was: kindWords[was.kind], is: kindWords[is.kind] },
    { field: 'category', title: '组别', was: category(was.category), is: category(is.category) },
    ...(photoed
      ? [{ field: 'photo', title, was: was.photo ? '原照片' : '', is: is.photo ? '新照片' : '' }]
      : []),
    { field: 'consent', title: '本人同意', was: consent(was.consent), is: consent(is.consent) },
    { field: 'files', title: '附件', was: files(was, is), is: files(is, was) },
  ];
  const answers = form.flatMap((field): Revision[] => {
    const [old, now] = [was.values[field.key] ?? '', is.values[field.key] ?? ''];
    if (!isText(field) || old === now) return [];
    const shown = (value: string): string => (isHidden(field) ? masked(field, value) : value);
    return [{ field: field.key, title: field.title, was: shown(old), is: shown(now) }];
  });
  return [...told.filter((one) => one.was !== one.is), ...answers];
}

export interface RevisionPart {
  /** same: in both; was: only before; is: only now. */
  side: 'same' | 'was' | 'is';
  text: string;
}

/** Two texts of more sentences than this, multiplied, are shown whole: nobody reads on in such a change. */
const MOST_PAIRS = 250_000;

/** Two texts sentence by sentence: what both have in one order stands once (a longest common subsequence), the others are old or new. */
export function partsOf(was: string, is: string): RevisionPart[] {
  const sentences = (text: string): string[] => text.split(/(?<=[。！？；\n])/u).filter((one) => one !== '');
  const [old, now] = [sentences(was), sentences(is)];
  const parts: RevisionPart[] = [];
  const say = (side: RevisionPart['side'], text: string): void => {
    const last = parts.at(-1);
    if (last?.side === side) last.text += text;
    else if (text !== '') parts.push({ side, text });
  };
  if (old.length * now.length > MOST_PAIRS) {
    say('was', was);
    say('is', is);
    return parts;
  }
  // common[i][j]: how many sentences old from i on and now from j on have in common.
  const common = old.map(() => now.map(() => 0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row) row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      say('same', old[i++] ?? '');
      j++;
    } else if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1)))
      say('was', old[i++] ?? '');
    else say('is', now[j++] ?? '');
  }
  return parts;
}
