import { sql } from 'kysely';
import type { Candidate } from '@zuimei/shared/contest.ts';
import type { ReadyCheck } from '@zuimei/shared/live.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db } from '../db.ts';

/** What a contest still needs before its voting opens. `connected`: this site has a WeChat account. */
export async function readChecks(
  db: Db,
  contest: StoredPlan,
  candidates: readonly Candidate[],
  connected: boolean,
): Promise<ReadyCheck[]> {
  const { rows } = await sql<{ waiting: number; silent: number }>`
    select
      (select count(*)::int from nomination where contest = ${contest.id} and state = 'submitted') as waiting,
      (select count(*)::int from unit where contest = ${contest.id} and not exists (
        select from nomination where nomination.unit = unit.id and state in ('submitted', 'accepted', 'published'))) as silent`.execute(
    db,
  );
  return checksOf(contest.settings, {
    published: contest.publishedAt !== null,
    candidates,
    waiting: rows[0]?.waiting ?? 0,
    silent: rows[0]?.silent ?? 0,
    connected,
  });
}

function checksOf(
  settings: ContestSettings,
  found: {
    published: boolean;
    candidates: readonly Candidate[];
    waiting: number;
    silent: number;
    connected: boolean;
  },
): ReadyCheck[] {
  const { published, waiting, silent, connected } = found;
  const { rule, categories, reveal, rounds, footer } = settings;
  const candidates = found.candidates.filter((one) => !one.withdrawn);
  const thin = categories.filter(({ id }) => {
    const least = (rule.categories[id] ?? rule.perCategory)?.min ?? 0;
    return candidates.filter((one) => one.category === id).length < Math.max(1, least);
  });
  const plain = candidates.filter((one) => one.photos.length === 0).length;
  const mute = candidates.filter((one) => one.reason.trim() === '' && one.deeds.length === 0).length;
  const early = reveal.kind === 'sealed' && rounds.some((round) => reveal.from < round.closes);
  const must = (code: ReadyCheck['code'], ok: boolean, count = 0): ReadyCheck => ({
    code,
    ok,
    must: true,
    count,
  });
  const advice = (code: ReadyCheck['code'], ok: boolean, count = 0): ReadyCheck => ({
    code,
    ok,
    must: false,
    count,
  });
  return [
    must('published', published),
    must('candidates', candidates.length >= Math.max(1, rule.picks.min), candidates.length),
    must('categories', thin.length === 0, thin.length),
    must('organizers', settings.organizers.length > 0),
    ...(settings.wechat ? [must('wechat', connected)] : []),
    advice('reported', silent === 0, silent),
    advice('reviewed', waiting === 0, waiting),
    advice('reasons', mute === 0, mute),
    advice('photos', plain === 0, plain),
    advice('reveal', !early),
    advice('footer', footer.icp !== '' && footer.contact !== ''),
  ];
}
