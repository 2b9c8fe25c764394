/** What this browser keeps: until the server has it, and for the unit or contributor that typed it alone. */
interface Kept {
  version: number;
  typed: string;
  owner: number;
  /** ms. */
  at: number;
}

/** As long as the session of who came by a link rests (server/staff/session.ts): then whoever sits here may be another. */
const REST_MS = 2 * 3_600_000;

/** What is typed of one kind of work, by its id, in this browser. `stem` begins its keys. */
export function createShelf(stem: string) {
  const keyOf = (id: number): string => `${stem}${id}`;

  function keys(): string[] {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(stem));
    } catch {
      return [];
    }
  }

  return {
    /** Gives whether it is kept now: a browser that is full or private keeps nothing. */
    keep({ id, owner, version }: { id: number; owner: number; version: number }, typed: string): boolean {
      const kept: Kept = { version, typed, owner, at: Date.now() };
      try {
        localStorage.setItem(keyOf(id), JSON.stringify(kept));
        return true;
      } catch {
        return false;
      }
    },
    read: (id: number): { version: number; typed: string } | null => parseKept(keyOf(id)),
    forget: (id: number): void => remove(keyOf(id)),
    /**
     * Forgets what others left in this browser: everything but what this owner typed; without one, when nobody is signed in, what has rested
     * longer than a session; `all`, when somebody signs out, everything.
     */
    forgetOthers(owner: number | null, all = false): void {
      for (const key of keys()) {
        const kept = parseKept(key);
        const stays = owner === null ? Date.now() - (kept?.at ?? 0) < REST_MS : kept?.owner === owner;
        if (all || !stays) remove(key);
      }
    },
  };
}

function parseKept(key: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return null;
    const { version, typed, owner, at } = kept as Partial<Record<string, unknown>>;
    return typeof version === 'number' &&
      typeof typed === 'string' &&
      typeof owner === 'number' &&
      typeof at === 'number'
      ? { version, typed, owner, at }
      : null;
  } catch {
    return null;
  }
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Forbidden: then nothing was kept.
  }
}
