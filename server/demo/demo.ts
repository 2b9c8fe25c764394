import { readdir, readFile } from 'node:fs/promises';
import type { Contest, WechatRule } from '@zuimei/shared/contest.ts';
import { outcomeFrom, voteAlone } from '@zuimei/shared/judging/plain.ts';
import { anli } from '@zuimei/shared/presets/anli.ts';
import { type Preset, plainSettings } from '@zuimei/shared/presets/preset.ts';
import { zuimeiDistrict } from '@zuimei/shared/presets/zuimei-district.ts';
import { createContest, readContest, readSlugs, type Settings } from '../contest/contest.ts';
import { isThere } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { logOrigin } from '../http/origin.ts';
import { importDocuments } from '../intake/import.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { privateKey } from '../vault.ts';
import { createLedger } from '../vote/ledger.ts';

const DAY_MS = 86_400_000;
const NOBODY: Actor = { name: '演示', staff: null, unit: null };
const REASON = '演示活动，人物与单位均为虚构';
const SAMPLES = new URL('./samples/', import.meta.url);

/**
 * On an empty database: two contests with open voting, made from the sample documents (fictional people) by the same import that
 * an organizer uses, and then published by an act of its own. `wechat`: they ask for it, as a site with an account may. Gives the contests a newcomer may look at; on a database with contests it changes nothing.
 */
export async function loadDemo(
  { db, secrets, publicUrl }: { db: Db; secrets: Secrets; publicUrl: string | null },
  now = Date.now(),
  wechat = false,
): Promise<string[]> {
  const slugs = await readSlugs(db);
  if (slugs.length > 0) return slugs;
  const ledger = createLedger(db, secrets, (slug) => logOrigin(publicUrl, slug));
  const importer = { db, ledger, key: privateKey(secrets), clock: () => now };
  for (const { slug, settings, folder } of demoContests(now).toReversed()) {
    const wanted = wechat ? { ...settings, wechat: asked[slug] ?? null } : settings;
    // A start that was broken off may have left it behind.
    if (!(await isThere(db, slug))) await createContest(db, slug, wanted);
    const names = (await readdir(new URL(`${folder}/`, SAMPLES)))
      .filter((name) => name.endsWith('.docx'))
      .sort();
    const files = await Promise.all(
      names.map(async (name) => ({
        name,
        bytes: new Uint8Array(await readFile(new URL(`${folder}/${name}`, SAMPLES))),
      })),
    );
    await importDocuments(importer, slug, files, { actor: NOBODY, reason: REASON });
    await ledger.amend(slug, {
      kind: 'shortlist',
      actor: NOBODY.name,
      reason: REASON,
      async change(tx, contest) {
        await tx
          .updateTable('contest')
          .set({ published_at: new Date(now) })
          .where('id', '=', contest)
          .execute();
        const candidates = (await readContest(tx, slug))?.candidates ?? [];
        const { title: subject } = wanted;
        await recordAction(tx, NOBODY, { act: 'contest.publish', contest, subject, reason: REASON });
        return { added: candidates.map(({ number, name }) => ({ number, name })), draw: null };
      },
    });
  }
  return await readSlugs(db);
}

/** One by WeChat alone, and by message; one also by browsers elsewhere. */
const asked: Record<string, WechatRule> = {
  'zuimei-2026': { outside: 'refused', early: false, follow: false, keyword: '投票' },
  'anli-2026': { outside: 'weighed', early: false, follow: false, keyword: '' },
};

/** Weights and panels of a preset, for as many as the demo has. */
function judgedAs({ settings }: Preset, field: { places: number; candidates: number }): Settings['outcome'] {
  const { weights, panels } = settings.outcome ?? voteAlone(field.places);
  return outcomeFrom({ ...field, weights, panels });
}

function demoContests(now: number): { slug: string; settings: Settings; folder: string }[] {
  const opens = new Date(now - DAY_MS).toISOString();
  // Closes at 17:00 Shanghai (09:00 UTC) a week from now.
  const closes = new Date(Math.floor(now / DAY_MS) * DAY_MS + 7 * DAY_MS + 9 * 3_600_000).toISOString();
  const common = {
    organizers: ['云岭区安全生产委员会办公室', '云岭区应急管理局'],
    schedule: [
      { phase: 'nominating', from: new Date(now - 20 * DAY_MS).toISOString() },
      { phase: 'shortlisted', from: new Date(now - 3 * DAY_MS).toISOString() },
      { phase: 'voting', from: opens },
      { phase: 'judging', from: closes },
    ],
    rounds: [{ opens, closes, numbers: null }],
    paused: null,
    ...plainSettings,
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'number',
    policy: 'standard',
    footer: {
      icp: '',
      police: '',
      partyGovernment: false,
      siteCode: '',
      contact: '本页为演示，人物与单位均为虚构',
    },
  } satisfies Partial<Contest>;
  return [
    {
      slug: 'zuimei-2026',
      folder: 'zuimei',
      settings: {
        ...common,
        title: '2026 年度“最美应急人”',
        slogan: '每一次平安，背后都有人在值守',
        noun: { measure: '位', name: '人物' },
        intro: ['为弘扬应急精神，选树身边榜样，现将候选名单公布，请广大群众投票推选。'],
        notes: ['候选按编号排列，排名不分先后，最终结果以公示为准。'],
        rule: {
          period: 'day',
          ballotsPerPeriod: 1,
          picks: { min: 1, max: 5 },
          perCategory: null,
          categories: {},
          repeatCandidate: true,
        },
        outcome: judgedAs(zuimeiDistrict, { places: 5, candidates: 8 }),
        categories: [
          { id: 'person', name: '个人' },
          { id: 'team', name: '集体' },
        ],
      },
    },
    {
      slug: 'anli-2026',
      folder: 'anli',
      settings: {
        ...common,
        title: '“新云岭里看应急”典型实践案例',
        slogan: '好办法从一线来',
        noun: { measure: '个', name: '案例' },
        intro: ['从各单位报送的新闻线索中选出的典型实践案例，请您推选其中做得实、用得上的。'],
        notes: [],
        rule: {
          period: 'day',
          ballotsPerPeriod: 1,
          picks: { min: 1, max: 2 },
          perCategory: null,
          categories: {},
          repeatCandidate: true,
        },
        outcome: judgedAs(anli, { places: 2, candidates: 4 }),
        categories: [],
      },
    },
  ];
}
