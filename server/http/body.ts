import type { HonoRequest } from 'hono';
import { type GenericSchema, type InferInput, type InferOutput, safeParse } from 'valibot';
import type { Body, Key, Query } from '@zuimei/shared/api/api.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { parseJson } from './door.ts';

const MOST_BYTES = 64_000;

/** As JSON carries it: whether somebody might change it is no part of that. */
type Sent<T> = T extends string | number | boolean | null | undefined
  ? T
  : { -readonly [K in keyof T]: Sent<T[K]> };
type Fields<T> = T extends unknown ? keyof T : never;
/** Whether the schema takes every body that shared/api has for a door, and knows no field that is not there. */
type Fits<B, Input> = [B] extends [Input] ? ([Fields<Input>] extends [Fields<B>] ? true : false) : false;
/** unknown, when the schema reads the body of a door at this path; else what would have to be there, in words for the compiler to say. */
type Takes<P extends string, S extends GenericSchema> = true extends {
  [K in Key]: K extends `${string} ${P}` ? Fits<Sent<Body<K>>, InferInput<S>> : never;
}[Key]
  ? unknown
  : { 'its body in shared/api is another': P };

/**
 * The JSON body of a request as `schema` has it. Refuses with too_large, or bad_request and the field that is wrong. The content type
 * must be JSON: a form on another site cannot send that without asking first, which also keeps the routes without a session
 * (sign-in, joining) from being called across sites.
 */
export async function readBody<P extends string, S extends GenericSchema>(
  { raw: request }: HonoRequest<P>,
  schema: S & Takes<P, S>,
  mostBytes = MOST_BYTES,
): Promise<InferOutput<S>> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new Refusal('bad_request', { field: 'content-type' });
  return parseInput(schema, parseJson(await readBytes(request, mostBytes)));
}

/** The body as it came. Refuses with too_large; one that does not say its length is read no further than the limit, too. */
export async function readBytes(request: Request, mostBytes: number): Promise<Buffer> {
  const tooLarge = new Refusal('too_large', { limit: mostBytes });
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  await readChunks(request.body, mostBytes, tooLarge, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks);
}

/** Gives a body to `take` as it comes, each chunk with its place; gives its length. Throws `tooLong` before more than `mostBytes`. */
export async function readChunks(
  body: AsyncIterable<Uint8Array> | null,
  mostBytes: number,
  tooLong: Error,
  take: (chunk: Uint8Array, at: number) => void,
): Promise<number> {
  let length = 0;
  for await (const chunk of body ?? []) {
    if (length + chunk.length > mostBytes) throw tooLong;
    take(chunk, length);
    length += chunk.length;
  }
  return length;
}

/** As Takes, of the query of a GET: a schema reads text, so that only the names are compared. */
type Asks<P extends string, S extends GenericSchema> = [
  Exclude<keyof InferInput<S>, Fields<Query<`GET ${P}`>>>,
  Exclude<Fields<Query<`GET ${P}`>>, keyof InferInput<S>>,
] extends [never, never]
  ? unknown
  : { 'its query in shared/api is another': P };

/** The query of a GET as `schema` has it; refuses with bad_request and the field. */
export function readQuery<P extends string, S extends GenericSchema>(
  req: HonoRequest<P>,
  schema: S & Asks<P, S>,
): InferOutput<S> {
  return parseInput(schema, req.query());
}

/** Anything unknown (parameters) as `schema` has it; refuses with bad_request and the field. */
export function parseInput<S extends GenericSchema>(schema: S, value: unknown): InferOutput<S> {
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const path = result.issues[0]?.path?.map((item) => String(item.key)).join('.');
  throw new Refusal('bad_request', { field: path || 'body' });
}
