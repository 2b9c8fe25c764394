import type { At, Path, Query, Reply } from '@zuimei/shared/api/api.ts';
import type { BallotRequest } from '@zuimei/shared/ballot.ts';
import { type RefusalCode, type RefusalDetails, refusalCodes } from '@zuimei/shared/refusal.ts';
import { write } from './place.ts';

/** `lost` = no definite answer came (offline, timeout, a proxy's error page): the server may or may not have acted. */
export interface Fault {
  code: RefusalCode | 'lost';
  details: RefusalDetails;
  /** From Retry-After, or null. */
  retryAfterMs: number | null;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; fault: Fault };

const known: ReadonlySet<string> = new Set(refusalCodes);
const TIMEOUT_MS = 12_000;

let heardTime: (at: number) => void = () => {};

/** `listener` is told what every reply of the server says it is, in ms: of one that was kept on its way, when that was made. */
export function hearTime(listener: (at: number) => void): void {
  heardTime = listener;
}

/**
 * The server's API as the citizen's page uses it. Answers are values, never thrown: a page on a bad network meets a fault
 * in the ordinary course of things. What each takes and gives stands in shared/api/public.ts.
 */
export const client = {
  contests: () => read('/api/contests', {}),
  contest: (slug: string) => read('/api/contests/:slug', { slug }),
  tally: (slug: string) => read('/api/contests/:slug/tally', { slug }),
  me: (slug: string) => read('/api/contests/:slug/me', { slug }),
  cast: (slug: string, ballot: BallotRequest) =>
    request(
      write('/api/contests/:slug/ballots', { slug }),
      toJson<Reply<'POST /api/contests/:slug/ballots'>>,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ballot),
      },
    ),
  question: (slug: string, ballotId: string) => read('/api/contests/:slug/question', { slug }, { ballotId }),
  signature: (url: string) => read('/api/wechat/signature', {}, { url }),
  acts: (slug: string) => read('/api/contests/:slug/acts', { slug }),
  receipt: (slug: string, index: number) => text('/api/contests/:slug/receipts/:index', { slug, index }),
  checkpoint: (slug: string) => text('/log/:slug/checkpoint', { slug }),
  checkpointDays: (slug: string) => read('/log/:slug/days', { slug }),
  consistency: (slug: string, size1: number, size2: number) =>
    text('/log/:slug/consistency/:size1/:size2', { slug, size1, size2 }),
};

/** What a certificate is checked by, on the page that verifies alone. */
export const certificates = {
  act: (slug: string, index: number) => read('/api/contests/:slug/acts/:index', { slug, index }),
  /** A tile or bundle of the log, by its path (shared/log/tile.ts). */
  tile: (slug: string, path: string) => request(`/log/${slug}/${path}`, toBytes),
};

export const closings = {
  file: (slug: string) => read('/api/contests/:slug/closing', { slug }),
};

type TextPath = { [P in Path<'GET'>]: Reply<`GET ${P}`> extends string ? P : never }[Path<'GET'>];

export function toJson<T>(reply: Response): Promise<T> {
  return reply.json();
}

function toText(reply: Response): Promise<string> {
  return reply.text();
}

async function toBytes(reply: Response): Promise<Uint8Array> {
  return new Uint8Array(await reply.arrayBuffer());
}

export function read<P extends Exclude<Path<'GET'>, TextPath>>(
  path: P,
  at: At<P>,
  query?: Query<`GET ${P}`>,
) {
  // What a page asks for is what holds now: the second that a reply may be kept is for the caches between, not for this phone.
  return request(write(path, at, query), toJson<Reply<`GET ${P}`>>, { cache: 'no-cache' });
}

function text<P extends TextPath>(path: P, at: At<P>) {
  return request(write(path, at), toText);
}

export async function request<T>(
  path: string,
  open: (reply: Response) => Promise<T>,
  init: RequestInit = {},
  timeoutMs = TIMEOUT_MS,
): Promise<Answer<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const reply = await fetch(path, { ...init, credentials: 'same-origin', signal: abort.signal });
    const answer: Answer<T> = reply.ok
      ? { ok: true, value: await open(reply) }
      : { ok: false, fault: await faultOf(reply) };
    // A page in place of the answer, as a hotel's network gives it, has a clock of its own.
    const said = Date.parse(reply.headers.get('date') ?? '');
    if (said > 0 && !reply.headers.get('content-type')?.includes('html')) heardTime(said);
    return answer;
  } catch {
    return { ok: false, fault: { code: 'lost', details: {}, retryAfterMs: null } };
  } finally {
    clearTimeout(timer);
  }
}

async function faultOf(reply: Response): Promise<Fault> {
  const seconds = Number(reply.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  const body: unknown = await reply.json().catch(() => null);
  if (typeof body !== 'object' || body === null || !('code' in body))
    return { code: 'lost', details: {}, retryAfterMs };
  const { code, ...details } = body as { code: unknown } & Record<string, unknown>;
  return {
    code: isRefusalCode(code) ? code : 'internal',
    details: details as RefusalDetails,
    retryAfterMs,
  };
}

function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && known.has(code);
}
