import { describe, expect, test } from 'vitest';
import { checkWith, type Opener, openerThread } from '@zuimei/server/audit/crew.ts';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import type { ExportOptions, ExportReport } from '@zuimei/shared/export/report.ts';
import { createRunOpener } from '@zuimei/shared/export/run.ts';
import { files, mistyped, printedKey } from '../vectors/export.ts';
import { fileOf } from './exported.ts';

const encoder = new TextEncoder();

/** As a thread would answer, without one; `runs` counts what it found nothing odd in. */
function besideUs(): Opener & { runs: number } {
  const opener = {
    runs: 0,
    async open({ contest, bytes }: { contest: string; bytes: Uint8Array }) {
      const run = structuredClone(createRunOpener(contest)(bytes));
      if (run) opener.runs++;
      return run;
    },
    end: () => {},
  };
  return opener;
}

async function* piecesOf(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = encoder.encode(text);
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length);
}

async function reportOf(
  text: string,
  length: number,
  crew: Opener[],
  options: ExportOptions = {},
): Promise<ExportReport> {
  const check = createExportCheck(options);
  await checkWith(crew, check, piecesOf(text, length));
  return await check.finish();
}

const sound = await fileOf('yunling-2026', 1500);

describe('a file of which others open the entries is judged as one that is read alone', () => {
  test.each(Object.entries(files))('%s', async (_, text) => {
    for (const options of [{}, { key: printedKey }, { key: mistyped }])
      for (const length of [300, 1000, 3000])
        expect(await reportOf(text, length, [besideUs(), besideUs()], options)).toEqual(
          await reportOf(text, length, [], options),
        );
  });

  const lines = sound.trimEnd().split('\n');
  const line = (at: number): string => lines[at] ?? '';
  const put = (at: number, remove: number, ...put: string[]): string =>
    `${lines.toSpliced(at, remove, ...put).join('\n')}\n`;
  test.each<[string, string, string[]]>([
    ['nothing is wrong', sound, []],
    ['a line is missing', put(700, 1), ['number']],
    ['a line stands twice', put(700, 0, line(699)), ['number', 'ballot_twice']],
    ['two lines have changed places', put(700, 2, line(701), line(700)), ['number']],
    ['a state was changed', put(700, 1, line(700).replace('counted', 'held')), ['commitment']],
    ['a field was slipped in', put(700, 1, line(700).replace('{', '{"x":1,')), ['form']],
    ['a line is none', put(700, 0, 'x'), ['line']],
    ['a checkpoint stands among the entries', put(700, 0, line(1)), ['order']],
    ['entries follow the end', put(lines.length, 0, line(700), line(701)), ['order']],
    ['one line ends as other systems end it', put(700, 1, `${line(700)}\r`), []],
    ['the end is missing', `${lines.slice(0, -1).join('\n')}\n`, ['cut']],
    ['the last line is cut', sound.slice(0, -20), ['cut']],
  ])('%s', async (_, text, codes) => {
    const crew = [besideUs(), besideUs(), besideUs()];
    const report = await reportOf(text, 40_000, crew);
    expect(report).toEqual(await reportOf(text, 40_000, []));
    for (const code of codes) expect(report.problems.map((one) => one.code)).toContain(code);
    // Most of it was opened elsewhere, or nothing was compared.
    expect(crew.reduce((sum, one) => sum + one.runs, 0)).toBeGreaterThan(5);
  });
});

test('with threads too', async () => {
  const report = await reportOf(sound, 100_000, [openerThread(), openerThread()]);
  expect(report).toEqual(await reportOf(sound, 100_000, []));
  expect(report).toMatchObject({ entries: 1501, problems: [] });
});

test('a thread that ends is no verdict', async () => {
  const thread = openerThread();
  const check = createExportCheck();
  const pieces = async function* () {
    for await (const bytes of piecesOf(sound, 50_000)) {
      if (check.seen().entries > 0) thread.end();
      yield bytes;
    }
  };
  await expect(checkWith([thread], check, pieces())).rejects.toThrow('ended with');
});
