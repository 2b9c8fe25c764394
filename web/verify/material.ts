import { reactive, ref } from 'vue';
import { parseVerifierKey } from '@zuimei/shared/note.ts';

/** Opened from a disk, the page has no site to ask. */
export const served = location.protocol.startsWith('http');

/** What all three checks are given; gone when the page is closed. */
export const material = reactive({
  file: null as File | null,
  /** The log's key as the reader brought it; '' = as the site or the file says. */
  key: '',
});

/** Of the address that a receipt's picture code leads to, `…/verify#r=<code>`; '' if it is none. */
export const scanned = ref(readScanned());

export function readScanned(): string {
  return /^#r=([\w-]+)/.exec(location.hash)?.[1] ?? '';
}

/** Of the address that a certificate's picture code leads to, `…/verify#c=<code>`; '' if it is none. */
export function readCertificate(): string {
  return /^#c=([^&]+)/.exec(location.hash)?.[1] ?? '';
}

/** Of the address that a closing record's picture code leads to, `…/verify#z=<code>`; '' if it is none. */
export function readClosing(): string {
  return /^#z=([\w.-]+)/.exec(location.hash)?.[1] ?? '';
}

export function isKey(text: string): boolean {
  try {
    parseVerifierKey(text.trim());
    return true;
  } catch {
    return false;
  }
}

/** The key that was brought, as an option. */
export function ownKey(): { key?: string } {
  return material.key.trim() === '' ? {} : { key: material.key.trim() };
}
