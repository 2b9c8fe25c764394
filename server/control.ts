import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isCommand, type Place, runCommand } from './command.ts';

/** A command as the command line was given it. */
export interface Asked {
  name: string;
  args: string[];
  folder: string;
  user: string;
}

const MOST_BYTES = 64_000;
const socketPath = (dataDir: string): string => join(dataDir, 'control.sock');

/**
 * Listens in the data folder for commands of the same user (mode 0600), since the embedded database serves one process only. Each
 * line back is {line} or, last, {code}.
 */
export async function listenForCommands(
  dataDir: string,
  place: Omit<Place, 'folder' | 'user' | 'print'>,
): Promise<Server> {
  const path = socketPath(dataDir);
  await rm(path, { force: true });
  const server = createServer((socket) => {
    let text = '';
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', async (chunk) => {
      text += chunk;
      if (text.length > MOST_BYTES) return socket.destroy();
      if (!text.includes('\n')) return;
      socket.setTimeout(0);
      const say = (value: object) => socket.write(`${JSON.stringify(value)}\n`);
      try {
        const asked = JSON.parse(text.slice(0, text.indexOf('\n'))) as Asked;
        if (!isCommand(asked.name)) throw new Error('unknown command');
        say({
          code: await runCommand(
            { ...place, folder: asked.folder, user: asked.user, print: (line) => say({ line }) },
            asked.name,
            asked.args,
          ),
        });
      } catch (error) {
        say({ line: String(error) });
        say({ code: 1 });
      }
      socket.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return server;
}

/** Has the server of this data folder do it; gives its exit code, or null when no server listens there. */
export async function askServer(
  dataDir: string,
  asked: Asked,
  print: (line: string) => void,
): Promise<number | null> {
  const socket = connect(socketPath(dataDir));
  const reached = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  if (!reached) return null;
  socket.write(`${JSON.stringify(asked)}\n`);
  for await (const text of createInterface({ input: socket })) {
    const said = JSON.parse(text) as { line?: string; code?: number };
    if (said.line !== undefined) print(said.line);
    if (said.code !== undefined) return said.code;
  }
  return 1;
}
