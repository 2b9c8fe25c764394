import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A browser other than Chromium, with one page. */
export interface Engine {
  open(url: string): Promise<void>;
  /** Runs an expression in the page, which may be a promise; gives its value as JSON brings it over. Throws what it throws. */
  run(expression: string): Promise<unknown>;
  /** A press of the pointer at this place of what is in sight: the page counts them, and holds the ballot of who touched nothing. */
  press(x: number, y: number): Promise<void>;
  close(): Promise<void>;
}

/** A press as both protocols are told of it. */
export const pressAt = (x: number, y: number) => [
  {
    type: 'pointer',
    id: 'hand',
    parameters: { pointerType: 'mouse' },
    actions: [
      { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 50 },
      { type: 'pointerDown', button: 0 },
      { type: 'pause', duration: 50 },
      { type: 'pointerUp', button: 0 },
    ],
  },
];

/** Pages are as wide as on a phone: with more room the bar below becomes a panel at the side. */
export const phone = { width: 400, height: 850 };

/** Of a program: the first match of this in what it prints. Throws with what it printed when it ends or takes a minute. */
export async function saidBy(child: ChildProcess, wanted: RegExp): Promise<string> {
  let text = '';
  const found = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const match = wanted.exec(text);
        if (match) resolve(match[1] ?? match[0]);
      });
  });
  const late = once(AbortSignal.timeout(60_000), 'abort');
  const gone = once(child, 'exit');
  const said = await Promise.race([found, late.then(() => null), gone.then(() => null)]);
  if (said === null) throw new Error(`${child.spawnfile} did not start: ${text.slice(-2000)}`);
  return said;
}

/** Ends a program that was started here, and waits for it. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(force);
}
