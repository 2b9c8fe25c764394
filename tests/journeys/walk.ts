import type { Page } from 'playwright-core';

/** Goes to another address of the console as a link in it would: the program, once loaded, stays. */
export async function step(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);
}

/**
 * To a page of the console: by a step, since to load it costs half a second of a core; loaded where the console is not open yet, or
 * shows this very page, which reads nothing anew.
 */
export async function walk(page: Page, path: string): Promise<void> {
  const { pathname } = new URL(page.url());
  const there = new URL(path, 'http://here').pathname;
  if (pathname.startsWith('/console') && pathname !== there) await step(page, path);
  else await page.goto(path);
}

/** Resolves when nothing is being loaded any more. */
export const settled = (page: Page): Promise<void> =>
  page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
