import { sql } from 'kysely';
import { standingDifference } from '@zuimei/shared/judging/difference.ts';
import { panelIds } from '@zuimei/shared/judging/outcome.ts';
import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { redoTie } from '@zuimei/shared/judging/tie.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { type CourseEntry, courseOf, fallenOf } from '@zuimei/shared/result/course.ts';
import { openedSecrets } from '@zuimei/shared/result/promotion.ts';
import type { Found, StandingDocument } from '@zuimei/shared/verdict.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Secrets } from '../secret.ts';
import { readCountsAt } from '../tally/counts.ts';
import { readCourseEntries } from './course.ts';
import { gather } from './inputs.ts';
import type { Judged } from './judged.ts';
import { type On, readSeats } from './seat.ts';
import { digestOfSheet, readLocked } from './sheet.ts';
import { choiceOf, standingOf } from './standing.ts';
import { openTie, promotionOf } from './tie.ts';
import { digestOfDocument, readVerdicts } from './verdict.ts';

export interface JudgingProblem {
  code: 'sheet' | 'standing' | 'tie' | 'choice' | 'promote';
  /** Of the entry it is about. */
  index?: number;
  /** A Chinese sentence with both values. */
  detail: string;
}

interface Entry {
  index: number;
  at: Date;
  kind: string;
  act: { [field: string]: unknown };
}

/**
 * Redoes what came after the vote from the ledger and the locked sheets: every lock opens its digest, the standing follows from the counts
 * of its moment and the sheets, the choice from the standing, and who moved up from both. Gives the first difference of each in a sentence.
 */
export async function verifyJudging(
  on: On,
  secrets: Secrets,
  contest: StoredContest,
): Promise<JudgingProblem[]> {
  const { outcome } = contest;
  if (!outcome) return [];
  const { rows } = await sql<Entry>`
    select index::int as index, at, kind, act from ledger_entry
    where contest = ${contest.id} and kind in ('sheet', 'standing', 'tie', 'choice') order by index`.execute(
    on,
  );
  const judged: Judged = { ...contest, outcome };
  const problems = await sheetProblems(on, secrets, judged, rows);
  const found = await readVerdicts(on, contest.id);
  const { standing, ties, choice } = found;
  for (const [kind, one] of [
    ['standing', standing] as const,
    ...ties.map((tie) => ['tie', tie] as const),
    ['choice', choice] as const,
  ]) {
    if (!one) continue;
    const entry = rows.find(({ index }) => index === one.entry);
    if (entry?.act['digest'] !== one.digest || digestOfDocument(one.document) !== one.digest)
      problems.push({ code: kind, index: one.entry, detail: '内容与账本中的摘要不符。' });
  }
  if (!standing) return problems;
  const course = await readCourseEntries(on, contest.id);
  const detail = await standingProblem(on, standersThen(judged, course, standing.entry), standing, rows);
  if (detail) problems.push({ code: 'standing', index: standing.entry, detail });
  /** Contest, verdicts and course as they stood when the entry of this index was written. */
  const before = (index: number) =>
    [
      standersThen(judged, course, index),
      { standing, ties: ties.filter(({ entry }) => entry < index), choice: null },
      courseOf(course.filter((one) => one.index < index)),
    ] as const;
  for (const { entry, document } of ties) {
    const then = before(entry);
    const open = openTie(...then);
    const anew = open && redoTie(judged.outcome, open, document, openedSecrets(then[1].ties, then[2]));
    if (open?.numbers.join() !== document.numbers.join() || anew?.join() !== document.order.join())
      problems.push({
        code: 'tie',
        index: entry,
        detail: `${document.numbers.join('、')} 号并列裁定写 ${document.order.join('、')}，按记录应为 ${anew?.join('、') ?? '没有这样的并列'}。`,
      });
  }
  if (!choice) return problems;
  const [then, verdicts, fallen] = before(choice.entry);
  const anew = choiceOf(then, verdicts, fallenOf(fallen));
  if (isRefused(anew) || anew.chosen.join() !== choice.document.chosen.join())
    problems.push({
      code: 'choice',
      index: choice.entry,
      detail: `拟入选写 ${choice.document.chosen.join('、')}，按综合得分与限额应为 ${isRefused(anew) ? '无法确定' : anew.chosen.join('、')}。`,
    });
  for (const { index, act } of course.filter((one) => one.kind === 'promote' && one.index > choice.entry)) {
    const next = promotionOf(...before(index));
    if (isRefused(next) || next.promoted !== act['promoted'])
      problems.push({
        code: 'promote',
        index,
        detail: `递补写 ${act['promoted'] ?? '空缺'}，按次序与限额应为 ${isRefused(next) ? '无法确定' : (next.promoted ?? '空缺')}。`,
      });
  }
  return problems;
}

