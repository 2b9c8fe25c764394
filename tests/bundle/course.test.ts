import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import { type Edition, editions } from '@zuimei/shared/bundle/format.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { drawTied, lotDigest, lotSeed } from '@zuimei/shared/lot.ts';
import type { TieDocument } from '@zuimei/shared/verdict.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen } from '../server/chosen.ts';
import { outcomeOf, REASON } from '../server/panelled.ts';
import { checked, filesOf, resealed, sha256, zipOf } from './file.ts';
import { SECRETS } from './made.ts';
import { type Entry, relogged } from './relog.ts';
import { secondReports } from './second.ts';
import { json, type Spoil } from './spoil.ts';

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

/** Two places: 1 leads, a lot decides between 2 and 3, and 4 and 5 are tied below the line. */
async function tied(): Promise<Chosen & { first: number; second: number; next: number; last: number }> {
  const outcome = outcomeOf({
    weights: { vote: 100, expert: 0, media: 0, merit: 0 },
    ...{ panels: {}, ties: ['votes'], tieLast: 'lot', lots: Object.values(SECRETS).map(lotDigest) },
  });
  const one = await chosen(site, fresh, { outcome, counts: [5, 3, 3, 1, 1], choose: false });
  const seed = lotSeed(SECRETS.organizer, SECRETS.auditor);
  const [[first = 0, second = 0], [next = 0, last = 0]] = [drawTied(seed, [2, 3]), drawTied(seed, [4, 5])];
  await one.organizer.post(`${one.path}/standing/ties`, drawLot);
  await one.organizer.post(`${one.path}/choice`, { reason: REASON, unfilled: 0 });
  return Object.assign(one, { first, second, next, last });
}
const drawLot = { rule: 'lot', secrets: SECRETS, reason: REASON };

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
  expect((await secondReports([await bundleOf(one, 'public')]))[0]).toMatch(
    /^结论：能核验的|^结论：全部一致/m,
  );
  const lines = (filesOf(await bundleOf(one, 'public'))['earlier.ndjson'] ?? '').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['standing', 'choice']);
});

