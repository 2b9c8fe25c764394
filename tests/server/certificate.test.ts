import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseBundle } from '@zuimei/shared/log/tile.ts';
import {
  checkCertificate,
  checkTail,
  type OpenAct,
  parseCertificateCode,
  revokes,
} from '@zuimei/shared/result/certificate.ts';
import type { CertificateView } from '@zuimei/shared/result/view.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen } from './chosen.ts';
import { REASON } from './panelled.ts';

/* Certificates, and what somebody checks who scanned one. */

let fresh: MovableDatabase;
let site: TestSite;
let one: Chosen;
let view: CertificateView;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
  one = await chosen(site, fresh, { title: '最美消防员' });
  expect((await one.organizer.get<CertificateView>(at())).certificates).toEqual([]);
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.result();
  await site.seal();
  site.pass(1_001);
  view = await one.organizer.get<CertificateView>(at());
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

const at = (): string => `${one.path}/certificates`;
const codeOf = (place: number) => {
  const code = parseCertificateCode(view.certificates[place - 1]?.link.split('#c=')[1] ?? '');
  if (!code) throw new Error('no code');
  return code;
};
const open = async (entry: number): Promise<OpenAct> =>
  (await (await site.app.request(`/api/contests/${one.slug}/acts/${entry}`)).json()) as OpenAct;
const proofOf = async (entry: number): Promise<string> =>
  await (await site.app.request(`/api/contests/${one.slug}/receipts/${entry}`)).text();
const keyOf = async (): Promise<string> =>
  ((await (await site.app.request(`/api/contests/${one.slug}`)).json()) as ContestView).log.verifierKey;

test('each certificate has its text, and a code by which it is found again in the signed ledger', async () => {
  expect(view.certificates.map(({ serial, text, revoked }) => [serial, text, revoked])).toEqual([
    [`${one.slug}-2026-001`, '授予候选1“入选人物”称号，特发此证。', false],
    [`${one.slug}-2026-002`, '授予候选2“入选人物”称号，特发此证。', false],
  ]);
  const code = codeOf(2);
  const given = {
    open: await open(code.entry),
    proof: await proofOf(code.entry),
    verifierKey: await keyOf(),
  };
  const right = await checkCertificate(code, given);
  expect(right).toMatchObject({ ok: true, item: { name: '候选2', serial: `${one.slug}-2026-002` } });
  const altered = structuredClone(given.open) as OpenAct & { act: { items: { name: string }[] } };
  for (const item of altered.act.items) item.name = '别人';
  const steps = [
    await checkCertificate(code, { ...given, open: altered }),
    await checkCertificate({ ...code, leaf: '00000000' }, given),
    await checkCertificate({ ...code, place: 3 }, given),
    await checkCertificate({ ...code, entry: code.entry - 1 }, given),
    await checkCertificate(code, { ...given, proof: await proofOf(code.entry - 1) }),
    await checkCertificate(code, { ...given, open: { ...given.open, kind: 'notice' } }),
    await checkCertificate(code, { ...given, open: { ...given.open, at: 'yesterday' } }),
  ].map((outcome) => (outcome.ok ? 'ok' : outcome.step));
  expect(steps).toEqual(['code', 'code', 'item', 'code', 'index', 'code', 'act']);
  const other = (await site.contest()).slug;
  const { log } = (await (await site.app.request(`/api/contests/${other}`)).json()) as ContestView;
  expect(await checkCertificate(code, { ...given, verifierKey: log.verifierKey })).toMatchObject({
    step: 'signature',
  });
});

test('everybody may read the acts from the choice to the result as they stand in the ledger, and no ballot or other entry', async () => {
  const { course } = await one.view();
  const [result] = course.results;
  const reply = await site.app.request(`/api/contests/${one.slug}/acts/${result?.entry}`);
  expect(reply.headers.get('cache-control')).toContain('immutable');
  expect(await open(course.notices[0]?.entry ?? 0)).toMatchObject({ kind: 'notice' });
  const rows = await fresh.owner.db
    .selectFrom('ledger_entry')
    .select(['index', 'kind'])
    .where('contest', '=', one.id)
    .execute();
  const hidden = rows.filter(({ kind }) => kind === 'ballot' || kind === 'rules' || kind === 'ruling');
  expect(hidden.length).toBeGreaterThan(14);
  for (const { index } of hidden)
    expect((await site.app.request(`/api/contests/${one.slug}/acts/${index}`)).status).toBe(404);
  for (const odd of ['99999', '-1', 'x', '1e3'])
    expect((await site.app.request(`/api/contests/${one.slug}/acts/${odd}`)).status).toBe(404);
});

test('printing is recorded, and nothing that is no certificate is printed', async () => {
  const serials = view.certificates.map(({ serial }) => serial);
  await one.organizer.post(at(), { serials });
  const log = await one.organizer.get('/api/console/actions');
  expect(JSON.stringify(log)).toContain(`2 张：${serials[0]} … ${serials[1]}`);
  expect((await one.auditor.ask('POST', at(), { serials })).status).toBe(403);
  for (const wrong of [['none'], []])
    expect((await one.organizer.ask('POST', at(), { serials: wrong })).body).toMatchObject({
      code: 'not_chosen',
    });
});

test('what came after the result is read whole or not at all, so that a revocation cannot be left out', async () => {
  const { entry } = codeOf(1);
  const serial = `${one.slug}-2026-002`;
  await one.organizer.post(`${one.path}/course/revocations`, { serial, reason: '事迹不实' });
  const [asked] = (await one.view()).revocations;
  const granted = { granted: true, reason: REASON };
  await one.auditor.post(`${one.path}/course/revocations/${asked?.id}/decide`, granted);
  await site.seal();
  site.pass(1_001);
  const proof = await proofOf(entry);
  const size = Number(proof.split('\n\n')[1]?.split('\n')[1]);
  expect(size).toBe(entry + 2);
  const bundle = await site.app.request(`/log/${one.slug}/tile/entries/000.p/${size}`);
  const bytes = parseBundle(new Uint8Array(await bundle.arrayBuffer())).slice(entry);
  const tail = checkTail(proof, bytes);
  expect(tail?.map(({ kind }) => kind)).toEqual(['result', 'revoke']);
  const [result, revoke] = tail ?? [];
  if (!result || !revoke) throw new Error('no tail');
  expect(checkTail(proof, bytes.slice(0, 1))).toBeNull();
  expect(checkTail(proof, [bytes[0] ?? new Uint8Array(), bytes[0] ?? new Uint8Array()])).toBeNull();
  const act = await open(entry + 1);
  expect(revokes(revoke, serial, act)).toBe(true);
  expect(revokes(revoke, `${one.slug}-2026-001`, act)).toBe(false);
  expect(revokes(revoke, serial, { ...act, act: { ...act.act, serial: 'other' } })).toBeNull();

  const { certificates } = await one.organizer.get<CertificateView>(at());
  expect(certificates.map((each) => each.revoked)).toEqual([false, true]);
  expect((await one.organizer.ask('POST', at(), { serials: [serial] })).body).toMatchObject({
    code: 'not_chosen',
  });
  await site.verify(one.slug);
});
