import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commandLine } from '@zuimei/server/commandline.ts';
import { bareEnvironment, TEST_SECRET } from './app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** `pnpm zuimei …` in this process, which spares a start of a second, with the tests' secret; `env` says which database. */
export async function zuimei(args: string[], env: Record<string, string>, folder = ROOT): Promise<Said> {
  const said = { code: 1, stdout: '', stderr: '' };
  const terminal = {
    env: { ZUIMEI_SECRET: TEST_SECRET, ...env },
    folder,
    user: 'tester',
    print: (line: string) => void (said.stdout += `${line}\n`),
    warn: (line: string) => void (said.stderr += `${line}\n`),
  };
  try {
    said.code = await commandLine(args, terminal);
  } catch (error) {
    terminal.warn((error as Error).message);
  }
  return said;
}

/** The same as its own process, as people run it. */
export function zuimeiProcess(args: string[], env: Record<string, string>, cwd = ROOT): Promise<Said> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`${ROOT}server/cli.ts`, ...args],
      { cwd, env: { ...bareEnvironment(), ZUIMEI_SECRET: TEST_SECRET, ...env }, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}
