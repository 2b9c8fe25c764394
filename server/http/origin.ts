import type { IncomingMessage } from 'node:http';

/** What the log of a contest is called from its beginning: the site's name and the contest's. */
export function logOrigin(publicUrl: string | null, slug: string): string {
  return `${publicUrl ? new URL(publicUrl).host : 'zuimei.local'}/${slug}`;
}

/**
 * How whoever asks reaches this site, without a slash at the end: PUBLIC_URL, else the address at which their connection came in, which
 * is right on one machine and in its own network. What a request says of itself (Host) is never believed: it would stand in links,
 * shared cards and kept pages.
 */
export function originOf(publicUrl: string | null, incoming: IncomingMessage | undefined): string {
  if (publicUrl !== null) return publicUrl;
  const { localAddress = '127.0.0.1', localPort = 80 } = incoming?.socket ?? {};
  const plain = localAddress.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0] ?? '';
  return `http://${plain.includes(':') ? `[${plain}]` : plain}:${localPort}`;
}
