import type { AccountApi } from './account.ts';
import type { CalendarApi } from './calendar.ts';
import type { ContestApi } from './contest.ts';
import type { ContributorApi } from './contributor.ts';
import type { CourseApi } from './course.ts';
import type { JudgingApi } from './judging.ts';
import type { NewsroomApi } from './newsroom.ts';
import type { PointsApi } from './points.ts';
import type { PublicApi } from './public.ts';
import type { ReviewApi } from './review.ts';
import type { UnitApi } from './unit.ts';
import type { UpkeepApi } from './upkeep.ts';

/**
 * The API as both sides know it, `METHOD path` by what goes in and what comes back. Who calls is checked against it (web/lib/place.ts,
 * web/console/lib/client.ts), and so is who answers (server/served.ts, readBody); doors.ts says who may pass.
 *
 * `reply` is the JSON of a success; a string is text, a Blob a file or a page; a refusal is always `{code, …details}`. `body` is JSON, or
 * a form with files. `query` is what may stand behind the `?`.
 */
export interface Api
  extends PublicApi,
    AccountApi,
    CalendarApi,
    ContestApi,
    ReviewApi,
    UnitApi,
    ContributorApi,
    PointsApi,
    NewsroomApi,
    JudgingApi,
    CourseApi,
    UpkeepApi {}

export type Key = keyof Api;
/** Of the staff's and units' part. */
export type ConsoleKey = Extract<Key, `${string} /api/console/${string}`>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Path<M extends Method = Method> = Key extends infer K
  ? K extends `${M} ${infer P}`
    ? P
    : never
  : never;

export type Reply<K extends string> = K extends Key ? Api[K]['reply'] : never;
/** undefined = it takes none. */
export type Body<K extends string> = K extends Key
  ? Api[K] extends { body: infer B }
    ? B
    : undefined
  : never;
export type Query<K extends string> = K extends Key
  ? Api[K] extends { query: infer Q }
    ? Q
    : undefined
  : never;

/** Names of the parameters of a path: '/c/:slug/n/:id' → 'slug' | 'id'. */
export type NameIn<P extends string> = P extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | NameIn<`/${More}`>
    : Rest
  : never;
export type At<P extends string> = Record<NameIn<P>, string | number>;

/** What a call gives beside the path: values of its parameters; then the query of a GET, the body of anything else. */
export type Args<K extends string> = K extends `${string} ${infer P}`
  ? [
      ...([NameIn<P>] extends [never] ? [] : [at: At<P>]),
      ...Rest<K extends `GET ${string}` ? Query<K> : Body<K>>,
    ]
  : never;
type Rest<T> = [T] extends [undefined] ? [] : object extends T ? [given?: T] : [given: T];
