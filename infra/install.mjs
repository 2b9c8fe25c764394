// What `npm start` and `npm test` share: the dependencies and the built pages, each made only when what it is made from changed.
// Runs under the system's own Node (20 or newer) with nothing installed yet, so: plain JavaScript, Node's own modules.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The project's own runtime, pinned in package.json; there after install(). */
export const node = join(root, 'node_modules/.bin/node');

const PNPM = 'pnpm@12.21.0';
const BUILT = join(root, 'web/dist/.built');

/**
 * Environment for everything started from here: the project's Node first, which keeps what it compiled (TypeScript too: half of a start),
 * and npm keeps its advice to itself.
 */
export const environment = {
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'),
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
};

/** One line of progress, Chinese and English. */
export function say(chinese, english) {
  console.log(`• ${chinese}  ${english}`);
}

/** Says how a program is called, and ends it, when that is asked for. */
export function explain(usage) {
  if (!process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) return;
  console.log(usage);
  process.exit(0);
}

/** Prints what went wrong and what to do next, and ends the process with 1. */
export function fail(chinese, english, details = '') {
  if (details) console.error(details.trimEnd().split('\n').slice(-40).join('\n'));
  console.error(`\n✗ ${chinese}\n  ${english}`);
  process.exit(1);
}

/** Refuses to go on where the project cannot run. */
export function checkMachine() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    fail(
      `需要 Node 20 或更高版本，当前是 ${process.versions.node}。请从 https://nodejs.org 安装后重试。`,
      `Node 20 or newer is needed, this is ${process.versions.node}. Install it from https://nodejs.org and try again.`,
    );
  if (process.platform === 'win32')
    fail(
      '暂不支持直接在 Windows 上运行，请在 WSL（Debian）中运行。',
      'Windows is not supported; use WSL (Debian).',
    );
}

/** Brings node_modules to what the lockfile says. Does nothing when the last good install was for the same files. */
export async function install() {
  const stamp = join(root, 'node_modules/.installed');
  const wanted = digest(
    ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...workspaceManifests()],
    `${PNPM} ${process.platform} ${process.arch}`,
  );
  if (read(stamp) === wanted && existsSync(node)) return;
  say('正在安装依赖（首次约一分钟）…', 'Installing dependencies (about a minute the first time) …');
  const started = Date.now();
  // CI=true: pnpm asks no questions.
  const { code, output } = await run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
    env: { ...environment, CI: 'true' },
  });
  if (code !== 0 || !existsSync(node))
    fail(
      `依赖安装失败。请检查网络与 npm 镜像（npm config get registry）；若 pnpm-lock.yaml 已过期，运行 npx ${PNPM} install 后重试。`,
      `Installing failed. Check the network and the registry (npm config get registry); if pnpm-lock.yaml is out of date, run npx ${PNPM} install, then try again.`,
      output,
    );
  writeFileSync(stamp, wanted);
  say(`依赖已就绪（${seconds(started)} 秒）。`, `Dependencies ready (${seconds(started)} s).`);
}

/** Builds the pages when their sources changed since the last good build. */
export async function build() {
  if (read(BUILT) === pagesDigest()) return;
  say('正在构建网页…', 'Building the pages …');
  const started = Date.now();
  const { code, output } = await buildPages();
  if (code !== 0) fail('网页构建失败，原因见上。', 'Building the pages failed, see above.', output);
  say(`网页已构建（${seconds(started)} 秒）。`, `Pages built (${seconds(started)} s).`);
}

/** Builds the pages in any case; gives what run() gives. */
export async function buildPages() {
  const wanted = pagesDigest();
  const result = await run('npm', ['run', '--silent', 'build'], { cwd: join(root, 'web') });
  if (result.code === 0) {
    mkdirSync(dirname(BUILT), { recursive: true });
    writeFileSync(BUILT, wanted);
  }
  return result;
}

/** Runs a command to its end. Its output is kept, or passed on when `inherit`. Resolves also when it fails: look at `code`. */
export function run(command, args, { cwd = root, env = environment, inherit = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', ...Array(2).fill(inherit ? 'inherit' : 'pipe')],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.once('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Whole seconds since `started` (ms), at least 1. */
export function seconds(started) {
  return Math.max(1, Math.round((Date.now() - started) / 1000));
}

function pagesDigest() {
  const witness = ['office.ts', 'fault.ts', 'folder.ts', 'misuse.ts', 'http/body.ts', 'http/reason.ts'];
  return digest([
    ...[...filesUnder('web'), ...filesUnder('shared'), ...filesUnder('server/witness')],
    ...[
      ...witness.map((name) => `server/${name}`),
      'infra/systemd/zuimei-witness@.service',
      'pnpm-lock.yaml',
    ],
  ]);
}

function workspaceManifests() {
  return ['shared', 'server', 'web', 'tests'].map((name) => `${name}/package.json`);
}

/** Digest of the names and contents of files under root, in the order given. */
function digest(files, seed = '') {
  const hash = createHash('sha256').update(seed);
  for (const file of files) hash.update(`\0${file}\0`).update(read(join(root, file)) ?? '');
  return hash.digest('hex');
}

function filesUnder(folder) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...filesUnder(path));
    else if (entry.isFile()) found.push(path);
  }
  return found.sort();
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}
