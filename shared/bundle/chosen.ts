import { foundChoice, settledOrder } from '../judging/found.ts';
import { isRefused } from '../judging/refused.ts';
import { redoTie } from '../judging/tie.ts';
import { type CourseEntry, chosenNow, courseOf, courseReads, fallenOf } from '../result/course.ts';
import { nextAlternate } from '../standing.ts';
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

/** Who would be chosen before an entry, with these ties settled. */
function choiceBefore({ acts, json }: Opened, entry: number, ties: TiesFile) {
  const { order } = json('standing.json') as StandingFile;
  const settled = settledOrder(
    order,
    ties.map(({ document }) => document),
  );
  const { outcome } = rulesInForce(acts, entry);
  return foundChoice(outcome, boundsBefore(acts, entry), settled, goneBefore(acts, entry));
}

/** 11: every tie was open when it was settled, and its lot or its ballots give that order. */
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
        `${where}写${one ? `第 ${one.entry + 1} 号账目` : '空'}，按账本应为${act ? `第 ${act.index + 1} 号` : '空'}。`,
      );
      continue;
    }
    const before = choiceBefore(opened, act.index, ties.slice(0, i));
    const { outcome } = rulesInForce(acts, act.index);
    const anew =
      isRefused(before) && before.refusal === 'tie_open' ? redoTie(outcome, before, one.document) : null;
    if (anew?.join() !== one.document.order.join())
      say(
        `${where}并列的次序写 ${one.document.order.join('、')}，按抽签或票决的记录应为 ${anew?.join('、') ?? '空（没有这样的并列）'}。`,
      );
    sameDigest(where, digestOf(one.document), act, say);
  }
  return due.length === 0 ? '没有需要裁定的并列。' : '';
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
  if (!kept) return say(`choice.json 为空，第 ${act.index + 1} 号账目已确定拟入选。`);
  const ties = json('ties.json') as TiesFile;
  const anew = choiceBefore(opened, act.index, ties);
  if (isRefused(anew)) say(`choice.json 有拟入选，按 standing.json 却定不下来（${anew.refusal}）。`);
  else {
    list('choice.json 拟入选', kept.chosen, anew.chosen, '按 standing.json 与限额', say);
    list('choice.json 递补次序', kept.alternates, anew.alternates, '按 standing.json 与限额', say);
    const passed = (of: ChoiceFile) => of?.passed.map(({ number, why }) => `${number} ${why}`) ?? [];
    list('choice.json 未入选', passed(kept), passed(anew), '按 standing.json 与限额', say);
    if (kept.unfilled !== anew.unfilled)
      say(`choice.json 空缺写 ${kept.unfilled}，按 standing.json 应为 ${anew.unfilled}。`);
  }
  list(`第 ${act.index + 1} 号账目拟入选`, act.act['chosen'] as number[], kept.chosen, '按 choice.json', say);
  sameDigest('choice.json', opened.digests.get('choice.json') ?? '空', act, say);
  for (const one of acts.filter(({ index, kind }) => kind === 'promote' && index > act.index))
    checkPromotion(opened, one, ties, say);
}

function checkPromotion({ acts, json }: Opened, { index, act }: CourseEntry, ties: TiesFile, say: Say): void {
  const where = `第 ${index + 1} 号账目递补`;
  const { outcome } = rulesInForce(acts, index);
  const before = courseBefore(acts, index);
  const fallen = fallenOf(before);
  const { order } = json('standing.json') as StandingFile;
  const settled = settledOrder(
    order,
    ties.map(({ document }) => document),
  );
  if (!fallen.includes(Number(act['fallen'])))
    say(`${where}写候选 ${act['fallen']} 退出，账本里没有这样的处理结论或退出。`);
  const next = nextAlternate(settled, boundsBefore(acts, index), outcome, chosenNow(before), [
    ...fallen,
    ...goneBefore(acts, index),
  ]);
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
