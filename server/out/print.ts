import type { PrintName, PrintView } from '@zuimei/shared/out.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import type { Log } from '../log/log.ts';
import { readLines } from '../nomination/nomination.ts';
import { readMark } from './mark.ts';
import { categoryName, type Source } from './nominees.ts';
import { readRank } from './rank.ts';

/** A paper as a page to print. Private answers are not even read. Refuses as the file does. */
export async function readPrint(db: Db, log: Log, source: Source, what: PrintName): Promise<PrintView> {
  const { settings, now } = source;
  const head = { title: settings.title, organizers: settings.organizers, at: new Date(now).toISOString() };
  if (what === 'summary') return { ...head, what, ...(await readSummary(db, source)) };
  const contest = source.published ? await readContest(db, source.slug) : null;
  if (!contest) throw new Refusal('not_now');
  if (what === 'rank') {
    const { asOf, hideOrder, rounds } = await readRank(db, log, contest, now);
    return { ...head, what, asOf, hideOrder, rounds, mark: await readMark(log, source.id) };
  }
  const groups = [...settings.categories.map((one) => one.id), null];
  const known = new Set(settings.categories.map((one) => one.id));
  return {
    ...head,
    what,
    categories: groups
      .map((id) => ({
        name: id === null ? '其他' : categoryName(source, id),
        candidates: contest.candidates
          .filter((one) => (id === null ? !known.has(one.category) : one.category === id))
          .map(({ number, name, unit, post, reason, photos, withdrawn }) => ({
            ...{ number, name, unit, post, reason },
            photo: photos[0] ?? null,
            withdrawn: withdrawn !== null,
          })),
      }))
      .filter(({ candidates }) => candidates.length > 0),
  };
}

type Summary = Pick<Extract<PrintView, { what: 'summary' }>, 'nominees' | 'units'>;

async function readSummary(db: Db, source: Source): Promise<Summary> {
  const lines = await readLines(db, {
    contest: source.id,
    states: ['submitted', 'accepted', 'declined', 'published'],
  });
  if (lines.length === 0) throw new Refusal('not_now');
  const rows = await db
    .selectFrom('nomination')
    .select(['id', 'answers'])
    .where('contest', '=', source.id)
    .execute();
  const answers = new Map(rows.map((row) => [row.id, row.answers]));
  const units = new Map<number, Summary['units'][number]>();
  for (const { unit, state } of lines) {
    const own = units.get(unit.id) ?? { name: unit.name, sent: 0, accepted: 0 };
    own.sent += 1;
    if (state === 'accepted' || state === 'published') own.accepted += 1;
    units.set(unit.id, own);
  }
  return {
    nominees: lines.map((line) => ({
      name: line.name,
      unit: answers.get(line.id)?.['unit'] ?? line.unit.name,
      post: answers.get(line.id)?.['post'] ?? '',
      category: categoryName(source, line.category),
      years: answers.get(line.id)?.['years'] ?? '',
      reason: line.summary,
      state: line.state,
    })),
    // As they were entered: units are never ranked by how many they sent.
    units: [...units].toSorted(([a], [b]) => a - b).map(([, unit]) => unit),
  };
}
