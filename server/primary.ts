import type { PostgresPool } from 'kysely';

/** A database server as far as the choice needs to know it. */
export interface Host {
  /** For the journal: host and port, no password. */
  name: string;
  /** Connections that are open only where it takes writes. */
  pool: PostgresPool;
  /** Asks on a connection of its own; rejects when there is no answer. */
  ask(): Promise<HostState>;
  /** Breaks every connection to it at once: whoever waits on one hears of it. */
  drop(): void;
}

/** writes: it is no standby and not read-only. timeline: rises by one with each promotion; 0 where there is none to read. */
export interface HostState {
  writes: boolean;
  timeline: number;
}

export interface Primary {
  pool: PostgresPool;
  /** Whether the server in use still answers; if not, or if another was promoted since, the others are asked. To be called every few seconds. */
  look(): Promise<void>;
}

/**
 * One database behind several servers, of which one takes writes at a time: a primary and its standbys. It is found by asking, and kept until it
 * no longer answers; then whoever takes writes on the highest timeline is the next. Of two that both take writes the one promoted last is right:
 * the other is a primary that came back without having been told, and whatever it says is not believed again.
 * Before anybody gets a connection to another server than before, `moved` looks at it; until it is content, every connection is refused (57P03).
 */
export function createPrimary(
  hosts: readonly Host[],
  moved: (host: Host) => Promise<void> = async () => {},
): Primary {
  let current: Host | null = null;
  let timeline = 0;
  let looked = true;
  let electing: Promise<void> | null = null;

  async function elect(): Promise<void> {
    const answers = await Promise.allSettled(hosts.map((host) => host.ask()));
    const [best] = answers
      .flatMap((answer, i) => {
        const host = hosts[i];
        const able =
          answer.status === 'fulfilled' && answer.value.writes && answer.value.timeline >= timeline;
        return host && able ? [{ host, timeline: answer.value.timeline }] : [];
      })
      .sort((a, b) => b.timeline - a.timeline);
    if (!best) throw faultOf(answers);
    timeline = best.timeline;
    if (best.host !== current) {
      looked = current === null;
      current?.drop();
      current = best.host;
    }
    if (!looked) await moved(best.host);
    looked = true;
  }

  /** One election at a time, however many ask for one. */
  const elected = (): Promise<void> =>
    (electing ??= elect().finally(() => {
      electing = null;
    }));

  return {
    pool: {
      options: {},
      async connect() {
        if (!current) await elected();
        if (!current || !looked)
          throw Object.assign(new Error('another server takes its place'), { code: '57P03' });
        try {
          return await current.pool.connect();
        } catch (error) {
          // Whoever asks next finds another, if there is one: this one may have been let through for the one that went.
          elected().catch(() => {});
          throw error;
        }
      },
      end: async () => void (await Promise.all(hosts.map((host) => host.pool.end()))),
    },
    // Where there is nobody to choose from, the next statement says so.
    look: () => elected().catch(() => {}),
  };
}

/** Why none can be used: what one of them said, or that they are all standbys. */
function faultOf(answers: readonly PromiseSettledResult<HostState>[]): Error {
  const refused = answers.find((answer) => answer.status === 'rejected');
  if (refused?.reason instanceof Error) return refused.reason;
  return Object.assign(new Error('no server of this database takes writes'), { code: '25006' });
}