/** The contest as it stood when the entry of this index was written: who withdrew later was still there. By the ledger's order, since moments are of two clocks. */
function standersThen(contest: Judged, entries: readonly CourseEntry[], index: number): Judged {
  const later = entries
    .filter((one) => one.kind === 'withdrawal' && one.index > index)
    .map(({ act }) => Number(act['number']));
  return {
    ...contest,
    candidates: contest.candidates.map((one) =>
      later.includes(one.number) ? { ...one, withdrawn: null } : one,
    ),
  };
}

async function sheetProblems(
  on: On,
  secrets: Secrets,
  contest: Judged,
  entries: readonly Entry[],
): Promise<JudgingProblem[]> {
  const seats = (await readSeats(on, contest.id)).filter(({ kind }) => kind === 'full');
  const sheets = await readLocked(
    on,
    seats.map(({ id }) => id),
  );
  const problems: JudgingProblem[] = [];
  for (const sheet of sheets) {
    const seat = seats.find(({ id }) => id === sheet.seat);
    const entry = entries.find(({ index, kind }) => kind === 'sheet' && index === sheet.entry);
    if (!seat) continue;
    const what = `评分表 ${seat.code} 第 ${sheet.revision} 稿`;
    const same = entry?.act['seat'] === seat.code && entry.act['revision'] === sheet.revision;
    if (!same || entry.act['digest'] !== sheet.digest)
      problems.push({ code: 'sheet', index: sheet.entry ?? 0, detail: `${what}与账本中的锁定记录不符。` });
    else if (digestOfSheet(secrets, contest.slug, seat, sheet) !== sheet.digest)
      problems.push({ code: 'sheet', index: sheet.entry ?? 0, detail: `${what}的内容在锁定之后被改动过。` });
  }
  for (const { index, kind, act } of entries)
    if (kind === 'sheet' && !sheets.some(({ entry }) => entry === index))
      problems.push({
        code: 'sheet',
        index,
        detail: `账本中锁定的评分表 ${String(act['seat'])} 已不在数据库中。`,
      });
  return problems;
}

async function standingProblem(
  on: On,
  then: Judged,
  { document, entry }: Found<StandingDocument>,
  entries: readonly Entry[],
): Promise<string | null> {
  if (document.ledgerSize !== entry)
    return `综合得分写明根据账本前 ${document.ledgerSize} 条，却记在第 ${entryNumber(entry)} 号。`;
  const moment = entries.find(({ index }) => index === entry)?.at.getTime();
  if (moment === undefined) return '账本中没有这次计算的记录。';
  const gathered = await gather(on, then, (round) => readCountsAt(on, then.id, round, moment));
  const anew = standingOf(then, { ...gathered, ledgerSize: document.ledgerSize });
  if (isRefused(anew)) return `按现有评分表无法重算（${anew.refusal}）。`;
  const difference = standingDifference(document, anew, then.outcome.decimals);
  if (difference || panelIds.every((id) => same(document.panels[id], anew.panels[id]))) return difference;
  return '评分表的明细与锁定的不一致。';
}

function same(one: unknown, other: unknown): boolean {
  return canonicalText(one ?? null) === canonicalText(other ?? null);
}
