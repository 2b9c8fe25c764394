import { sql, type Transaction } from 'kysely';
import { type Candidate, type Photo, phaseAt, revealedUpTo, roundToShow } from '@zuimei/shared/contest.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { CandidateLine, CandidateList, Correction } from '@zuimei/shared/shortlist.ts';
import { readCalendar } from '../calendar/calendar.ts';
import { readContest } from '../contest/contest.ts';
import { candidateDocument } from '../contest/document.ts';
import { checkStillHeld, readStanders } from '../contest/held.ts';
import { readStored, type StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import type { EncodedPhoto } from '../media/photo.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Tallies } from '../tally/route.ts';
import { keepPhoto } from '../upload/portrait.ts';
import type { Ledger } from '../vote/ledger.ts';

/** The candidates of a contest as staff see them: counts only as far as everybody may see them. Refuses with not_found. */
export async function readCandidates(
  db: Db,
  tallies: Tallies,
  slug: string,
  now: number,
): Promise<CandidateList> {
  const stored = await readStored(db, slug);
  const contest = await readContest(db, slug);
  const { settings } = stored;
  const opens = settings.rounds[0]?.opens;
  const began = contest !== null && opens !== undefined && Date.parse(opens) <= now;
  const shown = began && revealedUpTo(settings.reveal, now) !== null;
  const counts = shown ? ((await tallies.view(contest)).counts ?? []) : [];
  const votes = new Map(counts.map((one) => [one.number, one]));
  const rows = await db
    .selectFrom('candidate')
    .leftJoin('nomination', (join) =>
      join
        .onRef('nomination.contest', '=', 'candidate.contest')
        .onRef('nomination.number', '=', 'candidate.number')
        .on('nomination.state', '=', 'published'),
    )
    .select(['candidate.number', 'candidate.body', 'nomination.id as nomination'])
    .where('candidate.contest', '=', stored.id)
    .orderBy('candidate.number')
    .execute();
  const lines = rows.map(({ number, body, nomination }): CandidateLine => {
    const count = votes.get(number);
    return {
      candidate: { ...candidateDocument.read(body), number },
      nomination,
      votes: shown ? (count?.votes ?? 0) : null,
      held: shown ? (count?.held ?? 0) : null,
    };
  });
  return {
    slug,
    title: settings.title,
    noun: settings.noun,
    categories: settings.categories,
    lines,
    counts: !began ? 'before' : shown ? 'shown' : 'sealed',
    inRound: settings.rounds[roundToShow(settings, now)]?.numbers ?? null,
    next: nextRound(settings, now),
  };
}

/** The first round to come that does not simply take everybody. */
function nextRound({ rounds }: ContestSettings, now: number): CandidateList['next'] {
  const round = rounds.findIndex(
    ({ opens, numbers }, at) => at > 0 && numbers !== null && Date.parse(opens) > now,
  );
  const [before, next] = [rounds[round - 1], rounds[round]];
  if (!before || !next) return null;
  return {
    round,
    opens: next.opens,
    from: before.closes,
    over: Date.parse(before.closes) <= now,
    numbers: next.numbers ?? [],
  };
}

type Parts = { ledger: Ledger };

/**
 * A candidate stands down: no ballot for them is taken any more; those cast stay in the ledger, and so does the candidate, as 已退出.
 * Refuses with not_found, with state_changed when they have withdrawn already, with not_now once the result is out, and with plan_broken when
 * the rule of a ballot could not be kept by those who are left: then it is changed first.
 */
export async function withdrawCandidate(
  { ledger }: Parts,
  slug: string,
  actor: Actor,
  number: number,
  reason: string,
  now: number,
): Promise<void> {
  await ledger.amend(slug, {
    kind: 'withdrawal',
    actor: actor.name,
    reason,
    async change(tx, contestId) {
      const stored = await readOpen(tx, slug, now);
      const body = await lockCandidate(tx, contestId, number);
      if (body.withdrawn) throw new Refusal('state_changed');
      const listed = await readStanders(tx, contestId);
      const candidates = listed.map((one) => (one.number === number ? { ...one, withdrawn: true } : one));
      checkStillHeld(stored, listed, { candidates }, await readCalendar(tx), now);
      await saveBody(tx, contestId, number, {
        ...body,
        withdrawn: { at: new Date(now).toISOString(), reason },
      });
      await recordAction(tx, actor, {
        act: 'candidate.withdraw',
        contest: contestId,
        subject: `${number} ${body.name}`,
        reason,
      });
      return { number, name: body.name };
    },
  });
}

/** What kind of candidate this is. Refuses with not_found. */
export async function readKind(db: Db, slug: string, number: number): Promise<Candidate['kind']> {
  const row = await db
    .selectFrom('candidate')
    .innerJoin('contest', 'contest.id', 'candidate.contest')
    .select('candidate.body')
    .where('contest.slug', '=', slug)
    .where('candidate.number', '=', number)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return candidateDocument.read(row.body).kind;
}

/**
 * Puts right what is public of a candidate, with a reason: the entry in the ledger names the fields that changed. A photo comes encoded
 * and is kept only if the correction is. Refuses with not_found, with not_now once archived, and with nothing_to_publish when nothing is different.
 */
export async function correctCandidate(
  { ledger }: Parts,
  slug: string,
  actor: Actor,
  number: number,
  change: Partial<Correction> & { photo?: EncodedPhoto },
  reason: string,
  now: number,
): Promise<string[]> {
  let fields: string[] = [];
  await ledger.amend(slug, {
    kind: 'correction',
    actor: actor.name,
    reason,
    async change(tx, contestId) {
      await readOpen(tx, slug, now);
      const body = await lockCandidate(tx, contestId, number);
      const { photo: encoded, shown, ...texts } = change;
      const further = body.photos.slice(1).filter(({ id }) => shown?.includes(id) ?? true);
      const photo = encoded && (await keepPhoto(tx, contestId, encoded));
      const fresh: Candidate = {
        ...body,
        ...texts,
        photos: [...(photo ? [photo] : body.photos.slice(0, 1)), ...further],
      };
      fields = ([...Object.keys(texts), 'photos'] as (keyof Candidate)[]).filter(
        (key) => JSON.stringify(fresh[key]) !== JSON.stringify(body[key]),
      );
      if (fields.length === 0) throw new Refusal('nothing_to_publish');
      await saveBody(tx, contestId, number, fresh);
      if (photo) await showInNomination(tx, contestId, number, photo);
      await recordAction(tx, actor, {
        act: 'candidate.correct',
        contest: contestId,
        subject: `${number} ${fresh.name}：${fields.join('、')}`,
        reason,
      });
      return { number, name: fresh.name, fields };
    },
  });
  return fields;
}

/** A wrong picture is gone for good: the nomination that the candidate came from shows the new one, too. */
async function showInNomination(
  tx: Transaction<Tables>,
  contest: number,
  number: number,
  photo: Photo,
): Promise<void> {
  await tx
    .updateTable('nomination')
    .set({ photo: sql`${JSON.stringify(photo)}::jsonb` })
    .where('contest', '=', contest)
    .where('number', '=', number)
    .where('state', '=', 'published')
    .execute();
}

/** The contest, if what stands in it may still be changed. */
async function readOpen(tx: Transaction<Tables>, slug: string, now: number): Promise<StoredPlan> {
  const stored = await readStored(tx, slug);
  const { settings, announced, archivedAt } = stored;
  const phase = phaseAt({ ...settings, announced }, now);
  if (archivedAt || phase === 'result' || phase === 'archived') throw new Refusal('not_now', { phase });
  return stored;
}

async function lockCandidate(tx: Transaction<Tables>, contest: number, number: number): Promise<Candidate> {
  const row = await tx
    .selectFrom('candidate')
    .select('body')
    .where('contest', '=', contest)
    .where('number', '=', number)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return { ...candidateDocument.read(row.body), number };
}

async function saveBody(
  tx: Transaction<Tables>,
  contest: number,
  number: number,
  { number: _, ...body }: Candidate,
): Promise<void> {
  await tx
    .updateTable('candidate')
    .set({ body: sql`${candidateDocument.text(body)}::jsonb` })
    .where('contest', '=', contest)
    .where('number', '=', number)
    .execute();
}
