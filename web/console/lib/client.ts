import type { Args, At, Body, Method, Path, Reply } from '@zuimei/shared/api/api.ts';
import { type RefusalDetails, refusalCodes } from '@zuimei/shared/refusal.ts';
import { type AnyRefusalCode, staffRefusalCodes } from '@zuimei/shared/staffrefusal.ts';
import { link, split, write } from '../../lib/place.ts';

/** `lost` = no definite answer came (offline, timeout, a proxy's error page): the server may or may not have acted. */
export interface Fault {
  code: AnyRefusalCode | 'lost';
  details: RefusalDetails;
  /** From Retry-After, or null. */
  retryAfterMs: number | null;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; fault: Fault };

const known: ReadonlySet<string> = new Set([...refusalCodes, ...staffRefusalCodes]);
const TIMEOUT_MS = 30_000;
const FILE_TIMEOUT_MS = 3 * 60_000;
/** A photo or a film over a slow office line takes its time; silence this long means that nothing comes any more. */
const UPLOAD_TIMEOUT_MS = 15 * 60_000;

let csrf = '';
let signedOut: () => void = () => {};
let answered: () => void = () => {};
let prove: (fault: Fault) => Promise<boolean> = async () => false;

/** The session's token, sent back with everything that is not a GET. '' = nobody is signed in. */
export function carryCsrf(token: string): void {
  csrf = token;
}

/** What to do when the server says that nobody is signed in any more (except to the question who is). */
export function whenSignedOut(act: () => void): void {
  signedOut = act;
}

/** What to do whenever the server answered somebody who is signed in. */
export function whenAnswered(act: () => void): void {
  answered = act;
}

/** Asks the person to prove who they are, when the server wants that before an act; gives whether they did. */
export function whenStale(act: (fault: Fault) => Promise<boolean>): void {
  prove = act;
}

/** Paths that take a form, that give a file, and all others, by how they are called. */
type FormPath = PathWhere<'POST', 'body', FormData>;
type FilePath = PathWhere<'POST', 'reply', Blob>;
type JsonPath<M extends Method> = Exclude<
  Path<M>,
  PathWhere<M, 'body', FormData> | PathWhere<M, 'body', Blob> | PathWhere<M, 'reply', Blob>
>;
type PiecePath = Exclude<PathWhere<'PUT', 'body', Blob>, PathWhere<'PUT', 'body', FormData>>;
type PathWhere<M extends Method, Side extends 'body' | 'reply', T> = {
  [P in Path<M>]: [Side extends 'body' ? Body<`${M} ${P}`> : Reply<`${M} ${P}`>] extends [T] ? P : never;
}[Path<M>];

/**
 * The server's API as the console uses it, by the paths of shared/api: `api.get('/api/…/:slug/…', { slug })`, then the query; of the others
 * then the body. Answers are values, never thrown.
 */
export const api = {
  get: <P extends JsonPath<'GET'>>(path: P, ...args: Args<`GET ${P}`>): Promise<Answer<Reply<`GET ${P}`>>> =>
    proved(() => request('GET', link(path, ...args))),
  post: asking('POST'),
  put: asking('PUT'),
  patch: asking('PATCH'),
  delete: asking('DELETE'),
  /** A form with files. `onProgress` hears the share sent, 0 to 1. */
  upload: <P extends FormPath>(
    path: P,
    at: At<P>,
    form: FormData,
    onProgress?: (share: number) => void,
  ): Promise<Answer<Reply<`POST ${P}`>>> => proved(() => upload(write(path, at), form, onProgress)),
  /** Bytes as they are. */
  piece: <P extends PiecePath>(path: P, at: At<P>, bytes: Blob): Promise<Answer<Reply<`PUT ${P}`>>> =>
    request('PUT', write(path, at), bytes),
  /** A file that is made of what is asked for. `onProgress` hears the share that came, 0 to 1, of one whose length can be told. */
  file: <P extends FilePath>(
    path: P,
    at: At<P>,
    body: Body<`POST ${P}`>,
    onProgress?: (share: number) => void,
  ) => proved(() => file(write(path, at), body, onProgress)),
  take,
};

function asking<M extends 'POST' | 'PUT' | 'PATCH' | 'DELETE'>(method: M) {
  return <P extends JsonPath<M>>(
    path: P,
    ...args: Args<`${M} ${P}`>
  ): Promise<Answer<Reply<`${M} ${P}`>>> => {
    const [at, body] = split(path, args);
    return proved(() => request(method, write(path, at), body));
  };
}

