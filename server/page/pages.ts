import { phaseAt } from '@zuimei/shared/contest.ts';
import type { StoredContest } from '../contest/contest.ts';
import { createKept } from '../http/kept.ts';
import { type Prebuilt, prebuild } from '../http/reply.ts';
import { createTurns } from '../turn.ts';

/** About what 300 pages take. */
const KEPT_BYTES = 64 << 20;
/** First HTML says when it was made, and words like 今天 are as of then: a minute old they are made anew. */
const STALE_MS = 60_000;
/** A page takes milliseconds of the thread that takes ballots: few at once, and a line that has an end. */
const RENDERING = { atOnce: 2, waiting: 50, retryAfterMs: 1_000 };

/** Which page, and whom it is for. */
export interface Wanted {
  /** Null = of no contest. */
  contest: StoredContest | null;
  path: string;
  elder: boolean;
  /** How whoever asks reaches this site. */
  base: string;
  /** ETag of the course, where the page shows it. */
  course?: string;
  /** How old it may be, ms; a minute unless it says. */
  staleMs?: number;
}

/** Pages that were rendered: of each the newest, for as long as it shows what it would show now. */
export interface Pages {
  /** Null when it has to be made. */
  find(wanted: Wanted): Prebuilt | null;
  /** Makes and keeps it, as of the moment in which this is called; whoever wants the same meanwhile waits for that one. Refuses with busy when too many are being made. */
  make(wanted: Wanted, html: () => Promise<string>): Promise<Prebuilt>;
}

interface Page {
  of: StoredContest | null;
  phase: string;
  course: string;
  at: number;
  reply: Prebuilt;
}

/** `csp`: the policy of the built pages. */
export function createPages(clock: () => number, csp: string): Pages {
  const headers = pageHeaders(csp);
  const kept = createKept<Page>(KEPT_BYTES);
  const rendering = new Map<string, Promise<Prebuilt>>();
  const turns = createTurns(RENDERING);

  const keyOf = ({ elder, base, path }: Wanted): string => `${elder} ${base} ${path}`;
  const phaseOf = ({ contest }: Wanted): string => (contest ? phaseAt(contest, clock()) : '');

  async function render(html: () => Promise<string>): Promise<Prebuilt> {
    using _turn = await turns.take();
    return prebuild(await html(), headers, 6);
  }

  return {
    find(wanted) {
      const page = kept.get(keyOf(wanted));
      if (!page || page.of !== wanted.contest || page.course !== (wanted.course ?? '')) return null;
      const fresh = clock() - page.at < (wanted.staleMs ?? STALE_MS) && page.phase === phaseOf(wanted);
      return fresh ? page.reply : null;
    },
    make(wanted, html) {
      const { contest, course = '' } = wanted;
      const making = `${keyOf(wanted)} ${course}`;
      const under = rendering.get(making);
      if (under) return under;
      const page = { of: contest, phase: phaseOf(wanted), course };
      const made = render(html)
        .then((reply) => {
          kept.put(keyOf(wanted), { ...page, reply, at: clock() }, 4 * reply.plain.body.length);
          return reply;
        })
        .finally(() => rendering.delete(making));
      rendering.set(making, made);
      return made;
    },
  };
}

/** 长辈版 is chosen on the page and kept in a cookie. */
export function isElder(cookie: string | undefined): boolean {
  return /(?:^|; )elder=1(?:;|$)/.test(cookie ?? '');
}

export function pageHeaders(csp: string): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': csp,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
  };
}
