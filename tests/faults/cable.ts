import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Cable {
  /** The database's address through the cable. */
  readonly url: string;
  /**
   * Cuts every connection on which the given bytes are next sent: `before` they reach the database, or `after` it has done what they
   * ask and answered, with the answer lost. Resolves when that has happened.
   */
  cutAt(bytes: Buffer[], when: 'before' | 'after'): Promise<void>;
  /** Cuts every connection that there is. */
  cut(): void;
  /** From now on nothing gets through, nothing is refused, and nobody is told, as where a machine vanished; until it is released. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

/** What Postgres sends when a statement is over and committed: ready for the next, outside a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A TCP connection between a server and Postgres that can be cut at a chosen moment. */
export async function layCable(databaseUrl: string): Promise<Cable> {
  const target = new URL(databaseUrl);
  let trap: { bytes: Buffer[]; when: 'before' | 'after'; sprung: () => void } | null = null;
  const open = new Set<Socket>();
  let held = false;

  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    let sprung: (() => void) | null = null;
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay(true);
      if (held) socket.pause();
      socket.on('error', cut);
      socket.on('close', () => {
        open.delete(socket);
        cut();
      });
    }
    near.on('data', (chunk: Buffer) => {
      if (trap?.bytes.some((bytes) => chunk.includes(bytes))) {
        const { when } = trap;
        sprung = trap.sprung;
        trap = null;
        if (when === 'before') {
          sprung();
          cut();
          return;
        }
      }
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (!sprung) near.write(chunk);
      else if (chunk.subarray(-READY.length).equals(READY)) {
        sprung();
        cut();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${port}` }).href,
    cutAt: (bytes, when) =>
      new Promise((resolve) => {
        trap = { bytes, when, sprung: resolve };
      }),
    cut() {
      for (const socket of open) socket.destroy();
    },
    hold() {
      held = true;
      for (const socket of open) socket.pause();
    },
    release() {
      held = false;
      for (const socket of open) socket.resume();
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
