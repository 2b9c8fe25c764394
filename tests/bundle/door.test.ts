import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BundleState } from '@zuimei/shared/bundle/state.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { checked } from './file.ts';
import { type Made, made } from './made.ts';

/* Who is given a bundle, and when. */

let fresh: MovableDatabase;
let site: TestSite;
let one: Made;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
  one = await made(site, fresh);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

async function fetched(): Promise<{ status: number; code: string; zip: Uint8Array }> {
  const reply = await site.call(`/api/contests/${one.slug}/bundle.zip`);
  const zip = new Uint8Array(await reply.arrayBuffer());
  const code =
    reply.status === 200 ? '' : (JSON.parse(new TextDecoder().decode(zip)) as { code: string }).code;
  return { status: reply.status, code, zip };
}

test('nobody is given one before its time, an organizer never the auditors’ one, and every one that staff fetch is recorded', async () => {
  const path = `${one.path}/bundle.zip`;
  await one.judge();
  await site.seal();
  const early = await one.auditor.ask<{ code: string }>('GET', `${path}?edition=full`);
  expect(early.body).toEqual({ code: 'bundle_early' });
  await one.choose();
  await site.seal();
  expect((await one.auditor.raw('GET', `${path}?edition=full`)).status).toBe(200);
  expect((await one.organizer.ask<{ code: string }>('GET', `${path}?edition=full`)).body).toEqual({
    code: 'forbidden',
  });
  expect((await one.organizer.ask<{ code: string }>('GET', path)).body).toEqual({ code: 'result_missing' });
  site.pass(2_000);
  expect(await fetched()).toMatchObject({ status: 409, code: 'result_missing' });
  expect((await site.call(`/api/contests/${one.slug}/bundle`)).status).toBe(409);
  await one.organizer.post(path.replace('.zip', ''), { edition: 'public' });
  const state = () => one.organizer.get<BundleState>(path.replace('.zip', ''));
  await expect.poll(state, { timeout: 10_000 }).toMatchObject({ state: 'failed', fault: 'result_missing' });
  await one.publish();
  await site.seal();
  site.pass(2_000);
  expect((await one.organizer.raw('GET', path)).status).toBe(200);
  const { rows } = await sql<{ actor: string; subject: string }>`
    select actor, subject from action_log where contest = ${one.id} and act = 'bundle.export' order by id`.execute(
    site.parts.db,
  );
  expect(rows.map(({ subject }) => subject.split('，')[0])).toEqual(['审计版', '公开版']);
});

test('it is made when staff ask, says how far it is to those who may have it, and lies ready then', async () => {
  await one.later(60_000);
  const path = `${one.path}/bundle`;
  for (const [method, query, body] of [
    ['GET', '?edition=full', undefined],
    ['POST', '', { edition: 'full' }],
  ] as const)
    expect((await one.organizer.ask<{ code: string }>(method, path + query, body)).body).toEqual({
      code: 'forbidden',
    });
  await one.say('revoke', { serial: `${one.slug}-2026-002`, number: 3 });
  await site.seal();
  site.pass(2_000);
  const looked = () => one.auditor.get<BundleState>(`${path}?edition=full`);
  expect(await looked()).toMatchObject({ state: 'none', bytes: null });
  const begun = await one.auditor.post<BundleState>(path, { edition: 'full' });
  expect(begun.state).toMatch(/waiting|writing/);
  await expect.poll(async () => (await looked()).state, { timeout: 10_000 }).toBe('ready');
  const { bytes, entries } = await looked();
  const reply = await one.auditor.raw('GET', `${one.path}/bundle.zip?edition=full`);
  expect(reply.headers.get('content-length')).toBe(`${bytes}`);
  expect((await reply.arrayBuffer()).byteLength).toBe(bytes);
  // The public one is another file, which nobody has asked for yet.
  const open = async () =>
    (await (await site.call(`/api/contests/${one.slug}/bundle`)).json()) as BundleState;
  expect(await open()).toEqual({ state: 'none', entries, percent: 0, bytes: null, fault: null });
  const { zip } = await fetched();
  expect(await open()).toMatchObject({ state: 'ready', percent: 100, bytes: zip.length });
});

test('everybody is given the same file, made once, and a new one when the ledger has grown; a household may ask six times a minute', async () => {
  site.pass(60_000);
  const [first, second] = await Promise.all([fetched(), fetched()]);
  expect(first.status).toBe(200);
  expect(Buffer.compare(first.zip, second.zip)).toBe(0);
  expect((await checked(first.zip)).first).toBe('');
  const serial = `${one.slug}-2026-001`;
  await one.say('revoke', { serial, number: 1 });
  await site.seal();
  site.pass(2_000);
  const third = await fetched();
  expect(third.status).toBe(200);
  expect(Buffer.compare(first.zip, third.zip)).not.toBe(0);
  expect((await checked(third.zip)).steps[14]?.said).toBe('证书 2 份，撤销 2 份。');
  for (let i = 0; i < 3; i++) await fetched();
  expect(await fetched()).toMatchObject({ status: 429, code: 'too_many_requests' });
});
