import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { BallotRequest } from '@zuimei/shared/ballot.ts';

const PATIENCE_MS = 10_000;

/** For expect.poll: as long as a locator waits. */
export const patience = { timeout: PATIENCE_MS };

/** What a citizen whose ballot was counted must never have read, however the network behaved. */
const FALSE_WORDS = ['已投过', '选票没有计入'];

/**
 * Answers that are part of a good visit, which the browser reports all the same: a proof asked for before its checkpoint is there, a
 * ballot that is asked for a proof of work or brings a wrong answer, and one cast within two seconds of opening the page, as only a
 * test does.
 */
function ordinary(text: string, at: string): boolean {
  return (
    (/\/receipts\/\d+$/.test(at) && text.includes('404')) ||
    (/\/ballots$/.test(at) && /\b4(28|29|22)\b/.test(text))
  );
}

/** A visitor in a browser context of their own, and a note of everything that should not have happened. `besides`: another site that is part of the way. */
export async function welcome(context: BrowserContext, home: string, besides = home) {
  const faults: string[] = [];
  const sent: BallotRequest[] = [];
  const falseWords: string[] = [];
  await context.exposeBinding('heardFalse', (_, words: string) => falseWords.push(words));
  await context.addInitScript(watchPage, FALSE_WORDS);
  context.setDefaultTimeout(PATIENCE_MS);

  context.on('request', (request) => {
    const url = request.url();
    const own = [home, besides].some((site) => url.startsWith(`${site}/`));
    if (!own && !/^(data|blob):/.test(url)) faults.push(`asked elsewhere: ${url}`);
    if (request.method() === 'POST' && url.endsWith('/ballots'))
      sent.push(request.postDataJSON() as BallotRequest);
  });
  context.on('weberror', (error) => faults.push(`exception: ${error.error().message}`));
  context.on('console', (message) => {
    const at = message.location().url;
    if (['error', 'warning'].includes(message.type()) && !ordinary(message.text(), at))
      faults.push(`${message.type()}: ${message.text()} (${at})`);
  });
  const page = await context.newPage();

  return {
    context,
    /** The tab that is looked at. */
    page,
    /** Errors and warnings of the console (also what the content policy stopped), exceptions, requests to other hosts. */
    faults,
    /** Every ballot that left the page, also if nobody answered. */
    sent,
    /** Untrue sentences that stood on the page, if only for a moment. */
    falseWords,
    ballotIds: () => [...new Set(sent.map((ballot) => ballot.ballotId))],
    leave: () => context.close(),
  };
}

export type Guest = Awaited<ReturnType<typeof welcome>>;

/** Runs in the page before anything else: reports words that must not appear, and adds up how much the layout jumped. */
function watchPage(words: string[]): void {
  const page = window as unknown as { heardFalse(word: string): void; jumped: number };
  page.jumped = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[])
      if (!entry.hadRecentInput) page.jumped += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  new MutationObserver(() => {
    const text = document.body?.textContent ?? '';
    for (const word of words) if (text.includes(word)) page.heardFalse(word);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** The layout shift since the page was loaded, as Web Vitals count it (all of it, without windows). */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { jumped: number }).jumped);
}

/** Resolves when the page knows its visitor: from then on a ballot can leave at once. */
export async function openContest(page: Page, path: string): Promise<void> {
  const known = page.waitForResponse((reply) => reply.url().endsWith('/me'));
  await page.goto(path);
  await known;
}

/** What a person reads there, line by line. */
export async function textOf(place: Locator): Promise<string> {
  return (await place.allInnerTexts()).join('\n');
}

/** Picks candidates by number, on the list. */
export async function pick(page: Page, ...numbers: number[]): Promise<void> {
  for (const number of numbers)
    await page.getByRole('button', { name: new RegExp(`^选\\s*${number} 号`) }).click();
}

/** The one main button, wherever it stands on this screen. */
export function voteButton(page: Page) {
  return page.getByRole('button', { name: '投票', exact: true }).and(page.locator(':visible'));
}

/** Resolves when the receipt says that the ballot is counted and that this browser has found it under a signed checkpoint. */
export async function receiptOf(page: Page) {
  const sheet = page.getByRole('dialog', { name: '选票回执' });
  await sheet.getByText('已计票').waitFor();
  await sheet.getByText('与存证点一致').waitFor({ timeout: 2 * PATIENCE_MS });
  return sheet;
}
