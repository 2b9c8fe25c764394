import { type Answer, html, refused } from './answer.ts';

/** How calls go wrong. Exactly one of errcode, status, hang. */
export interface Fault {
  /** Only calls of this path, e.g. /cgi-bin/stable_token; absent = all of WeChat's. */
  path?: string;
  /** So many calls; absent = until it is healed. */
  times?: number;
  /** WeChat's own error, HTTP 200. -1 = busy. */
  errcode?: number;
  /** An HTTP error with a page, as a gateway gives. */
  status?: number;
  /** No answer at all. */
  hang?: boolean;
  /** The call takes effect, only its answer is lost. Else nothing happened. */
  after?: boolean;
}

export interface Faults {
  /** Calls go wrong from now on; gives what ends it. The fault that was set first comes first. */
  fail(fault: Fault): () => void;
  /** Ends all faults and quotas. */
  heal(): void;
  /** So many calls of the path are still allowed, then errcode 45009; null = as many as one likes. */
  quota(path: string, left: number | null): void;
  /** What is wrong with this call, which it counts as; null = nothing. */
  take(path: string): Fault | null;
}

export function createFaults(): Faults {
  const faults = new Set<Fault & { left: number }>();
  const quotas = new Map<string, number>();
  return {
    fail(fault) {
      const one = { ...fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      faults.add(one);
      return () => void faults.delete(one);
    },
    heal() {
      faults.clear();
      quotas.clear();
    },
    quota(path, left) {
      if (left === null) quotas.delete(path);
      else quotas.set(path, left);
    },
    take(path) {
      const left = quotas.get(path);
      if (left === 0) return { errcode: 45_009 };
      if (left !== undefined) quotas.set(path, left - 1);
      const one = [...faults].find((fault) => fault.path === undefined || fault.path === path);
      if (one && --one.left <= 0) faults.delete(one);
      return one ?? null;
    },
  };
}

export function answerOf(fault: Fault, path: string): Answer | null {
  if (fault.hang) return null;
  if (fault.errcode !== undefined) return refused(fault.errcode, path);
  const status = fault.status ?? 502;
  return html(
    `<html><head><title>${status}</title></head><body><center>nginx</center></body></html>`,
    status,
  );
}