/** What was refused for want of a fresh proof is sent once more, as it was, when the proof was given. */
async function proved<T>(send: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await send();
  if (answer.ok || answer.fault.code !== 'reauth_needed') return answer;
  return (await prove(answer.fault)) ? await send() : answer;
}

/** Follows a link to a file of this site, after the proof that may be due: a refusal must not be kept in the file's place. */
async function take(href: string): Promise<Answer<unknown>> {
  const answer = await api.get('/api/console/account/reauth');
  if (!answer.ok) return answer;
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
  return answer;
}

async function request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const headers: Record<string, string> = method === 'GET' ? {} : { 'x-csrf-token': csrf };
  const raw = body instanceof Blob;
  if (body !== undefined) headers['content-type'] = raw ? 'application/octet-stream' : 'application/json';
  try {
    const reply = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      signal: abort.signal,
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
    return answerOf<T>(path, reply.status, await reply.text(), reply.headers.get('retry-after'));
  } catch {
    return lost();
  } finally {
    clearTimeout(timer);
  }
}

/** A file that the server made, with the name it gave. */
export interface Made {
  name: string;
  blob: Blob;
}

/** POSTs what is asked for and gives the file that comes back. A long table takes its time to be made. */
async function file(
  path: string,
  body: unknown,
  onProgress?: (share: number) => void,
): Promise<Answer<Made>> {
  try {
    const reply = await fetch(path, {
      method: 'POST',
      headers: { 'x-csrf-token': csrf, 'content-type': 'application/json' },
      credentials: 'same-origin',
      signal: AbortSignal.timeout(onProgress ? UPLOAD_TIMEOUT_MS : FILE_TIMEOUT_MS),
      body: JSON.stringify(body),
    });
    if (!reply.ok) {
      const answer = answerOf<Made>(path, reply.status, await reply.text(), reply.headers.get('retry-after'));
      return answer.ok ? lost() : answer;
    }
    const name = /filename\*=UTF-8''([^;]+)/.exec(reply.headers.get('content-disposition') ?? '')?.[1] ?? '';
    const blob = onProgress ? await received(reply, onProgress) : await reply.blob();
    answered();
    return { ok: true, value: { name: decodeURIComponent(name), blob } };
  } catch {
    return lost();
  }
}

/** How much will come is about what the server foresees. */
async function received(reply: Response, onProgress: (share: number) => void): Promise<Blob> {
  const expected = Number(reply.headers.get('x-expected-bytes') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (const reader = reply.body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
    if (expected > 0) onProgress(Math.min(0.99, bytes / expected));
  }
  return new Blob(pieces);
}

/** POSTs a form. How much of it is sent fetch cannot tell, so this is the older way. */
function upload<T>(path: string, form: FormData, onProgress?: (share: number) => void): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const sending = new XMLHttpRequest();
    sending.open('POST', path);
    sending.timeout = UPLOAD_TIMEOUT_MS;
    sending.setRequestHeader('x-csrf-token', csrf);
    if (onProgress)
      sending.upload.onprogress = (event) => {
        if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
      };
    sending.onload = () =>
      resolve(
        answerOf<T>(path, sending.status, sending.responseText, sending.getResponseHeader('retry-after')),
      );
    sending.onerror = sending.ontimeout = sending.onabort = () => resolve(lost());
    sending.send(form);
  });
}

function answerOf<T>(path: string, status: number, text: string, retryAfter: string | null): Answer<T> {
  const body = parsed(text);
  if (status < 500 && status !== 401) answered();
  if (status >= 200 && status < 300)
    return body === undefined && text ? lost() : { ok: true, value: body as T };
  if (typeof body !== 'object' || body === null || !('code' in body)) return lost(retryAfter);
  const { code, ...details } = body as { code: unknown } & Record<string, unknown>;
  if (code === 'signed_out' && path !== WHO) signedOut();
  return {
    ok: false,
    fault: {
      code: isKnown(code) ? code : 'internal',
      details: details as RefusalDetails,
      retryAfterMs: afterMs(retryAfter),
    },
  };
}

/** The question who is signed in. */
const WHO: Path<'GET'> = '/api/console/session';

function lost(retryAfter: string | null = null): { ok: false; fault: Fault } {
  return { ok: false, fault: { code: 'lost', details: {}, retryAfterMs: afterMs(retryAfter) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function afterMs(retryAfter: string | null): number | null {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function isKnown(code: unknown): code is AnyRefusalCode {
  return typeof code === 'string' && known.has(code);
}
