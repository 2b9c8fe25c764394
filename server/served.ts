import type { ExtractSchema } from 'hono/types';
import type { JSONParsed } from 'hono/utils/types';
import type { Key, Reply } from '@zuimei/shared/api/api.ts';
import type { App } from './app.ts';

/*
 * Types alone: that the routes answer what shared/api says, and all of it. Of a door that they do not share, or where one side's reply
 * has a field or a kind that the other's has not, the compiler names the key below.
 */

type Schema = ExtractSchema<App>;
/** What hono knows of each route: 'GET /api/…' → { output, outputFormat }. */
type Served = {
  [P in keyof Schema as P extends string
    ? `${Uppercase<Extract<keyof Schema[P], `$${string}`>> extends `$${infer M}` ? M : never} ${P}`
    : never]: Schema[P][keyof Schema[P]];
};
type Routed = {
  [P in keyof Schema & string]: {
    [M in keyof Schema[P] & string]: {
      key: `${Uppercase<M> extends `$${infer Name}` ? Name : never} ${P}`;
      route: Schema[P][M];
    };
  }[keyof Schema[P] & string];
}[keyof Schema & string];
type RouteOf<K extends string> = Extract<Routed, { key: K }>['route'];

/** A Response made by hand, whose body hono does not know. */
type Untold = { outputFormat: string; output: object };
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Agrees<K extends Key> = [RouteOf<K>] extends [never]
  ? false
  : RouteOf<K> extends { outputFormat: 'json'; output: infer Given }
    ? Same<Given, JSONParsed<Reply<K>>>
    : Reply<K> extends Blob | string
      ? true
      : false;

type None<Keys extends never> = Keys;
/** Doors of the map that nobody answers at, or with something else. */
export type Otherwise = None<{ [K in Key]: Agrees<K> extends true ? never : K }[Key]>;
/** Doors that the map does not have. */
export type Unlisted = None<Exclude<Extract<Routed['key'], `${string} /api/${string}`>, Key>>;
