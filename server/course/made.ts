import { amongOf, severityOffsets } from '@zuimei/shared/judging/made.ts';
import { panelIds } from '@zuimei/shared/judging/outcome.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Course, findingsOf, itemsOf, noticeOf, promotionsOf } from '@zuimei/shared/result/course.ts';
import { isUpheld } from '@zuimei/shared/result/effect.ts';
import type { Made, MadePanel } from '@zuimei/shared/result/view.ts';
import type { ChoiceDocument, Found, StandingDocument } from '@zuimei/shared/verdict.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { type Judged, readJudged } from '../judging/judged.ts';
import { countsAt } from '../judging/panel.ts';
import { readVerdicts } from '../judging/verdict.ts';

/** 怎么来的 of one that a result names. Refuses with not_found for anybody else: who was not chosen has nothing of theirs in public. */
export async function readMade(db: Db, slug: string, number: number): Promise<Made> {
  const contest = await readJudged(db, slug);
  const course = await readCourse(db, contest.id);
  const { standing, choice } = await readVerdicts(db, contest.id);
  if (!standing || !choice || !itemsOf(course).some((item) => item.number === number))
    throw new Refusal('not_found');
  return madeOf(contest, course, { standing, choice }, number);
}

/** What led to one line of the standing, every figure of it. */
export function madeOf(
  contest: Judged,
  course: Course,
  { standing, choice }: { standing: Found<StandingDocument>; choice: Found<ChoiceDocument> | null },
  number: number,
): Made {
  const { outcome } = contest;
  const { document } = standing;
  const place = document.order.find((one) => one.number === number);
  if (!place) throw new Refusal('not_found');
  const ahead = document.order.filter(({ total }) => total > place.total).map((one) => one.number);
  const notice = noticeOf(course, number);
  const own = course.objections.filter(({ numbers }) => numbers.includes(number));
  const upheld = findingsOf({ objections: own }).filter(({ verdict }) => isUpheld(verdict));
  return {
    number,
    decimals: outcome.decimals,
    weights: outcome.weights,
    vote: outcome.vote,
    votes: document.votes[number] ?? 0,
    among: amongOf(document.votes, number),
    parts: Object.fromEntries(Object.entries(document.parts).map(([id, part]) => [id, part?.[number] ?? 0])),
    total: place.total,
    rank: contest.hideOrder ? null : place.rank,
    of: document.order.length,
    panels: panelIds.flatMap((panel) => panelOf(contest, document, panel, number) ?? []),
    passed: (choice?.document.passed ?? []).filter((one) => ahead.includes(one.number)),
    promotedFor: promotionsOf(course).find(({ promoted }) => promoted === number)?.fallen ?? null,
    notice: notice && { no: notice.no, days: notice.days, extended: notice.extended.length > 0 },
    objections: { received: own.length, upheld: upheld.length },
    lockedFirst: lockedFirst(contest, document),
    entries: {
      standing: standing.entry,
      choice: choice?.entry ?? standing.entry,
      notice: notice?.entry ?? null,
      result:
        course.results.findLast(({ items }) => items.some((item) => item.number === number))?.entry ?? null,
    },
  };
}

function panelOf(
  { outcome }: Judged,
  document: StandingDocument,
  panel: (typeof panelIds)[number],
  number: number,
): MadePanel | null {
  const [rule, part] = [outcome.panels[panel], document.parts[panel]?.[number]];
  if (!rule || part === undefined) return null;
  const dropped = document.trimmed[panel]?.[number] ?? [];
  const sheets = document.panels[panel] ?? [];
  const offsets = rule.severity === 'remove' ? severityOffsets(sheets, document.order) : null;
  return {
    panel,
    trim: rule.trim,
    severity: rule.severity === 'remove',
    part,
    sheets: sheets.map(({ seat, entry, totals, recused }) => {
      const total = totals[number] ?? null;
      const why =
        total !== null ? null : recused.includes(number) ? ('recused' as const) : ('abstained' as const);
      const offset = total === null ? null : (offsets?.get(seat) ?? null);
      return { seat, total, why, dropped: dropped.includes(seat), offset, entry };
    }),
  };
}

/** Whether every sheet was locked before anybody could read a count: as the ledger has the locks, and the rules the reveal. */
function lockedFirst(contest: Judged, { panels }: StandingDocument): boolean {
  const first = countsAt(contest) ?? Number.POSITIVE_INFINITY;
  const locks = Object.values(panels).flatMap(
    (sheets) => sheets?.map(({ lockedAt }) => Date.parse(lockedAt)) ?? [],
  );
  return locks.length > 0 && locks.every((at) => at < first);
}
