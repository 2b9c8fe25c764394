import type { SharedRedis } from '../redis.ts';
import { openPrivate, sealPrivate } from '../vault.ts';

/**
 * What all servers of a site share for a while: WeChat's tokens, and whom a code has turned out to be. Never truth: what is lost is asked
 * for again. Values are sealed, since a token is a secret and Redis keeps none.
 */
export interface Shelf {
  /** null = nothing there, or no longer. */
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown, forMs: number): Promise<void>;
  /** True for the first of all servers that claims the name within `forMs`. */
  claim(name: string, forMs: number): Promise<boolean>;
  forget(name: string): Promise<void>;
}

const MOST_KEPT = 20_000;

/** Of this process alone. The oldest goes first when there is too much. */
export function createOwnShelf(clock: () => number): Shelf {
  const kept = new Map<string, { value: unknown; until: number }>();

  function take(name: string): unknown {
    const found = kept.get(name);
    if (found && found.until > clock()) return found.value;
    kept.delete(name);
    return null;
  }

  function put(name: string, value: unknown, forMs: number): void {
    kept.delete(name);
    kept.set(name, { value, until: clock() + forMs });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }

  return {
    read: async (name) => take(name),
    write: async (name, value, forMs) => put(name, value, forMs),
    async claim(name, forMs) {
      if (take(name) !== null) return false;
      put(name, true, forMs);
      return true;
    },
    forget: async (name) => void kept.delete(name),
  };
}

/** In Redis; while it is away, in this process: then each server asks WeChat by itself, which gives all of them the same token. */
export function createSharedShelf(redis: SharedRedis, key: Uint8Array, own: Shelf): Shelf {
  const cell = (name: string) => `zuimei:wechat:${name}`;

  async function either<T>(shared: () => Promise<T>, alone: () => Promise<T>): Promise<T> {
    try {
      return await shared();
    } catch {
      return await alone();
    }
  }

  return {
    read: (name) =>
      either(
        async () => {
          const bytes = await redis.read(cell(name));
          return bytes && openPrivate(key, bytes, cell(name));
        },
        () => own.read(name),
      ),
    write: (name, value, forMs) =>
      either(
        () => redis.write(cell(name), sealPrivate(key, value, cell(name)), forMs),
        () => own.write(name, value, forMs),
      ),
    claim: (name, forMs) =>
      either(
        () => redis.claim(cell(name), forMs),
        () => own.claim(name, forMs),
      ),
    forget: (name) =>
      either(
        () => redis.forget(cell(name)),
        () => own.forget(name),
      ),
  };
}

const LOOK_EVERY_MS = 80;

/** What another server is just about to put there; null when nothing that is `wanted` comes within `withinMs`. */
export async function waitFor(
  shelf: Shelf,
  name: string,
  wanted: (found: unknown) => boolean,
  withinMs: number,
): Promise<unknown> {
  for (let waitedMs = 0; waitedMs <= withinMs; waitedMs += LOOK_EVERY_MS) {
    const found = await shelf.read(name);
    if (wanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return null;
}
