import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import type { Signer } from '@zuimei/shared/note.ts';
import type { Files } from './file.ts';
import { type Entry, relogged } from './relog.ts';

/** Gives other files than it is given. */
export type Spoil = (files: Files, signer: Signer) => Files | Promise<Files>;
type Change = (old: unknown) => unknown;
type Fields = Record<string, unknown>;

/** A value with what stands at `path` (keys and places by points; '' = all of it) changed. */
export function put(value: unknown, path: string, change: Change): unknown {
  const [key = '', ...rest] = path === '' ? [] : path.split('.');
  if (path === '') return change(value);
  const own = value as Fields;
  const after = put(own[key], rest.join('.'), change);
  if (Array.isArray(value)) return value.map((one: unknown, i) => (`${i}` === key ? after : one));
  return { ...own, [key]: after };
}

export const text =
  (name: string, change: (text: string) => string): Spoil =>
  (files) => ({ ...files, [name]: change(files[name] ?? '') });

/** A place of a file of one canonical text. */
export const json = (name: string, path: string, change: Change): Spoil =>
  text(name, (said) => canonicalText(put(JSON.parse(said), path, change)));

/** A place of a file of lines, the line's place first. */
export const lines = (name: string, path: string, change: Change): Spoil =>
  text(name, (said) => {
    const values = said
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
    return (put(values, path, change) as unknown[]).map((value) => `${canonicalText(value)}\n`).join('');
  });

/** A place of the first act of a kind, and all that is read off it. */
export const act =
  (kind: string, path: string, change: Change): Spoil =>
  (files, signer) =>
    relogged(files, signer, (entries) => {
      const entry = entries.find((one) => one.kind === kind);
      if (entry) entry.act = put(entry.act, path, change) as Fields;
    });

/** One more act at the end. */
export const said =
  (kind: string, facts: Fields): Spoil =>
  (files, signer) =>
    relogged(files, signer, (entries) => {
      const { at } = entries.at(-1) as Entry;
      const spoken = { actor: '孙科长', reason: '按方案办理', reference: '', ...facts };
      entries.push({ index: entries.length, at, kind, commitment: '', act: spoken });
    });

/** One after the other. */
export const both =
  (...spoils: Spoil[]): Spoil =>
  async (files, signer) => {
    let after = files;
    for (const spoil of spoils) after = await spoil(after, signer);
    return after;
  };
