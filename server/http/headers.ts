import type { ServerResponse } from 'node:http';

/** A year and the names below it, as OWASP ASVS 14.4.5 asks; 0 takes it back from browsers that remember. */
export const HSTS_SECONDS = 31_536_000;

/** What stands in every reply that says nothing else, by what it is. */
export interface ReplyHeaders {
  /** Of the API: read by our own pages, shown to nobody. */
  api: Readonly<Record<string, string>>;
  /** Of what a whole town asks for in one evening (direct.ts): no more than a browser needs, since each costs a part of the reply. */
  hot: Readonly<Record<string, string>>;
  /** Puts them into a reply before anything is written; whoever answers may set others in their place. */
  dress(outgoing: ServerResponse, path: string): void;
}

/** `publicUrl`: where it is https, browsers are told to stay there. */
export function createReplyHeaders(publicUrl: string | null, hstsSeconds = HSTS_SECONDS): ReplyHeaders {
  const hot: Record<string, string> = {
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(publicUrl?.startsWith('https:')
      ? { 'Strict-Transport-Security': `max-age=${hstsSeconds}; includeSubDomains` }
      : {}),
  };
  const every: Record<string, string> = {
    ...hot,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
  };
  const api: Record<string, string> = {
    ...every,
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  };
  // The log is for anybody's verifier, a picture for whoever shows the shared card.
  const anywhere = { 'Cross-Origin-Resource-Policy': 'cross-origin' };
  // A script's own policy would bind the worker that is made of it, and a film's the page that shows it.
  const kinds: [RegExp, Record<string, string>][] = [
    [/^\/(console-)?assets\//, every],
    [/^\/media\//, { ...every, ...anywhere }],
    [/^\/log\//, { ...api, ...anywhere }],
  ];
  return {
    api,
    hot,
    dress(outgoing, path) {
      const headers = kinds.find(([like]) => like.test(path))?.[1] ?? api;
      for (const name in headers) outgoing.setHeader(name, headers[name] ?? '');
    },
  };
}
