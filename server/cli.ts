import { userInfo } from 'node:os';
import { commandLine } from './commandline.ts';
import { faultSentence } from './fault.ts';

// Whatever a command writes is for whoever called it alone.
process.umask(0o077);
const line = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);
const warn = line(process.stderr);
// Who reads along may stop (`| head -1`): what was asked for is done all the same, and the code says how it ended.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

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
    warn(faultSentence(error, process.env['DATA_DIR'] ?? process.cwd()));
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
