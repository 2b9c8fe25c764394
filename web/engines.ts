/**
 * The oldest engines that each output of the build must run in. The build lowers syntax and style sheets to them and refuses a script
 * that calls what they lack (engine.ts gives a little of that); the tests take away from a browser of today what they lack.
 */
export interface Engines {
  chrome: string;
  safari: string;
}

/** What citizens' phones load. Oldest met: WeChat's Android web view (Chromium 100 or so) and Safari of iOS 15. */
export const citizenEngines: Engines = { chrome: '90', safari: '15' };

/** The console and the page that verifies a ledger, on office computers and staff's own phones: native <dialog> is there. */
export const consoleEngines: Engines = { chrome: '100', safari: '15.4' };

/** What lib/engine.ts adds where it is missing, as es-check names it. The libraries of web/tsconfig.json allow the same and no more. */
export const provided = [
  'ArrayPrototypeAt',
  'ArrayFindLast',
  'ArrayFindLastIndex',
  'ArrayToReversed',
  'ArrayToSorted',
  'ArrayToSpliced',
  'ArrayWith',
  'ObjectHasOwn',
];

/** As build targets are written: chrome90. */
export const targetsOf = (engines: Engines): string[] =>
  Object.entries(engines).map(([name, version]) => name + version);
