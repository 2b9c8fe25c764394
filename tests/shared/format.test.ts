import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Line, replay } from '@zuimei/shared/ledger/replay.ts';
import { needProgram } from '../harness/program.ts';
import { files, vectors } from '../vectors/export.ts';
import { folder, keys, verdictFor } from '../vectors/exported.ts';

const read = (name: string): string => readFileSync(`${folder}${name}`, 'utf8');
const kept = JSON.parse(read('verdicts.json')) as { keys: object; verdicts: { file: string }[] };

test('the altered files are those that their maker makes, and each has the verdict that is published', async () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.ndjson'))).toHaveLength(
    Object.keys(files).length,
  );
  for (const [name, text] of Object.entries(files)) expect(read(`${name}.ndjson`), name).toBe(text);
  expect(kept.keys).toEqual(keys);
  expect(kept.verdicts).toEqual(await Promise.all(vectors.map(verdictFor)));
});

test('a second verifier, written in Python from the description alone, says the same of all of them', () => {
  const { stdout, stderr } = spawnSync(
    needProgram('python3'),
    ['-B', `${folder}verify.py`, '--vectors', `${folder}verdicts.json`],
    { encoding: 'utf8' },
  );
  expect(`${stdout}${stderr}`).toBe(`${vectors.length} of ${vectors.length} agree\n`);
});

/** Nothing of ours in it but the last line: keys sorted, hashes by hand, as the page says. */
test('the worked example of the description comes to the hashes that stand in it', async () => {
  const page = readFileSync(new URL('../../shared/export/FORMAT.md', import.meta.url), 'utf8');
  const [, block = ''] = /```ndjson\n([\s\S]*?)```/.exec(page) ?? [];
  const lines = block
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line & { opening?: Record<string, unknown>; act?: unknown });
  const sha = (...parts: (string | Uint8Array)[]): Buffer => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const sorted = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${sorted(one)}`).join(',')}}`;
  };
  const contest = 'demo-2026';
  const leaves = lines.map(({ at, kind, commitment, tag, opening, act }, i) => {
    const { salt, ...ballot } = { salt: '', ...opening };
    const text = sorted(opening ? { ...ballot, contest } : act);
    expect(sha(Buffer.from(salt, 'hex'), text).toString('hex')).toBe(commitment);
    const entry = sorted({ at, commitment, contest, kind, v: 1, ...(tag ? { tag } : {}) });
    const leaf = sha('\0', entry);
    for (const said of [
      `${i} text        ${text}`,
      `${i} commitment  ${commitment}`,
      `${i} entry       ${entry}`,
      `${i} leaf        ${leaf.toString('hex')}`,
    ])
      expect(page).toContain(`${said}\n`);
    return leaf;
  });
  const [one, two, three] = leaves as [Buffer, Buffer, Buffer];
  const node = sha('\u0001', one, two);
  const root = sha('\u0001', node, three);
  expect(page).toContain(`node of 0, 1  ${node.toString('hex')}\nroot of 3     ${root.toString('hex')}\n`);
  expect(page).toContain(`in base64     ${root.toString('base64')}\n`);
  const anew = await replay({ contest, rounds: [], checkpoints: [{ size: 3, root }], lines: [lines] });
  expect(anew).toMatchObject({
    problems: [],
    tags: 1,
    cast: 1,
    tally: [{ ballots: 0, held: 0, counts: [] }],
  });
});
