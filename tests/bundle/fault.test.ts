import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import { checkBundle } from '@zuimei/shared/bundle/check.ts';
import { createSigner, formatVerifierKey, type Signer } from '@zuimei/shared/note.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { faults, fullFaults, spoilt } from './fault.ts';
import { checked, type Files, filesOf, resealed, zipOf } from './file.ts';
import { made } from './made.ts';

/* Bundles with one fault each: the first difference that is named is the fault. */

let fresh: MovableDatabase;
let site: TestSite;
let files: Files;
let full: Files;
let zip: Uint8Array;
let signer: Signer;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
  const one = await made(site, fresh);
  await one.judge();
  await one.choose();
  await one.publish();
  zip = await one.bundle('public');
  files = filesOf(zip);
  full = filesOf(await one.bundle('full'));
  const { origin } = await site.parts.logName(one.slug);
  signer = await logSigner(site.parts.secrets, one.slug, origin);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

test.each(Object.entries(faults))('%s is the first difference that is named', async (_, fault) => {
  const { first, steps } = await checked(zipOf(await spoilt(files, fault, signer)));
  expect(first).toMatch(new RegExp(`^第 ${fault.step} 步：`));
  expect(first).toMatch(fault.says);
  expect(steps).toHaveLength(15);
});

test.each(Object.entries(fullFaults))(
  'in the full edition %s is the first difference that is named',
  async (_, fault) => {
    const { first } = await checked(zipOf(await spoilt(full, fault, signer)));
    expect(first).toMatch(new RegExp(`^第 ${fault.step} 步：`));
    expect(first).toMatch(fault.says);
  },
);

test('files packed anew without a fault still agree', async () => {
  expect((await checked(zipOf(await resealed(files, signer)))).first).toBe('');
});

test('a bundle that another key signed agrees only with itself, not with the key that is printed', async () => {
  const pinned = formatVerifierKey(signer);
  expect((await checked(zip, { key: pinned })).first).toBe('');
  const other = formatVerifierKey(await createSigner(signer.name, randomBytes(32)));
  expect((await checked(zip, { key: other })).first).toMatch(/^第 3 步：bundle.note 不是账本公钥签名的/);
});

test('a zip that is cut off, named twice, with a path or padded is not read', async () => {
  const bytes = zipOf(files);
  const cut = bytes.slice(0, -100);
  expect((await checked(cut)).first).toMatch(/^第 1 步：文件包：没有结尾/);
  const renamed = (from: string, to: string): Uint8Array =>
    Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(from, to), 'latin1');
  expect((await checked(renamed('votes.csv', '../es.csv'))).first).toMatch(/^第 1 步：.*不该有/);
  expect((await checked(renamed('result.csv', 'scores.csv'))).first).toMatch(/^第 1 步：.*出现了两次/);
  expect((await checked(new Uint8Array([...new Uint8Array(9), ...bytes]))).first).toMatch(/^第 1 步：/);
  expect((await checked(new Uint8Array(0))).steps.map(({ state }) => state)).toContain('open');
});

test('a file whose head is no contest, and a disk that goes away, are said as what they are', async () => {
  const odd = {
    ...files,
    'ledger.ndjson': (files['ledger.ndjson'] ?? '').replace(/"contest":"[^"]*"/, '"contest":"(("'),
  };
  expect((await checked(zipOf(await resealed(odd, signer)))).first).toMatch(/^第 [34] 步：/);
  const bytes = zipOf(files);
  const lost = async (from: number, to: number): Promise<Uint8Array> => {
    if (from > 1_000 && to < bytes.length - 3_000) throw new Error('the disk is gone');
    return bytes.slice(from, to);
  };
  await expect(checkBundle({ size: bytes.length, read: lost })).rejects.toThrow('the disk is gone');
});

test('bytes changed anywhere in the zip never pass', async () => {
  const bytes = zipOf(files);
  for (let i = 0; i < 60; i++) {
    const after = bytes.slice();
    const at = Math.floor((i / 60) * bytes.length) + 7;
    after[at] = (after[at] ?? 0) ^ (1 << (i % 8));
    const { first } = await checked(after);
    if (first === '') expect(filesOf(after)).toEqual(files);
  }
});
