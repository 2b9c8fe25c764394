import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import type { BundleReport } from '@zuimei/shared/bundle/report.ts';
import { createSigner, formatVerifierKey, type Signer } from '@zuimei/shared/note.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { needProgram } from '../harness/program.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { faults, spoilt } from './fault.ts';
import { checked, type Files, filesOf, resealed, zipOf } from './file.ts';
import { made } from './made.ts';
import { secondReports } from './second.ts';
import { json, type Spoil, text } from './spoil.ts';

/* The second verifier, recompute.py, on what the first one is tested with: it must say the same of all of it. */

const folder = new URL('../../server/bundle/', import.meta.url).pathname;

/** Of the auditors' edition alone, hidden as well as the log's key can. */
const inFull: Record<string, Spoil> = {
  'picks of a ballot': text('ledger.ndjson', (old) => old.replace('"picks":[1]', '"picks":[2]')),
  'a ballot that is not opened': text('ledger.ndjson', (old) => old.replace(/,"opening":\{[^}]*\}/, '')),
  'the stored tally': text('ledger.ndjson', (old) => old.replace('"votes":5,"held":0', '"votes":6,"held":0')),
  'a count that is no replay': json('tally.json', 'rounds.0.votes.1.votes', () => 9),
  'an edition that is the other': text('bundle.note', (old) => old.replace('full', 'public')),
};

let fresh: MovableDatabase;
let site: TestSite;
let own = '';
let signer: Signer;
const zips: Record<string, Uint8Array> = {};
const said: Record<string, { second: string; first: BundleReport }> = {};

beforeAll(async () => {
  own = await mkdtemp(join(tmpdir(), 'zuimei-recompute-'));
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
  const one = await made(site, fresh);
  await one.judge();
  await one.choose();
  zips['early'] = await one.bundle('full');
  await one.publish();
  zips['public'] = await one.bundle('public');
  zips['full'] = await one.bundle('full');
  const { origin } = await site.parts.logName(one.slug);
  signer = await logSigner(site.parts.secrets, one.slug, origin);
  const files = filesOf(zips['public']);
  const all: [string, Uint8Array][] = [];
  for (const [name, fault] of Object.entries(faults))
    all.push([name, zipOf(await spoilt(files, fault, signer))]);
  const whole = filesOf(zips['full']);
  for (const [name, spoil] of Object.entries(inFull))
    all.push([name, zipOf(await resealed(await spoil(whole, signer), signer))]);
  all.push(['a zip that was cut off', zips['public'].slice(0, -100)]);
  all.push(['a padded zip', new Uint8Array([...new Uint8Array(9), ...zips['public']])]);
  const reports = await secondReports(all.map(([, zip]) => zip));
  for (const [i, [name, zip]] of all.entries())
    said[name] = { second: reports[i] ?? '', first: await checked(zip) };
}, 120_000);
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
  await rm(own, { recursive: true, force: true });
});

async function kept(name: string, zip: Uint8Array): Promise<string> {
  await writeFile(join(own, name), zip);
  return join(own, name);
}

function python(args: string[]): { out: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(needProgram('python3'), args, { encoding: 'utf8' });
  return { out: `${stdout}${stderr}`, status };
}

const recompute = (...args: string[]) => python([join(folder, 'recompute.py'), ...args]);
const marks = (out: string): string[] => [...out.matchAll(/^ ?\d+ ([✓✗–])/gm)].map(([, mark = '']) => mark);
const words = { ok: '✓', wrong: '✗', open: '–' };
const firstOf = (out: string): string => /最先的不符：(.*)/.exec(out)?.[1] ?? '';
const fileIn = (sentence: string): string =>
  /[\w.]+\.(?:json|ndjson|py|txt|csv|note)|SHA256SUMS/.exec(sentence)?.[0] ?? '';

describe('a right bundle', () => {
  test.each(['public', 'full'])('of the edition %s agrees in all fifteen checks', async (edition) => {
    const { out, status } = recompute(await kept(`${edition}.zip`, zips[edition] ?? new Uint8Array(0)));
    expect(marks(out)).toEqual(Array.from({ length: 15 }, () => '✓'));
    expect(out).toContain('结论：全部一致，与自身一致');
    expect(status).toBe(0);
  });

  test('is checked beside its unzipped files, by the script that it carries', async () => {
    const files: Files = filesOf(zips['public'] ?? new Uint8Array(0));
    await mkdir(join(own, 'unzipped'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(own, 'unzipped', name), text);
    const { out, status } = python([join(own, 'unzipped', 'recompute.py')]);
    expect(marks(out)).toHaveLength(15);
    expect(status).toBe(0);
  });

  test('agrees with the key that is printed, and not with another', async () => {
    const path = await kept('pinned.zip', zips['public'] ?? new Uint8Array(0));
    const key = formatVerifierKey(signer);
    expect(recompute(path, '--key', key)).toMatchObject({
      status: 0,
      out: expect.stringContaining('与给出的公钥一致'),
    });
    const other = formatVerifierKey(await createSigner(signer.name, randomBytes(32)));
    const { out, status } = recompute(path, '--key', other);
    expect(firstOf(out)).toMatch(/^第 3 步：bundle.note 不是账本公钥签名的/);
    expect(status).toBe(1);
  });

  test('of a contest without a notice leaves open what has not happened', async () => {
    const { out, status } = recompute(await kept('early.zip', zips['early'] ?? new Uint8Array(0)));
    expect(marks(out).join('')).toBe(`${'✓'.repeat(12)}–––`);
    expect(out).toContain('能核验的 12 步都一致');
    expect(status).toBe(1);
  });
});

test.each(Object.keys({ ...faults, ...inFull }).concat('a zip that was cut off', 'a padded zip'))(
  '%s is told by both verifiers, in the same checks',
  (name) => {
    const { first, second } = said[name] as { first: BundleReport; second: string };
    expect(marks(second)).toEqual(first.steps.map(({ state }) => words[state]));
    expect(firstOf(second).slice(0, 6)).toBe(first.first.slice(0, 6));
    expect(fileIn(firstOf(second))).toBe(fileIn(first.first));
    expect(second).toMatch(/exit 1\n$/);
  },
);

test.each([[['--help']], [['nowhere.zip']], [['a', 'b']], [['--key']]])('%j is no way to call it', (args) => {
  const { out, status } = recompute(...args);
  expect(out).toContain('用法');
  expect(status).toBe(2);
});
