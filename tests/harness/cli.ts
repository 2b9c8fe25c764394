import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TEST_SECRET } from './app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** `pnpm zuimei …` as its own process, with the tests' secret; `env` says which database. */
export function zuimei(args: string[], env: Record<string, string>, cwd = ROOT): Promise<Said> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`${ROOT}server/cli.ts`, ...args],
      { cwd, env: { PATH, HOME, TMPDIR, ZUIMEI_SECRET: TEST_SECRET, ...env }, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}
