import type { Page } from 'playwright-core';

/**
 * Goes to a page of the console as a link in it would: the program, once loaded, stays. A page that is elsewhere, or on this very page
 * already, is loaded: to load it costs half a second of a core.
 */
export async function walk(page: Page, path: string): Promise<void> {
  const now = URL.canParse(page.url()) ? new URL(page.url()) : null;
  if (!now?.pathname.startsWith('/console') || now.pathname + now.search === path)
    return void (await page.goto(path));
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);
}

/** Resolves when nothing is being loaded any more. */
export const settled = (page: Page): Promise<void> =>
  page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
