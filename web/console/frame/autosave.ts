import { type Ref, ref } from 'vue';
import type { Answer, Fault } from '../lib/client.ts';

/** How the work on the page stands to what the server has. */
export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict';

/** What is typed goes to the server after this rest, unless the work says otherwise. */
const PAUSE_MS = 800;
/** A save without an answer is tried again after this, then after twice as long each time, at most after a minute. */
const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

interface Versioned {
  version: number;
}

/** One piece of work that is saved as it is typed. `View` is what the server shows of it, `Saved` its answer to a save. */
export interface Work<View extends Versioned, Saved extends Versioned = View> {
  /** What stands on the page, as JSON: two equal texts are the same work. */
  text: () => string;
  /** The text that a page would have which shows just this view. */
  textOf: (view: View) => string;
  /** Sends a text made from `version`. The server refuses with `newer` when it has another version by now. */
  send: (text: string, version: number) => Promise<Answer<Saved>>;
  newer: Fault['code'];
  /** Hears what the server answered to a save. */
  saved?: (answer: Saved) => void;
  read: () => Promise<Answer<View>>;
  /** Shows a view that came from the server; what is typed gives way to it only if `replace`. */
  show: (view: View, replace: boolean) => void;
  /** Whether this can still be changed; without it, always. */
  isOpen?: (view: View) => boolean;
  /** Keeps in this browser what the server does not have yet. */
  shelf?: {
    /** Keeps what stands on the page; gives whether that is the whole of it (some things are never written to a disk). */
    keep: (version: number) => boolean;
    forget: () => void;
  };
  pauseMs?: number;
}

export interface Autosave<View extends Versioned> {
  state: Readonly<Ref<SaveState>>;
  /** Why the last save failed, or who is newer. */
  fault: Readonly<Ref<Fault | null>>;
  /** Whether the page has something of which the server is not known to have it. */
  isDirty: () => boolean;
  /** Whether something would be lost if the page went now: neither saved nor kept whole in this browser. */
  isAtRisk: () => boolean;
  /** Something was typed. */
  touched: () => void;
  /** What was kept of `version` stands on the page again: it is saved, or is a conflict if the server has a newer one. */
  resume: (version: number) => void;
  /** Saves now what is not saved yet; gives whether the server has everything. */
  flush: () => Promise<boolean>;
  /** Saves, then asks for something that answers with the work as it is afterwards (a photo, a submission). */
  act: (ask: (version: number) => Promise<Answer<View>>) => Promise<Fault | null>;
  /** The server's work in place of the page's. */
  take: (view: View) => void;
  /** Ends a conflict: with what stands here over theirs, or with theirs. Gives why it could not. */
  settle: (whose: 'mine' | 'theirs') => Promise<Fault | null>;
  /** Sends nothing any more by itself. */
  stop: () => void;
}

/**
 * Saves one piece of work as it is typed: a plan, a nomination, a judge's score sheet.
 *
 * - Requests go one after another, acts too, so that the version sent is always the last known. However often the page is touched, one
 *   save is under way; the next takes all that was typed meanwhile. With `pauseMs: 0` every touch is saved.
 * - A save without an answer (`lost`, `busy`) is tried again by itself, for as long as it takes; nothing on the page waits for it.
 *   An hour without a network costs nothing while the page is open, and with a shelf neither when it is closed: `resume`.
 * - A lost save may have been done. If the server then refuses the version and has just what this page sent, that was this page: it goes
 *   on from there. So do two tabs that have typed the same.
 * - Anything else that is newer stops saving (`conflict`) until the person has chosen. What stands here is not overwritten before that,
 *   nor is theirs, and the shelf keeps it under the version it was made from: a page opened again finds the same conflict.
 */
