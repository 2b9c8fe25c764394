import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SentFile } from '../document/documents.ts';

/** Room for the headers of the parts. */
const FRAME_BYTES = 64 << 10;

export interface Upload {
  fields: Record<string, string>;
  files: SentFile[];
}

/**
 * The files and short texts of a multipart form, whole in memory: at most `mostFiles` of `mostBytes` together. Refuses with too_large
 * {limit} before more than that is read, too_many_files {most}, or bad_request for anything that is no such form. Call it behind a guard.
 */
export async function readUpload(request: Request, mostBytes: number, mostFiles = 1): Promise<Upload> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) throw new Refusal('bad_request', { field: 'content-type' });
  const body = await readLimited(request, mostBytes);
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Refusal('bad_request', { field: 'body' });
  }
  const upload: Upload = { fields: {}, files: [] };
  for (const [key, value] of form) {
    if (typeof value === 'string') {
      if (value.length <= 200 && Object.keys(upload.fields).length < 20) upload.fields[key] = value;
    } else {
      if (upload.files.length >= mostFiles) throw new Refusal('too_many_files', { most: mostFiles });
      upload.files.push({ name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
    }
  }
  if (upload.files.length === 0) throw new Refusal('bad_request', { field: 'file' });
  return upload;
}

async function readLimited(request: Request, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const limit = mostBytes + FRAME_BYTES;
  const tooLarge = new Refusal('too_large', { limit: `${mostBytes >> 20} MB` });
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The number of a row in an address. Refuses with not_found for anything that can be none. */
export function rowId(text: string): number {
  const id = /^[1-9][0-9]{0,9}$/u.test(text) ? Number(text) : 0;
  if (id < 1 || id > 0x7fffffff) throw new Refusal('not_found');
  return id;
}
