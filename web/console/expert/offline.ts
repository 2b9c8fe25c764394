import workerUrl from './worker.ts?worker&url';

/** Where the files lie that the page needs without a network; worker.ts reads it. */
const STORE = 'zuimei-sheet';
/** Whoever signs out meanwhile ends it. */
let turn = 0;
const SCOPE = /^\/console\/c\/[^/]+\/sheet$/;

/**
 * Makes this page open without a network: keeps the console's files that it is made of and these pictures, and lets a service worker answer
 * for them, for the address of the sheet alone. Nothing of the API is kept by it. Where the browser has none (no https), the page that is
 * open works all the same.
 */
export async function keepFiles(pictures: readonly string[]): Promise<void> {
  if (!('serviceWorker' in navigator) || !('caches' in globalThis)) return;
  const mine = ++turn;
  try {
    const store = await caches.open(STORE);
    const own = performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name))
      .filter((url) => url.origin === location.origin && url.pathname.startsWith('/console-assets/'))
      .map(({ pathname }) => pathname);
    // The page comes last of what it is made of: a page whose files are not there would not open.
    for (const path of own) await add(store, path);
    await store.add(new Request(location.pathname, { cache: 'no-store' }));
    if (mine !== turn) return;
    await navigator.serviceWorker.register(workerUrl, { scope: location.pathname });
    for (const path of pictures) if (mine === turn) await add(store, path);
    // Of an older build, or of another contest.
    const wanted = new Set([location.pathname, ...own, ...pictures]);
    for (const { url } of await store.keys()) if (!wanted.has(new URL(url).pathname)) await store.delete(url);
  } catch {
    // No network, or no room: it is tried again at the next opening.
  }
}

/** What is there already is not asked for: none of it ever changes. A picture that is missing makes nothing else missing. */
async function add(store: Cache, path: string): Promise<void> {
  if (await store.match(path)) return;
  const reply = await fetch(path);
  if (reply.ok) await store.put(path, reply);
}

/** The judge goes: so do the files and the worker. */
export async function forgetFiles(): Promise<void> {
  if (!('serviceWorker' in navigator) || !('caches' in globalThis)) return;
  turn++;
  await caches.delete(STORE);
  for (const one of await navigator.serviceWorker.getRegistrations())
    if (SCOPE.test(new URL(one.scope).pathname)) await one.unregister();
}
