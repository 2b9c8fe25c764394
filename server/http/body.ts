import type { HonoRequest } from 'hono';
import {
  check,
  type GenericSchema,
  type InferInput,
  type InferOutput,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  pipe,
  safeParse,
  string,
  transform,
  trim,
} from 'valibot';
import type { Body, Key } from '@zuimei/shared/api/api.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { repairName, repairText } from '@zuimei/shared/text/character.ts';
import { isDate } from '@zuimei/shared/time.ts';
import { parseJson } from './door.ts';

/** What the database counts rows and their versions with. */
export const rowNumber = pipe(number(), integer(), minValue(1), maxValue(2_147_483_647));

/** A text that a person typed: without blanks around it, each of its characters under its own number (shared/text/character.ts). */
export const words = (most: number) => pipe(string(), maxLength(most), transform(repairText), trim());
/** A calendar day that there is, YYYY-MM-DD: the database refuses any other. */
export const day = pipe(string(), check(isDate));
/** As words, of a name, which must be there. */
export const named = (most: number) => pipe(words(most), transform(repairName), minLength(1));

const MOST_BYTES = 64_000;

/** As JSON carries it: whether somebody might change it is no part of that. */
type Sent<T> = T extends string | number | boolean | null | undefined
  ? T
  : { -readonly [K in keyof T]: Sent<T[K]> };
type Fields<T> = T extends unknown ? keyof T : never;
/** Whether the schema takes every body that shared/api has for a door, and knows no field that is not there. */
type Fits<B, Input> = [B] extends [Input] ? ([Fields<Input>] extends [Fields<B>] ? true : false) : false;
/** unknown, when the schema reads the body of a door at this path; else what would have to be there, to be read in the compiler's words. */
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
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) throw tooLarge(mostBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > mostBytes) throw tooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Anything unknown (query, parameters) as `schema` has it; refuses with bad_request and the field. */
export function parseInput<S extends GenericSchema>(schema: S, value: unknown): InferOutput<S> {
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const path = result.issues[0]?.path?.map((item) => String(item.key)).join('.');
  throw new Refusal('bad_request', { field: path || 'body' });
}

function tooLarge(limit: number): Refusal {
  return new Refusal('too_large', { limit });
}
