import { type GenericSchema, type InferOutput, safeParse } from 'valibot';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { parseJson } from './door.ts';

const MOST_BYTES = 64_000;

/**
 * The JSON body of a request as `schema` has it. Refuses with too_large, or bad_request and the field that is wrong. The content type
 * must be JSON: a form on another site cannot send that without asking first, which also keeps the routes without a session
 * (sign-in, joining) from being called across sites.
 */
export async function readBody<S extends GenericSchema>(
  request: Request,
  schema: S,
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

/** Anything unknown (query, parameters) as `schema` has it; refuses with bad_request and the field. */
export function parseInput<S extends GenericSchema>(schema: S, value: unknown): InferOutput<S> {
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const path = result.issues[0]?.path?.map((item) => String(item.key)).join('.');
  throw new Refusal('bad_request', { field: path || 'body' });
}
