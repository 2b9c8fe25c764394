import { keep, parseText, readStored } from './storage.ts';

/** A random UUID (version 4). `crypto.randomUUID` is missing on plain http, which a bureau's inner network may well be. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

let device: string | null = null;

/** A random name for this browser, kept on the phone: a signal for the gate and the seed of its shuffled order, never an identity. */
export function deviceId(): string {
  device ??= readStored('device', parseText);
  if (device === null) {
    device = newId();
    keep('device', device);
  }
  return device;
}
