import { parseNote } from '../note.ts';
import { BUNDLE_FORMAT, type BundleNote, editions } from './format.ts';

/** The text that is signed. */
export function formatBundleNote({ origin, edition, digest, size, root }: BundleNote): string {
  return `${BUNDLE_FORMAT}\n${origin}\n${edition}\n${digest}\n${size}\n${root}\n`;
}

/** What a note says, nothing of it verified; null for what is no note of a bundle. */
export function parseBundleNote(note: string): BundleNote | null {
  try {
    const [format, origin = '', named, digest = '', count = '', root = '', ...rest] =
      parseNote(note).text.split('\n');
    const edition = editions.find((one) => one === named);
    const fits = /^[0-9a-f]{64}$/.test(digest) && /^(?:0|[1-9]\d{0,14})$/.test(count) && rest.join() === '';
    if (format !== BUNDLE_FORMAT || !edition || !fits) return null;
    return { origin, edition, digest, size: Number(count), root };
  } catch {
    return null;
  }
}
