import { foundChoice, settledOrder } from '../judging/found.ts';
import { isRefused } from '../judging/refused.ts';
import { type OpenTie, redoTie, tieOf } from '../judging/tie.ts';
import { entryNumber } from '../ledger/number.ts';
import { type CourseEntry, courseOf, courseReads, everChosen, fallenOf } from '../result/course.ts';
import { foundPromotion, openedSecrets, promotionTie } from '../result/promotion.ts';
import { rulesInForce, standersOf, standingEntry } from './counted.ts';
import type { ChoiceFile, StandingFile, TiesFile } from './format.ts';
import { digestOf, sameDigest } from './judged.ts';
import type { Opened } from './opened.ts';
import { idle, type Say } from './step.ts';

/** The course as it stood before an entry. */
export function courseBefore(acts: readonly CourseEntry[], entry: number) {
  const reads: readonly string[] = courseReads;
  return courseOf(acts.filter(({ index, kind }) => index < entry && reads.includes(kind)));
}

/** Who of those judged is gone by the rules in force before an entry, or fell by a finding. */
function goneBefore(acts: readonly CourseEntry[], entry: number): number[] {
  const course = courseBefore(acts, entry);
  const withdrawn = standersOf(rulesInForce(acts, entry)).filter((one) => one.withdrawn !== null);
  return [...fallenOf({ ...course, withdrawn: [] }), ...withdrawn.map(({ number }) => number)];
}

function boundsBefore(acts: readonly CourseEntry[], entry: number) {
  return Object.fromEntries(
    standersOf(rulesInForce(acts, entry)).map(({ number, unit, category }) => [number, { unit, category }]),
  );
}

/** Ties that were settled before an entry: a later one never bears on it. */
function tiesBefore({ json }: Opened, entry: number): TiesFile {
  return (json('ties.json') as TiesFile).filter((tie) => tie.entry < entry);
}

/** Who would be chosen before an entry. */
function choiceBefore(opened: Opened, entry: number) {
  const { acts, json } = opened;
  const { order } = json('standing.json') as StandingFile;
  const settled = settledOrder(
    order,
    tiesBefore(opened, entry).map(({ document }) => document),
  );
  const { outcome } = rulesInForce(acts, entry);
  return foundChoice(outcome, boundsBefore(acts, entry), settled, goneBefore(acts, entry));
}

/** What a promotion before an entry is found from. */
function promotionBefore(opened: Opened, entry: number): Parameters<typeof foundPromotion> {
  const { acts, json } = opened;
  const { order } = json('standing.json') as StandingFile;
  const { outcome } = rulesInForce(acts, entry);
  const ground = { outcome, candidates: boundsBefore(acts, entry), order };
  return [ground, tiesBefore(opened, entry), courseBefore(acts, entry), goneBefore(acts, entry)];
}

/** The tie that was open before an entry: the one that the choice waited for, and after it the one that a promotion waited for. */
function tieBefore(opened: Opened, entry: number): OpenTie | null {
  return courseBefore(opened.acts, entry).choice
    ? promotionTie(...promotionBefore(opened, entry))
    : tieOf(choiceBefore(opened, entry));
}

/**
 * 11: every tie was open when it was settled, its lot or its ballots give that order, and once somebody was chosen none of them stands in one
 * that is settled later.
 */
export function checkTies(opened: Opened, say: Say): string {
  const { acts, json } = opened;
  const standing = standingEntry(opened);
  const ties = json('ties.json') as TiesFile;
  const due = acts.filter(({ index, kind }) => index > standing.index && kind === 'tie');
  for (let i = 0; i < Math.max(ties.length, due.length); i++) {
    const [one, act] = [ties[i], due[i]];
    const where = `ties.json 第 ${i + 1} 项`;
    if (!one || !act || one.entry !== act.index) {
      say(
        `${where}写${one ? `第 ${entryNumber(one.entry)} 号账目` : '空'}，按账本应为${act ? `第 ${entryNumber(act.index)} 号` : '空'}。`,
      );
      continue;
    }
    checkTie(opened, act, one, where, say);
    sameDigest(where, digestOf(one.document), act, say);
  }
  return due.length === 0 ? '没有需要裁定的并列。' : '';
}

