import type { Args, Path } from '@zuimei/shared/api/api.ts';

type Values = Readonly<Record<string, string | number | null | undefined>>;

/** Writes a path of shared/api: its parameters, then a query of what is set; each value encoded, here and nowhere else. */
export function write(path: string, at: Values = {}, query: Values = {}): string {
  const place = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(at[name] ?? ''));
  const set = Object.entries(query).flatMap(([key, value]) => (value == null ? [] : [[key, String(value)]]));
  return set.length > 0 ? `${place}?${new URLSearchParams(set)}` : place;
}

/** Parameters, where the path has any, and what else was given. */
export function split<T>(path: string, args: readonly unknown[]): [at: Values, given: T | undefined] {
  const [at, given] = path.includes(':') ? args : [{}, args[0]];
  return [at as Values, given as T | undefined];
}

/** The address of something that is read, for a link, a picture or a frame. */
export function link<P extends Path<'GET'>>(path: P, ...args: Args<`GET ${P}`>): string {
  return write(path, ...split<Values>(path, args));
}
