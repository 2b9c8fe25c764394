import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edition, editions } from '@zuimei/shared/bundle/format.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen } from '../server/chosen.ts';
import { REASON } from '../server/panelled.ts';
import { checked, filesOf } from './file.ts';

/* Whatever way a contest takes from the choice to its result, its bundle follows. */

const DAY_MS = 24 * HOUR_MS;
let fresh: MovableDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

async function bundleOf(one: Chosen, edition: Edition): Promise<Uint8Array> {
  await site.seal();
  const reply = await one.auditor.raw('GET', `${one.path}/bundle.zip?edition=${edition}`);
  expect(reply.status).toBe(200);
  return new Uint8Array(await reply.arrayBuffer());
}

async function agrees(one: Chosen): Promise<void> {
  for (const edition of editions) {
    const { steps } = await checked(await bundleOf(one, edition));
    expect(steps.flatMap(({ faults }) => faults)).toEqual([]);
    expect(steps.filter(({ state }) => state !== 'ok')).toEqual([]);
  }
}

/** What the second verifier says of it. */
function recomputed(zip: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'zuimei-course-'));
  try {
    writeFileSync(join(folder, 'bundle.zip'), zip);
    const script = fileURLToPath(new URL('../../server/bundle/recompute.py', import.meta.url));
    return spawnSync('python3', [script, join(folder, 'bundle.zip')], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const count = (one: Chosen) => one.auditor.post(`${one.path}/course/count`, { reason: REASON });

test('who withdraws, who moves up for them and a notice that is extended', async () => {
  const one = await chosen(site, fresh);
  await count(one);
  await one.notice();
  await one.organizer.post(`${one.path}/candidates/1/withdraw`, { reason: REASON });
  await one.organizer.post(`${one.path}/course/promotions`, { fallen: 1, reason: REASON });
  await one.later(DAY_MS);
  await one.notice();
  await one.organizer.post(`${one.path}/course/notices/1/extend`, { days: 2, reason: REASON });
  await one.noticeOver();
  await one.later(5 * DAY_MS);
  await one.result();
  await agrees(one);
});

test('a notice that was stopped and another in its place', async () => {
  const one = await chosen(site, fresh);
  await one.notice();
  await one.organizer.post(`${one.path}/course/notices/1/stop`, { reason: REASON });
  await one.later(HOUR_MS);
  await one.notice();
  await count(one);
  await one.noticeOver();
  await one.result();
  await agrees(one);
});

test('a standing that a finding took back stays in the bundle, with the choice made of it', async () => {
  const one = await chosen(site, fresh);
  const { slug, path } = one;
  await one.notice();
  await one.organizer.post(`${path}/course/notices/1/extend`, { days: 5, reason: REASON });
  await one.later(HOUR_MS);
  const receivedAt = new Date(site.now()).toISOString();
  const say = (kind: 'objection' | 'finding', facts: Record<string, string | number | boolean | number[]>) =>
    site.parts.ledger.amend(slug, { kind, actor: '孙科长', reason: REASON, change: async () => facts });
  await say('objection', {
    ...{ no: 1, notice: 1, receivedAt, numbers: [2], ground: 'procedure', channel: 'letter' },
    ...{ named: false, due: '2026-10-12' },
  });
  await say('finding', { no: 1, verdict: 'partly', effect: 'recompute', numbers: [] });
  await one.organizer.post(`${path}/standing`, { reason: REASON });
  await one.organizer.post(`${path}/choice`, { reason: REASON, unfilled: 0 });
  await one.notice();
  await count(one);
  // The first would have run on for a week.
  await one.later(Date.parse('2026-10-09T16:00:00.000Z') - site.now());
  await one.result();
  await agrees(one);
  expect(recomputed(await bundleOf(one, 'public'))).toMatch(/^结论：能核验的|^结论：全部一致/m);
  const lines = (filesOf(await bundleOf(one, 'public'))['earlier.ndjson'] ?? '').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['standing', 'choice']);
});
