import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAlone } from '@zuimei/server/audit/command.ts';
import type { ClosingView } from '@zuimei/shared/closing.ts';
import {
  type ClosingFile,
  checkClosing,
  formatClosingCode,
  parseClosingCode,
} from '@zuimei/shared/export/closing.ts';
import { closingFits } from '@zuimei/shared/ledger/closing.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';

let fresh: FreshDatabase;
let site: TestSite;
let folder: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  folder = await mkdtemp(join(tmpdir(), 'closing-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await site.close();
  await fresh.drop();
});

const REASON = '活动结束，封存票数';

/** A contest of three ballots whose voting is over, and who signs. */
async function finished() {
  site.at(Date.now());
  const { slug, id, settings } = await site.contest();
  for (const picks of [[1, 2], [3], [1]]) expect((await site.visitor(slug).cast(picks)).status).toBe(201);
  const closes = new Date(site.now() + 2 * HOUR_MS).toISOString();
  await site.update(id, { ...settings, rounds: settings.rounds.map((round) => ({ ...round, closes })) });
  site.at(Date.parse(closes) + HOUR_MS);
  const [organizer, first, second] = await Promise.all([
    signIn(site, ['organizer'], '孙主办'),
    signIn(site, ['auditor'], '周审计'),
    signIn(site, ['auditor'], '林审计'),
  ]);
  await site.verify(slug);
  const path = `/api/console/contests/${slug}`;
  const ask = (desk: Desk, verb: string, body: unknown) => desk.ask('POST', `${path}/closing${verb}`, body);
  return { slug, path, organizer, first, second, ask };
}

test('a closing record is signed by two, stands in the ledger, and anybody can check its file', async () => {
  const { slug, path, organizer, first, second, ask } = await finished();
  expect(await ask(first, '', { reason: REASON })).toMatchObject({
    status: 409,
    body: { code: 'closing_early' },
  });
  expect(
    (await organizer.ask('POST', `${path}/archive`, { reason: REASON, skip: '跳过专家评审、公示、结果公布' }))
      .status,
  ).toBe(200);
  const view = () => second.get<ClosingView>(`${path}/closing`);
  const digest = (await view()).digest ?? '';
  expect(await ask(second, '/confirm', { digest })).toMatchObject({ body: { code: 'proposal_closed' } });

  expect((await ask(first, '', { reason: REASON, reference: '云应急〔2026〕12号' })).status).toBe(200);
  expect(await ask(organizer, '', { reason: REASON })).toMatchObject({ body: { code: 'closing_open' } });
  expect(await ask(first, '/confirm', { digest })).toMatchObject({ body: { code: 'own_proposal' } });
  // Who confirms names the figures that they were shown.
  expect(await ask(second, '/confirm', { digest: '0'.repeat(64) })).toMatchObject({
    body: { code: 'closing_changed' },
  });
  expect((await ask(organizer, '/confirm', { digest })).status).toBe(403);
  expect(await view()).toMatchObject({ asked: { by: '周审计', changed: false }, record: null });
  expect((await site.call(`/api/contests/${slug}/closing`)).status).toBe(404);
  expect((await ask(second, '/confirm', { digest })).status).toBe(200);
  await site.verify(slug);
  site.pass(1_001);

  const text = await (await site.call(`/api/contests/${slug}/closing`)).text();
  const file = JSON.parse(text) as ClosingFile;
  const key = file.verifierKey;
  const report = await checkClosing(text, { key });
  expect(report).toMatchObject({ ok: true, pinned: true, contest: slug });
  if (!report.ok) throw new Error(report.step);
  expect(report.said).toMatchObject({ proposed: '周审计', actor: '林审计', reference: '云应急〔2026〕12号' });
  expect(report.said.rounds[0]).toMatchObject({ ballots: 3, held: 0, void: 0 });
  expect(report.said.rounds[0]?.votes.slice(0, 3).map(({ votes }) => votes)).toEqual([2, 1, 1]);
  expect(report.said.checkpoint.size).toBeGreaterThan(3);

  // One word changed, another's key, another record than the printed sheet names.
  const altered = text.replace('"votes":2', '"votes":3');
  expect(await checkClosing(altered, { key })).toEqual({ ok: false, step: 'inclusion' });
  expect(await checkClosing(text.replace(REASON, '活动结束，封存票'), { key })).toMatchObject({
    step: 'inclusion',
  });
  const named = parseClosingCode(formatClosingCode(file));
  if (!named) throw new Error('a code that cannot be read');
  expect(await checkClosing(text, { key, named })).toMatchObject({ ok: true });
  expect(await checkClosing(text, { key, named: { ...named, leaf: '0'.repeat(16) } })).toMatchObject({
    step: 'other',
  });

  // The command line says the same: 0 with the key, 3 with the file's own, 1 for what was altered.
  const said: string[] = [];
  const verify = async (name: string, content: string, ...args: string[]) => {
    await writeFile(join(folder, name), content);
    return await verifyAlone({ folder, print: (line) => said.push(line) }, [name, ...args]);
  };
  expect(await verify('record.json', text, '--key', key)).toBe(0);
  expect(await verify('record.json', text)).toBe(3);
  expect(said.join('\n')).toContain('只说明文件自身一致');
  expect(await verify('record.json', text, '--key', key.slice(0, -2))).toBe(2);
  expect(await verify('altered.json', altered, '--key', key)).toBe(1);

  // It can be signed anew later, and nothing signed is lost.
  expect((await ask(organizer, '', { reason: REASON })).status).toBe(200);
  expect((await ask(first, '/decline', { reason: '不需要重复' })).status).toBe(200);
  expect(await view()).toMatchObject({ asked: null, record: { entry: file.entry.index } });
});

test('a replay holds the figures of a closing record against its own count', () => {
  const votes = [
    { number: 1, votes: 2 },
    { number: 2, votes: 0 },
  ];
  const rounds = [{ round: 0, ballots: 2, held: 1, void: 0, votes }];
  const facts = { rounds } as Parameters<typeof closingFits>[0];
  const counted = [{ round: 0, ballots: 2, held: 1, counts: [{ number: 1, votes: 2, held: 1 }] }];
  expect(closingFits(facts, counted)).toBe(true);
  expect(
    closingFits(facts, [{ round: 0, ballots: 2, held: 1, counts: [{ number: 1, votes: 1, held: 1 }] }]),
  ).toBe(false);
  expect(closingFits(facts, [])).toBe(false);
});
