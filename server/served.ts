import type { ExtractSchema } from 'hono/types';
import type { JSONParsed } from 'hono/utils/types';
import type { Key, Reply } from '@zuimei/shared/api/api.ts';
import type { App } from './app.ts';

/*
 * Types alone: that the routes answer what shared/api says, and all of it. The compiler names a key below when only one side has its
 * door, or one side's reply has a field or a kind that the other's has not. Bodies and queries are checked where they are read.
 */

type Routes = ExtractSchema<App>;
/** What hono knows of each route, with its key as the map writes it. */
type Served = {
  [P in keyof Routes & string]: {
    [M in keyof Routes[P] & string]: {
      key: `${Uppercase<M> extends `$${infer Name}` ? Name : never} ${P}`;
      route: Routes[P][M];
    };
  }[keyof Routes[P] & string];
}[keyof Routes & string];
type RouteOf<K extends Key> = Extract<Served, { key: K }>['route'];

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** JSON has the very fields of the map, text is text, and a file is neither. */
type Agrees<Route, R> = [Route] extends [never]
  ? false
  : Route extends { outputFormat: 'json'; output: infer Given }
    ? Same<Given, JSONParsed<R>>
    : Route extends { outputFormat: 'text' }
      ? Same<R, string>
      : Same<R, Blob>;

type None<Keys extends never> = Keys;
/** Doors of the map that nobody answers at, or with something else. */
export type Otherwise = None<{ [K in Key]: Agrees<RouteOf<K>, Reply<K>> extends true ? never : K }[Key]>;
/** Doors that the map does not have. */
export type Unlisted = None<Exclude<Extract<Served['key'], `${string} /api/${string}`>, Key>>;
