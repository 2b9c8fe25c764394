/**
 * What this phone keeps between visits. Storage can be full, switched off or edited by hand, so reading parses and a failed
 * write is not an error: the page then simply forgets when it is closed.
 */
export function readStored<T>(key: string, parse: (stored: unknown) => T | null): T | null {
  try {
    const text = localStorage.getItem(`zuimei:${key}`);
    return text === null ? null : parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Resolves to whether it was kept. `null` removes the key. */
export function keep(key: string, value: unknown): boolean {
  try {
    if (value === null) localStorage.removeItem(`zuimei:${key}`);
    else localStorage.setItem(`zuimei:${key}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function parseNumbers(stored: unknown): number[] | null {
  return Array.isArray(stored) && stored.every((one) => Number.isSafeInteger(one)) ? stored : null;
}

export function parseText(stored: unknown): string | null {
  return typeof stored === 'string' && stored.length <= 200 ? stored : null;
}
