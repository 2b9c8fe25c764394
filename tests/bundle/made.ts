import type { Edition } from '@zuimei/shared/bundle/format.ts';
import { lotDigest } from '@zuimei/shared/lot.ts';
import type { CourseFacts } from '@zuimei/shared/result/act.ts';
import type { NoticeDraft } from '@zuimei/shared/result/view.ts';
import type { MovableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { HOUR_MS, type TestSite } from '../harness/site.ts';
import { OFFICE } from '../server/chosen.ts';
import { type Judge, outcomeOf, type Panelled, panelled, REASON } from '../server/panelled.ts';

const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.parse('2026-09-27T02:00:00.000Z');
export const SECRETS = { organizer: '1a'.repeat(32), auditor: '2b'.repeat(32) };

/** Names and words that no public bundle may hold. */
export const HIDDEN = ['陈专家', '周专家', '吴专家', '郑专家', '冯专家', '云岭大学', '私下的话', '异议人赵'];

export interface Made extends Panelled {
  /** Any act of the course, as its screen would write it. */
  say<Kind extends keyof CourseFacts>(kind: Kind, facts: CourseFacts[Kind], reason?: string): Promise<void>;
  later(ms: number): Promise<void>;
  bundle(edition: Edition): Promise<Uint8Array>;
  /** The stages of a contest, in order. */
  judge(): Promise<void>;
  choose(): Promise<void>;
  publish(): Promise<void>;
}

/**
 * A contest of five candidates with two places: 1 leads, 2 and 3 are tied in all and a lot decides; who won it falls by a finding and the
 * other moves up, with a notice over 国庆 each. E1 is recused from 4; E2 locked twice. Ten of fifteen ballots are drawn for the sample.
 */
export async function made(site: TestSite, clock: Pick<MovableDatabase, 'at'>): Promise<Made> {
  site.at(BEGIN);
  await clock.at(BEGIN);
  const outcome = outcomeOf({
    tieLast: 'lot',
    sample: 10,
    lots: [lotDigest(SECRETS.organizer), lotDigest(SECRETS.auditor)],
    honours: [
      { name: '一等奖', places: 1 },
      { name: '二等奖', places: 1 },
    ],
  });
  const contest = await panelled(site, { outcome }, 5);
  const { slug, path, vote, invite } = contest;
  const desks: { organizer: Desk; auditor: Desk } = contest;
  let { organizer, auditor } = desks;

  const later = async (ms: number): Promise<void> => {
    site.pass(ms);
    await clock.at(site.now());
    organizer = await signIn(site, { staff: organizer.staff });
    auditor = await signIn(site, { staff: auditor.staff });
  };
  const say: Made['say'] = async (kind, facts, reason = REASON) => {
    await site.parts.ledger.amend(slug, {
      ...{ kind, actor: '孙科长', reason },
      change: async () => JSON.parse(JSON.stringify(facts)) as Record<string, never>,
    });
  };

  const score = async (judge: Judge, nth: number): Promise<void> => {
    const lines: Parameters<Judge['score']>[0] = { 1: [9, 9], 2: [7, 8], 3: [7, 8], 5: [4, 5 - (nth % 2)] };
    await judge.score(nth === 0 ? lines : { ...lines, 4: [5, 4 + (nth % 3)], 1: [9, 10 - (nth % 2)] });
    if ((await judge.lock()).status !== 200) throw new Error('a sheet was not locked');
  };

  async function judge(): Promise<void> {
    const judges = await invite(
      'expert',
      HIDDEN.slice(0, 5).map((name, i) => ({ name, unit: i === 0 ? '云岭大学' : '' })),
    );
    const [first, second] = judges;
    if (!first || !second) throw new Error('nobody judges');
    await organizer.post(`${path}/panels/seats/${first.seat.id}/recusals`, { number: 4, reason: REASON });
    for (const [nth, one] of judges.entries()) await score(one, nth);
    await organizer.post(`${path}/panels/seats/${second.seat.id}/reopen`, { reason: REASON });
    await auditor.ask('POST', `${path}/panels/seats/${second.seat.id}/reopen/decide`, {
      ...{ granted: true, reason: REASON },
    });
    await score(second, 3);
    const votes = [5, 3, 3, 2, 1].flatMap((count, at) => Array.from({ length: count }, () => [at + 1]));
    await vote(votes);
    await vote([[4, 5]], { held: true });
    await site.parts.ledger.rule(slug, {
      ...{ verb: 'void', actor: '钱审计', confirmedBy: '李审计', reason: '核查认定为代投', reference: '' },
      entries: await heldOf(site, contest.id),
    });
    await later(5 * 60_000);
  }

  async function choose(): Promise<void> {
    await organizer.post(`${path}/standing`, { reason: REASON });
    await organizer.post(`${path}/standing/ties`, { rule: 'lot', secrets: SECRETS, reason: REASON });
    await organizer.post(`${path}/choice`, { unfilled: 0, reason: REASON });
  }

  const notice = async (): Promise<void> => {
    const view = await organizer.get<{ notice: { draft: NoticeDraft } }>(`${path}/course`);
    const { text, days, numbers } = view.notice.draft;
    await organizer.post(`${path}/course/notices`, {
      ...{ reason: REASON, office: OFFICE, text, days, numbers },
    });
  };

  async function publish(): Promise<void> {
    await auditor.post(`${path}/course/count`, { reason: REASON, secrets: SECRETS });
    await later(DAY_MS);
    await notice();
    await later(HOUR_MS);
    const { course } = await organizer.get<{ course: { choice: { chosen: number[] } } }>(`${path}/course`);
    const fallen = course.choice.chosen[1] ?? 0;
    const at = new Date(site.now()).toISOString();
    await say('objection', {
      ...{ no: 1, notice: 1, receivedAt: at, numbers: [fallen], ground: 'deeds', channel: 'letter' },
      ...{ named: true, due: '2026-10-10' },
    });
    await say('finding', { no: 1, verdict: 'upheld', effect: 'fall', numbers: [fallen] });
    await organizer.post(`${path}/course/promotions`, { fallen, reason: REASON });
    await notice();
    await later(20 * DAY_MS);
    await organizer.post(`${path}/course/result`, {
      ...{ reason: REASON, document: '云应急〔2026〕38号', date: '2026-10-12' },
      certificate: '授予〔姓名〕“〔荣誉〕”称号。',
    });
  }

  return {
    ...contest,
    get organizer() {
      return organizer;
    },
    get auditor() {
      return auditor;
    },
    say,
    later,
    judge,
    choose,
    publish,
    async bundle(edition) {
      await site.seal();
      const reply = await auditor.raw('GET', `${path}/bundle.zip?edition=${edition}`);
      if (reply.status !== 200) throw new Error(`${reply.status} ${await reply.text()}`);
      return new Uint8Array(await reply.arrayBuffer());
    },
  };
}

async function heldOf(site: TestSite, contest: number): Promise<number[]> {
  const rows = await site.parts.db
    .selectFrom('ledger_entry')
    .select('index')
    .where('contest', '=', contest)
    .where('state', '=', 'held')
    .execute();
  return rows.map(({ index }) => Number(index));
}
