/** It has no types of its own. */
declare module 'es-check' {
  export interface CheckOptions {
    checkBrowser: boolean;
    browserslistQuery: string;
    checkFeatures: boolean;
    module: boolean;
    /** A pattern. */
    files: string;
    /** Names of features, with commas. */
    ignore: string;
    cache: boolean;
  }
  /** With a second argument it answers; without one it ends the process. */
  export function runChecks(
    checks: CheckOptions[],
    options: object,
  ): Promise<{ success: boolean; errors: { file: string; err: Error }[] }>;
}
