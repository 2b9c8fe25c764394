import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { needProgram } from './program.ts';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** As somebody who asked for less motion, which the pages obey: to draw it costs a tenth of every journey. */
const HERE: BrowserContextOptions = { locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' };

/** With every movement of the pages, as most people have it. */
export const MOVING: BrowserContextOptions = { reducedMotion: 'no-preference' };

export interface TestBrowser {
  /** A context as a phone held upright: 375 × 812, touch, twice the pixels. Each has its own cookies and storage. */
  phone(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A context as an office computer: 1280 × 800, mouse. */
  desk(options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** This machine's own Chromium, headless, with a fresh profile. Without the sandbox only for root, where Chromium has none. */
export async function openBrowser(): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: needProgram('chromium'),
    chromiumSandbox: process.getuid?.() !== 0,
    args: FLAGS,
    // Without a locale Chromium loses every name of a file that is not ASCII: a runner of tests may have none.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  return {
    phone: (options) =>
      browser.newContext({
        ...HERE,
        viewport: { width: 375, height: 812 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
        ...options,
      }),
    desk: (options) => browser.newContext({ ...HERE, viewport: { width: 1280, height: 800 }, ...options }),
    close: () => browser.close(),
  };
}
