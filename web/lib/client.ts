import type { PublicAct } from '@zuimei/shared/audit.ts';
import type { BallotRequest, Receipt } from '@zuimei/shared/ballot.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { type RefusalCode, type RefusalDetails, refusalCodes } from '@zuimei/shared/refusal.ts';
import type { ContestSummary, ContestView, MeView, QuestionView, TallyView } from '@zuimei/shared/view.ts';

/** `lost` = no definite answer came (offline, timeout, a proxy's error page): the server may or may not have acted. */
export interface Fault {
  code: RefusalCode | 'lost';
  details: RefusalDetails;
  /** From Retry-After, or null. */
  retryAfterMs: number | null;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; fault: Fault };

export interface PageSignature {
  appId: string;
  /** Seconds. */
  timestamp: number;
  nonceStr: string;
  signature: string;
}

const known: ReadonlySet<string> = new Set(refusalCodes);
const TIMEOUT_MS = 12_000;

let heardTime: (at: number) => void = () => {};

/** `listener` is told what every reply of the server says it is, in ms: of one that was kept on its way, when that was made. */
export function hearTime(listener: (at: number) => void): void {
  heardTime = listener;
}

/**
 * The server's API as the citizen's page uses it. Answers are values, never thrown: a page on a bad network meets a fault
 * in the ordinary course of things. Replies are prebuilt bytes of the types in shared/view.ts.
 */
export const client = {
  contests: () => read<ContestSummary[]>('/api/contests'),
  contest: (slug: string) => read<ContestView>(`/api/contests/${slug}`),
  tally: (slug: string) => read<TallyView>(`/api/contests/${slug}/tally`),
  me: (slug: string) => read<MeView>(`/api/contests/${slug}/me`),
  cast: (slug: string, ballot: BallotRequest) =>
    request(`/api/contests/${slug}/ballots`, toJson<Receipt>, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ballot),
    }),
  question: (slug: string, ballotId: string) =>
    read<QuestionView>(`/api/contests/${slug}/question?ballotId=${ballotId}`),
  /** What WeChat's JS-SDK needs on the page of this URL; not_found where the site has no account. */
  signature: (url: string) => read<PageSignature>(`/api/wechat/signature?url=${encodeURIComponent(url)}`),
  acts: (slug: string) => read<PublicAct[]>(`/api/contests/${slug}/acts`),
  /** The tlog-proof text of one entry; not_sealed_yet (with retryAfterMs) until a checkpoint covers it. */
  receipt: (slug: string, index: number) => request(`/api/contests/${slug}/receipts/${index}`, toText),
  checkpoint: (slug: string) => request(`/log/${slug}/checkpoint`, toText),
  /** The last checkpoint of each day, newest first. */
  checkpointDays: (slug: string) => read<DayCheckpoint[]>(`/log/${slug}/days`),
  /** A base64 hash a line: that the tree of size2 extends the tree of size1. */
  consistency: (slug: string, size1: number, size2: number) =>
    request(`/log/${slug}/consistency/${size1}/${size2}`, toText),
};

function toJson<T>(reply: Response): Promise<T> {
  return reply.json();
}

function toText(reply: Response): Promise<string> {
  return reply.text();
}

function read<T>(path: string): Promise<Answer<T>> {
  return request(path, toJson<T>);
}

async function request<T>(
  path: string,
  open: (reply: Response) => Promise<T>,
  init: RequestInit = {},
): Promise<Answer<T>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
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