export function createAutosave<View extends Versioned, Saved extends Versioned = View>(
  first: View,
  work: Work<View, Saved>,
): Autosave<View> {
  const state = ref<SaveState>('saved');
  const fault = ref<Fault | null>(null);
  /** What the server is known to have; null when an answer was lost and it may have either. */
  const known = ref<string | null>(work.text());
  /** Texts that were sent and not answered. */
  const unsure = new Set<string>();
  let version = first.version;
  let open = work.isOpen?.(first) ?? true;
  let retryMs = RETRY_MS;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let line: Promise<unknown> = Promise.resolve();

  const isDirty = (): boolean => work.text() !== known.value;

  /** One after another. */
  function queue<T>(ask: () => Promise<T>): Promise<T> {
    const next = line.then(ask);
    line = next.catch(() => {});
    return next;
  }

  function later(ms: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void flush(), ms);
  }

  function rest(): void {
    clearTimeout(timer);
    unsure.clear();
    retryMs = RETRY_MS;
    fault.value = null;
    state.value = 'saved';
    work.shelf?.forget();
  }

  function touched(): void {
    if (!open) return;
    if (isDirty()) work.shelf?.keep(version);
    if (state.value === 'conflict' || state.value === 'saving') return;
    if (!isDirty()) return rest();
    state.value = 'waiting';
    later(work.pauseMs ?? PAUSE_MS);
  }

  function resume(from: number): void {
    if (from >= version) return touched();
    fault.value = newer();
    state.value = 'conflict';
  }

  const newer = (): Fault => ({ code: work.newer, details: {}, retryAfterMs: null });

  function flush(): Promise<boolean> {
    clearTimeout(timer);
    return queue(save);
  }

  async function save(): Promise<boolean> {
    if (state.value === 'conflict') return false;
    if (!isDirty()) {
      rest();
      return true;
    }
    const text = work.text();
    work.shelf?.keep(version);
    state.value = 'saving';
    const answer = await work.send(text, version);
    if (!answer.ok) return await failed(answer.fault, text);
    version = answer.value.version;
    known.value = text;
    work.saved?.(answer.value);
    unsure.clear();
    retryMs = RETRY_MS;
    fault.value = null;
    state.value = 'waiting';
    touched();
    return !isDirty();
  }

  async function failed(why: Fault, text: string): Promise<boolean> {
    if (why.code === work.newer) {
      if (await isOwn(text)) return await save();
      fault.value = why;
      state.value = 'conflict';
      return false;
    }
    if (why.code === 'lost') {
      unsure.add(text);
      known.value = null;
    }
    fault.value = why;
    state.value = 'failed';
    if (why.code !== 'lost' && why.code !== 'busy') {
      if (work.text() !== text) touched();
      return false;
    }
    later(Math.max(retryMs, why.retryAfterMs ?? 0));
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
    return false;
  }

  /** Whether the newer version is what this page sent, or would: then it is known, and the next save is made from it. */
  async function isOwn(text: string): Promise<boolean> {
    const answer = await work.read();
    if (!answer.ok || work.isOpen?.(answer.value) === false) return false;
    const theirs = sorted(work.textOf(answer.value));
    const own = [text, ...unsure].find((one) => sorted(one) === theirs);
    if (own === undefined) return false;
    known.value = own;
    unsure.clear();
    adopt(answer.value, false);
    return true;
  }

  function adopt(view: View, replace: boolean): void {
    version = view.version;
    open = work.isOpen?.(view) ?? true;
    work.show(view, replace);
  }

  function take(view: View): void {
    adopt(view, true);
    known.value = work.text();
    rest();
  }

  async function act(ask: (version: number) => Promise<Answer<View>>): Promise<Fault | null> {
    // What was typed while a save was under way is saved too.
    while (open && !(await flush())) if (state.value !== 'waiting') return fault.value ?? newer();
    return await queue(async () => {
      const answer = await ask(version);
      if (!answer.ok) return answer.fault;
      adopt(answer.value, false);
      return null;
    });
  }

  function settle(whose: 'mine' | 'theirs'): Promise<Fault | null> {
    return queue(async () => {
      const answer = await work.read();
      if (!answer.ok) return answer.fault;
      if (whose === 'theirs' || work.isOpen?.(answer.value) === false) {
        take(answer.value);
        return null;
      }
      adopt(answer.value, false);
      known.value = null;
      state.value = 'waiting';
      await save();
      return null;
    });
  }

  return {
    state,
    fault,
    isDirty,
    isAtRisk: () => isDirty() && !(work.shelf?.keep(version) ?? false),
    touched,
    resume,
    flush,
    act,
    take,
    settle,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** The same JSON with its keys in order: a database gives them back in its own. */
function sorted(text: string): string {
  return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
