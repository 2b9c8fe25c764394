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

/** Two texts parted at what they begin and end with alike: only the middle changed. No character is cut in two. */
export function middleOf(was: string, is: string): { head: string; was: string; is: string; tail: string } {
  const [old, now] = [[...was], [...is]];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const middle = (text: string[]): string => text.slice(head, text.length - tail).join('');
  return {
    head: now.slice(0, head).join(''),
    was: middle(old),
    is: middle(now),
    tail: now.slice(now.length - tail).join(''),
  };
}
