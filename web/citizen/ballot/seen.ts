/** One visit as the gate may weigh it. Moments in ms of one clock that never goes back. */
export interface Visit {
  /** The page came into sight; again without effect. */
  show(now: number): void;
  hide(now: number): void;
  touch(event: Pick<Event, 'type' | 'isTrusted' | 'timeStamp'> & { detail?: unknown }): void;
  soFar(now: number): { dwellMs: number; touches: number };
}

/** A key or a finger moves the focus as it goes down: that is one touch. */
const TOGETHER_MS = 100;

/**
 * Dwell is the time in sight: a tab left open behind others says nothing. Touches are what a person's hand, keyboard or screen reader
 * did: a pointer, a key, a move of the focus, a click that came without a pointer. What a script feigns is not trusted by the browser
 * and does not count; a focus moved by a script counts only after the first touch.
 */
export function createVisit(): Visit {
  let since: number | null = null;
  let before = 0;
  let touches = 0;
  let last = 0;

  return {
    show(now) {
      since ??= now;
    },
    hide(now) {
      if (since !== null) before += Math.max(0, now - since);
      since = null;
    },
    touch({ type, isTrusted, timeStamp, detail }) {
      if (!isTrusted) return;
      // A click after a pointer or a key has been counted with it; detail 0 = from assistive technology or a key.
      if (type === 'click' && detail !== 0) return;
      if (type === 'focusin' && (touches === 0 || timeStamp - last < TOGETHER_MS)) return;
      touches++;
      last = timeStamp;
    },
    soFar: (now) => ({
      dwellMs: Math.round(before + (since === null ? 0 : Math.max(0, now - since))),
      touches,
    }),
  };
}
