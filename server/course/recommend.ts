import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import type { Candidate } from '@zuimei/shared/contest.ts';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { canonical, canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Course, courseOf, itemsOf } from '@zuimei/shared/result/course.ts';
import type { ProvenAct } from '@zuimei/shared/result/proven.ts';
import {
  RECOMMENDATION_FORMAT,
  type Recommendation,
  type RecommendedNominee,
  recommendationLimits,
} from '@zuimei/shared/result/recommendation.ts';
import type { Db } from '../db.ts';
import { readCourseEntries } from '../judging/course.ts';
import { type Judged, readJudged } from '../judging/judged.ts';
import type { On } from '../judging/seat.ts';
import { readVerdicts } from '../judging/verdict.ts';
import type { Log } from '../log/log.ts';
import type { Actor } from '../staff/action.ts';
import { type SayParts, sayAct } from './say.ts';

/**
 * 推荐上报: says in the ledger who is recommended to whom, with the digest of what is sent of them. Gives its index, by which the package is
 * fetched once a checkpoint covers it. Refuses with not_chosen for anybody whom no result in force names.
 */
export async function recommend(
  parts: SayParts,
  slug: string,
  actor: Actor,
  given: { numbers: number[]; to: string; opinion: string; reason: string },
): Promise<{ entry: number }> {
  const { to, opinion, reason } = given;
  const numbers = [...new Set(given.numbers)].sort((a, b) => a - b);
  let entry = 0;
  await sayAct(parts, slug, actor, {
    kind: 'recommend',
    act: 'recommend.export',
    reason,
    async find(tx, contest, course) {
      const nominees = await readNominees(tx, contest, course, numbers);
      const digest = digestOf(nominees.map(({ nominee }) => nominee));
      return {
        facts: { numbers, to, opinion, digest },
        subject: `向${to}推荐 ${nominees.map(({ nominee }) => nominee.name).join('、')}`,
      };
    },
    done: (_, found) => {
      ({ entry } = found);
      return Promise.resolve();
    },
  });
  return { entry };
}

/**
 * The package of a recommendation. Refuses with not_found, not_sealed_yet until a checkpoint covers it, and with state_changed where what is public of
 * a nominee is another by now than what was recommended.
 */
export async function writeRecommendation(
  {
    db,
    transparency,
    logName,
  }: { db: Db; transparency: Log; logName: (slug: string) => Promise<{ verifierKey: string }> },
  slug: string,
  entry: number,
): Promise<Uint8Array> {
  const contest = await readJudged(db, slug);
  const entries = await readCourseEntries(db, contest.id);
  const course = courseOf(entries);
  const said = course.recommended.find((one) => one.entry === entry);
  if (!said) throw new Refusal('not_found');
  const nominees = await readNominees(db, contest, course, said.numbers);
  const listed = nominees.map(({ nominee }) => nominee);
  if (digestOf(listed) !== said.digest) throw new Refusal('state_changed');
  const { verifierKey } = await logName(slug);
  const head: Recommendation = {
    format: RECOMMENDATION_FORMAT,
    contest: slug,
    title: contest.title,
    organizers: contest.organizers,
    verifierKey,
    to: said.to,
    opinion: said.opinion,
    madeAt: said.at,
  };
  const kinds = ['choice', 'notice', 'promote', 'result', 'revoke', 'recommend'];
  const acts: ProvenAct[] = [];
  for (const one of entries)
    if (kinds.includes(one.kind) && one.index <= entry)
      acts.push({ ...one, act: one.act as Act, proof: await transparency.proof(contest.id, one.index) });
  const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, null, 1));
  return zipSync(
    {
      'recommendation.json': text(head),
      'nominees.json': canonical(JSON.parse(JSON.stringify(listed))),
      'acts.json': text(acts),
      ...Object.fromEntries(
        nominees.flatMap(({ nominee, photo }) =>
          nominee.photo && photo ? [[nominee.photo.name, photo]] : [],
        ),
      ),
    },
    { level: 6 },
  );
}

function digestOf(nominees: readonly RecommendedNominee[]): string {
  return createHash('sha256')
    .update(canonicalText(JSON.parse(JSON.stringify(nominees))))
    .digest('hex');
}

/** What is public of those whom a result in force names. Refuses with not_chosen {number} for anybody else. */
async function readNominees(
  on: On,
  contest: Judged,
  course: Course,
  numbers: readonly number[],
): Promise<{ nominee: RecommendedNominee; photo: Uint8Array | null }[]> {
  const items = itemsOf(course);
  const { standing } = await readVerdicts(on, contest.id);
  const found: { nominee: RecommendedNominee; photo: Uint8Array | null }[] = [];
  for (const number of numbers) {
    const item = items.find((one) => one.number === number);
    const one = contest.candidates.find((candidate) => candidate.number === number);
    const place = standing?.document.order.find((line) => line.number === number);
    if (!item || !one || !standing || !place) throw new Refusal('not_chosen', { number });
    const photo = await readPhoto(on, contest.id, one);
    const { kind, post, years, reason, deeds, honours } = one;
    const { name, unit, category, honour, serial } = item;
    found.push({
      photo,
      nominee: {
        ...{ number, kind, name, unit, category, post, years, reason, deeds, honours, honour, serial },
        line: {
          votes: standing.document.votes[number] ?? 0,
          total: place.total,
          decimals: contest.outcome.decimals,
          rank: place.rank,
          of: standing.document.order.length,
        },
        photo: photo && {
          name: `photo-${number}.jpg`,
          digest: createHash('sha256').update(photo).digest('hex'),
        },
      },
    });
  }
  return found;
}

async function readPhoto(
  on: On,
  contest: number,
  { photos: [portrait] }: Candidate,
): Promise<Uint8Array | null> {
  if (!portrait) return null;
  const row = await on
    .selectFrom('media')
    .select('bytes')
    .where('contest', '=', contest)
    .where('id', '=', portrait.id)
    .where('name', '=', 'full.jpg')
    .executeTakeFirst();
  return row && row.bytes.length <= recommendationLimits.photoBytes ? new Uint8Array(row.bytes) : null;
}