test('a tie among those who could move up is settled by the lot, and no checker takes another settlement', async () => {
  const one = await tied();
  const { path, organizer, first, second, next, last } = one;
  const [promotions, ties] = [`${path}/course/promotions`, `${path}/standing/ties`];
  const refusal = async (to: string, body: object): Promise<unknown> =>
    (await organizer.ask('POST', to, body)).body;
  await count(one);
  await one.notice();
  await organizer.post(`${path}/candidates/1/withdraw`, { reason: REASON });
  expect((await one.view()).promotions).toEqual([{ fallen: 1, promoted: second, refused: null }]);
  expect(await refusal(ties, drawLot)).toEqual({ code: 'state_changed' });
  await organizer.post(promotions, { fallen: 1, reason: REASON });
  await organizer.post(`${path}/candidates/${first}/withdraw`, { reason: REASON });
  const promote = { fallen: first, reason: REASON };
  expect(await refusal(promotions, promote)).toEqual({ code: 'tie_open', numbers: '4、5', places: 1 });
  expect((await one.view()).tie).toEqual({ numbers: [4, 5], places: 1 });
  const ballots = [{ appointed: 5, present: 5, favour: { [next]: 1, [last]: 4 } }];
  expect(await refusal(ties, { rule: 'meeting', ballots, reason: REASON })).toEqual({
    code: 'tie_rule',
    rule: 'lot',
  });
  await organizer.post(ties, drawLot);
  expect(await refusal(ties, drawLot)).toEqual({ code: 'state_changed' });
  expect(await one.view()).toMatchObject({
    tie: null,
    promotions: [{ fallen: first, promoted: next, refused: null }],
  });
  await organizer.post(promotions, promote);
  await one.later(DAY_MS);
  await one.notice();
  await one.noticeOver();
  await one.result();
  const { course } = await one.view();
  expect(course.results[0]?.items.map(({ number }) => number)).toEqual([second, next]);
  const verified = await verifyContest(site.parts.db, site.parts.secrets, one.slug);
  expect(verified?.problems).toEqual([]);
  await agrees(one);

  const zip = await bundleOf(one, 'public');
  const signer = await logSigner(site.parts.secrets, one.slug, (await site.parts.logName(one.slug)).origin);
  const cases: Record<string, { says: RegExp; spoil: Spoil }> = {
    'a settlement that names one of the chosen': {
      says: new RegExp(`^第 11 步：ties.json 第 2 项裁定了候选 ${second}，`),
      spoil: settled({
        numbers: [second, 4, 5],
        order: drawTied(lotSeed(SECRETS.organizer, SECRETS.auditor), [second, 4, 5]),
      }),
    },
    'a meeting after the secrets were public': {
      says: /^第 11 步：ties.json 第 2 项并列的次序写 \d，.*不是按规则裁定的/,
      spoil: settled({
        ...{ rule: 'meeting', secrets: null, order: [last] },
        ballots: ballots.map((ballot) => ({ ...ballot, places: 1 })),
      }),
    },
    'a lot in another order': {
      says: new RegExp(
        `^第 11 步：ties.json 第 2 项并列的次序写 ${last}、${next}，.*应为 ${next}、${last}。`,
      ),
      spoil: settled({ order: [last, next] }),
    },
    'a lot drawn anew': {
      says: /^第 11 步：ties.json 第 3 项并列的次序写 .*当时没有这样的并列/,
      spoil: drawnAnew([last, next]),
    },
    'one who moved up against the order that was settled': {
      says: new RegExp(`^第 12 步：第 \\d+ 号账目递补写候选 ${last}，按次序与限额应为 ${next}。`),
      spoil: (files, key) =>
        relogged(files, key, (entries) => {
          const entry = entries.findLast(({ kind }) => kind === 'promote');
          if (entry) entry.act = { ...entry.act, promoted: last, chosen: [second, last] };
        }),
    },
  };
  const zips: Uint8Array[] = [zip];
  for (const { spoil } of Object.values(cases))
    zips.push(zipOf(await resealed(await spoil(filesOf(zip), signer), signer)));
  const [right = '', ...wrong] = await secondReports(zips);
  expect(right).toMatch(/结论：全部一致[\s\S]*exit 0\n$/);
  for (const [i, [name, { says }]] of Object.entries(cases).entries()) {
    const found = { name, first: (await checked(zips[i + 1] ?? zip)).first };
    expect(found).toEqual({ name, first: expect.stringMatching(says) });
    expect({ name, first: /最先的不符：(.*)/.exec(wrong[i] ?? '')?.[1] }).toEqual(found);
  }

  await site.parts.ledger.amend(one.slug, {
    ...{ kind: 'promote', actor: '孙科长', reason: REASON },
    change: async () => ({ fallen: next, promoted: last, chosen: [second, last] }),
  });
  const { problems = [] } = (await verifyContest(site.parts.db, site.parts.secrets, one.slug)) ?? {};
  expect(problems).toEqual([
    { code: 'promote', index: expect.any(Number), detail: `递补写 ${last}，按次序与限额应为 空缺。` },
  ]);
});

/** The last settlement with these changes, in its file and its act alike. */
function settled(changes: Partial<TieDocument>): Spoil {
  return async (files, signer) => {
    const after = await json('ties.json', '1.document', (old) => ({ ...(old as TieDocument), ...changes }))(
      files,
      signer,
    );
    return await relogged(after, signer, (entries) => {
      const [, { document }] = JSON.parse(after['ties.json'] ?? '') as [unknown, { document: TieDocument }];
      const { rule, numbers, order, secrets } = document;
      const entry = entries.findLast(({ kind }) => kind === 'tie');
      if (entry)
        entry.act = {
          ...entry.act,
          rule,
          numbers,
          order,
          secrets,
          digest: sha256(canonicalText(JSON.parse(JSON.stringify(document)))),
        };
    });
  };
}

/** The last settlement once more right after it, in this order. */
function drawnAnew(order: number[]): Spoil {
  return async (files, signer) => {
    const ties = JSON.parse(files['ties.json'] ?? '') as { entry: number; document: TieDocument }[];
    const document = { ...(ties[1]?.document as TieDocument), order };
    let entry = 0;
    const after = await relogged(files, signer, (entries) => {
      const at = entries.findLastIndex(({ kind }) => kind === 'tie');
      const old = entries[at] as Entry;
      const digest = sha256(canonicalText(JSON.parse(JSON.stringify(document))));
      entry = at + 1;
      entries.splice(entry, 0, { ...old, act: { ...old.act, order, digest } });
    });
    return await json('ties.json', '', () => [...ties, { entry, document }])(after, signer);
  };
}
