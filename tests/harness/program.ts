import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the tests run that npm cannot install. */
export const programs = ['postgres', 'redis-server', 'chromium', 'python3', 'chinese-font'] as const;
export type Program = (typeof programs)[number];

/** Debian's package of each, and what a person on macOS types (nothing for the font: macOS brings it along). */
export const packages: Record<Program, { debian: string; brew: string }> = {
  postgres: { debian: 'postgresql', brew: 'brew install postgresql@17' },
  'redis-server': { debian: 'redis-server', brew: 'brew install redis' },
  chromium: { debian: 'chromium-headless-shell', brew: 'brew install --cask chromium' },
  python3: { debian: 'python3', brew: 'brew install python3' },
  'chinese-font': { debian: 'fonts-noto-cjk', brew: '' },
};

/** Where a program is looked for: folders first (newest version first), then names on the PATH. */
const places: Record<
  Exclude<Program, 'chinese-font'>,
  { folders: string[]; names: string[]; files: string[] }
> = {
  postgres: {
    folders: [
      '/usr/lib/postgresql/*/bin',
      '/opt/homebrew/opt/postgresql@*/bin',
      '/usr/local/opt/postgresql@*/bin',
    ],
    names: ['postgres'],
    files: [],
  },
  'redis-server': { folders: [], names: ['redis-server', 'valkey-server'], files: [] },
  python3: { folders: [], names: ['python3'], files: [] },
  chromium: {
    folders: [],
    names: [
      'chromium-headless-shell',
      'chromium',
      'chromium-browser',
      'google-chrome-stable',
      'google-chrome',
    ],
    files: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
  },
};

/** The path of a program, or null when this machine lacks it. A font's path is the answer of fontconfig. */
export function findProgram(program: Program, path = process.env.PATH ?? ''): string | null {
  if (program === 'chinese-font') return findFont(path);
  const { folders, names, files } = places[program];
  const candidates = [
    ...folders.flatMap(versions).map((folder) => join(folder, program)),
    ...names.flatMap((name) => path.split(delimiter).map((folder) => join(folder, name))),
    ...files,
  ];
  return candidates.find(runnable) ?? null;
}

/** As findProgram, but throws an Error that says how to get what is missing. */
export function needProgram(program: Program): string {
  const found = findProgram(program);
  if (found) return found;
  throw new Error(
    `${program} is missing. Debian: apt-get install ${packages[program].debian}. macOS: ${packages[program].brew}`,
  );
}

function findFont(path: string): string | null {
  if (process.platform === 'darwin') return 'system';
  const { stdout } = spawnSync('fc-list', [':lang=zh-cn', 'file'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return stdout?.split('\n')[0] || null;
}

/** A folder with one star in it → the folders that exist, highest version first. */
function versions(pattern: string): string[] {
  const [before = '', after = ''] = pattern.split('*');
  const parent = before.slice(0, before.lastIndexOf('/'));
  const prefix = before.slice(parent.length + 1);
  let names: string[] = [];
  try {
    names = readdirSync(parent);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => Number.parseInt(b.slice(prefix.length), 10) - Number.parseInt(a.slice(prefix.length), 10))
    .map((name) => join(parent, name, after));
}

function runnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const missing = programs.filter((program) => !findProgram(program));
  console.log(JSON.stringify(missing.map((program) => ({ program, ...packages[program] }))));
}
