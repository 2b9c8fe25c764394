import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { checkBundle } from '@zuimei/shared/bundle/check.ts';
import { isBundleFile } from '@zuimei/shared/bundle/format.ts';
import { formatBundleNote, parseBundleNote } from '@zuimei/shared/bundle/note.ts';
import type { BundleOptions, BundleReport } from '@zuimei/shared/bundle/report.ts';
import { type Signer, signNote } from '@zuimei/shared/note.ts';

/** The files of a bundle as texts, to be looked at and spoilt. */
export type Files = Record<string, string>;

export function filesOf(zip: Uint8Array): Files {
  const texts = Object.entries(unzipSync(zip)).map(([name, bytes]) => [
    name,
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  ]);
  return Object.fromEntries(texts) as Files;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function zipOf(files: Files): Uint8Array {
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)])),
    { level: 1 },
  );
}

/** As the writer would have sealed these files: sums, and the note where a signer is given. */
export async function resealed(files: Files, signer: Signer | null): Promise<Files> {
  const sums = Object.keys(files)
    .filter((name) => isBundleFile(name) && name !== 'SHA256SUMS' && name !== 'bundle.note')
    .sort()
    .map((name) => `${sha256(files[name] ?? '')}  ${name}\n`)
    .join('');
  const note = parseBundleNote(files['bundle.note'] ?? '');
  if (!signer || !note) return { ...files, SHA256SUMS: sums };
  const text = formatBundleNote({ ...note, digest: sha256(sums) });
  return { ...files, SHA256SUMS: sums, 'bundle.note': await signNote(text, signer) };
}

export async function checked(zip: Uint8Array, options: BundleOptions = {}): Promise<BundleReport> {
  const source = { size: zip.length, read: async (from: number, to: number) => zip.slice(from, to) };
  return await checkBundle(source, options);
}
