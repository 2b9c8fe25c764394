/** Writes one line of JSON per event to standard error; never a secret, a cookie, a ticket or a ballot. */
export type Journal = (level: 'note' | 'error', event: Record<string, unknown>) => void;

export function createJournal(clock: () => number = Date.now): Journal {
  return (level, event) => {
    process.stderr.write(`${JSON.stringify({ at: new Date(clock()).toISOString(), level, ...event })}\n`);
  };
}
