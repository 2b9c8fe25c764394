import type { PostgresPool, PostgresPoolClient } from 'kysely';

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
 */
export function createPrimary(hosts: readonly Host[], told: (name: string) => void = () => {}): Primary {
  let current: Host | null = null;
  let timeline = 0;
  let electing: Promise<Host> | null = null;
  let ended = false;

  async function elect(): Promise<Host> {
    const answers = await Promise.allSettled(hosts.map((host) => host.ask()));
    const able = answers
      .map((answer, i) => ({ host: hosts[i], answer }))
      .flatMap(({ host, answer }) =>
        host && answer.status === 'fulfilled' && answer.value.writes && answer.value.timeline >= timeline
          ? [{ host, timeline: answer.value.timeline }]
          : [],
      )
      .sort((a, b) => b.timeline - a.timeline);
    const [best] = able;
    if (!best) throw faultOf(answers);
    if (best.host !== current) {
      current?.drop();
      current = best.host;
      told(best.host.name);
    }
    timeline = best.timeline;
    return best.host;
  }

  /** One election at a time, however many ask for one. */
  const elected = (): Promise<Host> =>
    (electing ??= elect().finally(() => {
      electing = null;
    }));

  async function connect(): Promise<PostgresPoolClient> {
    const tried = current ?? (await elected());
    try {
      return await tried.pool.connect();
    } catch (error) {
      const next = await elected();
      if (next === tried) throw error;
      return await next.pool.connect();
    }
  }

  return {
    pool: {
      options: {},
      connect,
      async end() {
        if (ended) return;
        ended = true;
        await Promise.all(hosts.map((host) => host.pool.end()));
      },
    },
    async look() {
      // Nobody is there to choose from, or the one there is does not answer: the next statement says so.
      await elected().catch(() => {});
    },
  };
}

/** Why none can be used: what one of them said, or that they are all standbys. */
function faultOf(answers: readonly PromiseSettledResult<HostState>[]): Error {
  const refused = answers.find((answer) => answer.status === 'rejected');
  if (refused?.reason instanceof Error) return refused.reason;
  return Object.assign(new Error('no server of this database takes writes'), { code: '25006' });
}
