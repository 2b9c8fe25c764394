/** Resolves when so many ms have passed, for a race with work that may take longer; keeps no process alive. */
export function passed(ms: number): Promise<void> {
  return new Promise((resolve) => AbortSignal.timeout(ms).addEventListener('abort', () => resolve()));
}
