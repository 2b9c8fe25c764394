import { userInfo } from 'node:os';
import { commandLine } from './commandline.ts';

// Whatever a command writes is for whoever called it alone.
process.umask(0o077);
const line = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);
const warn = line(process.stderr);

commandLine(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  user: userName(),
  print: line(process.stdout),
  warn,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    warn(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);

/** In a container the number may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
