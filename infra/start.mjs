// npm start: from a fresh clone to a running server. Installs and builds what is missing, then hands over to server/main.ts.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { build, checkMachine, environment, explain, install, node, root, say } from './install.mjs';

explain(
  'npm start: installs, builds and starts the server. Its settings are in the environment (infra/RUNBOOK.md); Ctrl-C stops it.',
);
checkMachine();
await install();
await build();
say('正在启动服务（Ctrl-C 停止）…', 'Starting the server (Ctrl-C stops it) …');

// A process group of its own: Ctrl-C reaches the terminal's whole group, and npm passes it on once more. So the server hears
// only what is forwarded here, and of the same signal within a second only the first. The channel closes when this process goes, however it
// goes: then the server stops, instead of living on with port and data folder.
const server = spawn(node, [join(root, 'server/main.ts')], {
  cwd: root,
  env: environment,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  detached: true,
});
const forwardedAt = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (Date.now() - (forwardedAt.get(signal) ?? 0) < 1000) return;
    forwardedAt.set(signal, Date.now());
    server.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  });
// npm killed by itself (kill -9) tells nobody: its child has another parent then.
const npm = process.ppid;
if (process.env.npm_lifecycle_event === 'start')
  setInterval(() => {
    if (process.ppid !== npm) server.kill('SIGTERM');
  }, 1000).unref();
server.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
