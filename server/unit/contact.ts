import type { UnitDraft } from '@zuimei/shared/unit.ts';
import { openPrivate, sealPrivate } from '../vault.ts';

export type Contact = UnitDraft['contact'];

/** Who is spoken to at a unit, sealed as it is kept; null = nobody. */
export function sealContact(key: Uint8Array, id: number, { name, phone }: Contact): Buffer | null {
  return name || phone ? sealPrivate(key, { name, phone }, `unit/${id}`) : null;
}

export function openContact(key: Uint8Array, id: number, bytes: Uint8Array | null): Contact {
  return bytes ? (openPrivate(key, bytes, `unit/${id}`) as Contact) : { name: '', phone: '' };
}
