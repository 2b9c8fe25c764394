import type { Args, Path } from '@zuimei/shared/api/api.ts';

/** Writes a path of shared/api: its parameters, then a query of what is set; each value encoded, here and nowhere else. */
export function write(path: string, at: object, query: object = {}): string {
  const values = new Map<string, string | number>(Object.entries(at));
  const place = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values.get(name) ?? ''));
  const search = String(new URLSearchParams(Object.entries(query).filter(([, value]) => value != null)));
  return search ? `${place}?${search}` : place;
}

/** Parameters, where the path has any, and what else was given. */
export function split(path: string, args: readonly unknown[]): [at: object, given: object | undefined] {
  const [at, given] = path.includes(':') ? args : [{}, args[0]];
  return [at as object, given as object | undefined];
}

/** The address of something that is read, for a link, a picture or a frame. */
export function link<P extends Path<'GET'>>(path: P, ...args: Args<`GET ${P}`>): string {
  return write(path, ...split(path, args));
}
