/**
 * Answers for the files of a judge's page while there is no network, from what the page put aside (offline.ts). It puts nothing aside itself,
 * and lets everything of the API pass. One for each contest: its scope is the address of the sheet.
 */
interface Asked extends Event {
  request: Request;
  respondWith(reply: Promise<Response>): void;
}
interface Lived extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Worker {
  registration: { scope: string };
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(kind: 'install' | 'activate', act: (event: Lived) => void): void;
  addEventListener(kind: 'fetch', act: (event: Asked) => void): void;
}

const STORE = 'zuimei-sheet';
/** A network that is there and gives nothing is none. */
const PATIENCE_MS = 5_000;
const worker = globalThis as unknown as Worker;
const page = new URL(worker.registration.scope).pathname;

/** Without making the cache, which may be gone since the judge went. */
const kept = (path: string): Promise<Response | undefined> =>
  caches.match(path, { cacheName: STORE, ignoreVary: true });

/** The page is asked for first, so that a new version comes; what is kept stands in when none comes in time. */
async function pageFrom(request: Request): Promise<Response> {
  const copy = await kept(page);
  if (!copy) return await fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(resolve, PATIENCE_MS, copy));
  const reply = await Promise.race([fetch(request).catch(() => copy), late]);
  return reply.status >= 500 ? copy : reply;
}

/** Named by what is in them, these never change. */
const fileFrom = async (request: Request, path: string): Promise<Response> =>
  (await kept(path)) ?? (await fetch(request));

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (url.pathname === page) event.respondWith(pageFrom(request));
  } else if (/^\/(console-assets|media)\//.test(url.pathname))
    event.respondWith(fileFrom(request, url.pathname));
});