function checkTie(
  opened: Opened,
  { index, act }: CourseEntry,
  one: TiesFile[0],
  where: string,
  say: Say,
): void {
  const { document } = one;
  const course = courseBefore(opened.acts, index);
  const chosen = everChosen(course);
  const named = [...document.numbers, ...document.order].find((number) => chosen.includes(number));
  if (named !== undefined)
    say(
      `${where}裁定了候选 ${named}，第 ${entryNumber(course.choice?.entry ?? 0)} 号账目起已经入选的，之后的裁定不能涉及。`,
    );
  const open = tieBefore(opened, index);
  if (open) list(`${where}并列的候选`, document.numbers, open.numbers, '按当时的次序与限额', say);
  const { outcome } = rulesInForce(opened.acts, index);
  const anew = open && redoTie(outcome, open, document, openedSecrets(tiesBefore(opened, index), course));
  if (anew?.join() !== document.order.join())
    say(
      `${where}并列的次序写 ${document.order.join('、')}，按抽签或票决的记录应为 ${anew?.join('、') ?? `空（${open ? '不是按规则裁定的' : '当时没有这样的并列'}）`}。`,
    );
  const entry = `第 ${entryNumber(index)} 号账目裁定`;
  list(`${entry}的候选`, act['numbers'] as number[], document.numbers, '按 ties.json', say);
  list(`${entry}的次序`, act['order'] as number[], document.order, '按 ties.json', say);
}

/** 12: the choice follows from the order under the limits, and each promotion from it. */
export function checkChoice(opened: Opened, say: Say): void {
  const { acts, json } = opened;
  const kept = json('choice.json') as ChoiceFile;
  const act = acts.findLast(({ kind }) => kind === 'choice');
  if (!act || act.index < standingEntry(opened).index) {
    if (kept) say('choice.json 写有拟入选，账本里综合得分之后没有。');
    throw idle('还没有确定拟入选。');
  }
  if (!kept) return say(`choice.json 为空，第 ${entryNumber(act.index)} 号账目已确定拟入选。`);
  const anew = choiceBefore(opened, act.index);
  if (isRefused(anew)) say(`choice.json 有拟入选，按 standing.json 却定不下来（${anew.refusal}）。`);
  else {
    list('choice.json 拟入选', kept.chosen, anew.chosen, '按 standing.json 与限额', say);
    list('choice.json 递补次序', kept.alternates, anew.alternates, '按 standing.json 与限额', say);
    const passed = (of: ChoiceFile) => of?.passed.map(({ number, why }) => `${number} ${why}`) ?? [];
    list('choice.json 未入选', passed(kept), passed(anew), '按 standing.json 与限额', say);
    if (kept.unfilled !== anew.unfilled)
      say(`choice.json 空缺写 ${kept.unfilled}，按 standing.json 应为 ${anew.unfilled}。`);
  }
  list(
    `第 ${entryNumber(act.index)} 号账目拟入选`,
    act.act['chosen'] as number[],
    kept.chosen,
    '按 choice.json',
    say,
  );
  sameDigest('choice.json', opened.digests.get('choice.json') ?? '空', act, say);
  for (const one of acts.filter(({ index, kind }) => kind === 'promote' && index > act.index))
    checkPromotion(opened, one, say);
}

function checkPromotion(opened: Opened, { index, act }: CourseEntry, say: Say): void {
  const where = `第 ${entryNumber(index)} 号账目递补`;
  const fallen = fallenOf(courseBefore(opened.acts, index));
  if (!fallen.includes(Number(act['fallen'])))
    say(`${where}写候选 ${act['fallen']} 退出，账本里没有这样的处理结论或退出。`);
  const next = foundPromotion(...promotionBefore(opened, index));
  if (isRefused(next))
    return say(`${where}写候选 ${act['promoted'] ?? '空'}，按次序与限额却定不下来（${next.refusal}）。`);
  const promoted = act['promoted'] as number | null;
  if (promoted !== next.promoted)
    return say(`${where}写候选 ${promoted ?? '空'}，按次序与限额应为 ${next.promoted ?? '空'}。`);
  list(`${where}后的入选者`, act['chosen'] as number[], next.chosen, '按次序', say);
}

function list(
  what: string,
  kept: readonly (string | number)[],
  anew: readonly (string | number)[],
  by: string,
  say: Say,
): void {
  if (kept.join() !== anew.join())
    say(`${what}写 ${kept.join('、') || '空'}，${by}应为 ${anew.join('、') || '空'}。`);
}
