/** A cookie of this site: what it is called, how it is set, and what of it a browser sends. */
export interface Cookie {
  /** As it stands before the `=`. */
  name: string;
  /** The Set-Cookie value; `seconds` 0 forgets it. */
  set(value: string, seconds: number): string;
  /** All values of this name in a Cookie header. More than one is the work of another host or path: believe none that you cannot check. */
  all(header: string | undefined): string[];
}

const MOST_HEADER = 8_192;

/**
 * One place for the names and attributes of all cookies. Over https the name begins with `__Host-`, so that a browser takes it from
 * this very host alone, for all paths and never in the clear; plain http, as in a demo, has no such promise to give. Never readable by
 * a script.
 */
export function cookieOf(bare: string, secure: boolean): Cookie {
  const name = secure ? `__Host-${bare}` : bare;
  const start = `${name}=`;
  return {
    name,
    set: (value, seconds) =>
      `${start}${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    all: (header = '') =>
      header.length > MOST_HEADER
        ? []
        : header
            .split(/; ?/)
            .filter((part) => part.startsWith(start))
            .map((part) => part.slice(start.length)),
  };
}
