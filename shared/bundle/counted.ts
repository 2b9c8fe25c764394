import type { Outcome } from '../judging/outcome.ts';
import { canonicalText } from '../ledger/canonical.ts';
import { commitmentOf } from '../ledger/commitment.ts';
import { entryNumber } from '../ledger/number.ts';
import type { RoundTally } from '../ledger/recount.ts';
import type { CountFacts, RoundCount } from '../result/act.ts';
import type { CourseEntry } from '../result/course.ts';
import type { RulesFile, StandingFile, TallyFile } from './format.ts';
import type { BallotPlaces, Opened } from './opened.ts';
import { candidateLines, rulesBefore, rulesOf } from './record.ts';
import { compare, idle, type Say } from './step.ts';

/** The entry of the standing in force. */
export function standingEntry({ acts }: Pick<Opened, 'acts'>): CourseEntry {
  const last = acts.findLast(({ kind }) => kind === 'standing');
  if (!last) throw idle('账本里还没有综合得分。');
  return last;
}

/** The rules by which everything is worked out, as the ledger has them. */
export function rulesInForce(acts: readonly CourseEntry[], entry: number) {
  const file = rulesBefore(acts, entry);
  if (!file) throw idle('账本里没有规则。');
  const { outcome, ...rules } = rulesOf(file);
  return { ...rules, outcome: outcome as unknown as Outcome };
}

/** 5: rules and candidates are those of the ledger. */
export function checkRules(opened: Opened, say: Say): string {
  const { json, acts } = opened;
  const { index } = standingEntry(opened);
  const kept = json('rules.json') as RulesFile;
  compare('rules.json', kept, rulesBefore(acts, index), say);
  compare('candidates.json', json('candidates.json'), candidateLines(acts), say);
  return `规则取自第 ${entryNumber(kept.entry)} 号账目。`;
}

/** Was the outcome changed once there were ballots? Then who reads the bundle is told where. */
export function changedRules({ acts, ballots }: Opened): string | null {
  const [first] = ballots.indexes([0]);
  const before = first === undefined ? null : rulesBefore(acts, first);
  const after = rulesBefore(acts, acts.findLast(({ kind }) => kind === 'standing')?.index ?? 0);
  if (!before || !after) return null;
  const textOf = (file: RulesFile): string => canonicalText(rulesOf(file).outcome);
  return textOf(before) === textOf(after)
    ? null
    : `评选规则在投票开始之后改过：开始时见第 ${entryNumber(before.entry)} 号账目，计算时用的是第 ${entryNumber(after.entry)} 号。`;
}

/** Counts of a replay as a tally says them. `numbers`: of all candidates. */
export function roundCounts(
  tally: readonly RoundTally[],
  places: { ballots: number; void: number }[],
  numbers: readonly number[],
): RoundCount[] {
  return Array.from({ length: Math.max(places.length, tally.length) }, (_, round) => {
    const own = tally.find((one) => one.round === round);
    return {
      round,
      ballots: own?.ballots ?? 0,
      held: own?.held ?? 0,
      void: places[round]?.void ?? 0,
      votes: numbers.map((number) => ({
        number,
        votes: own?.counts.find((one) => one.number === number)?.votes ?? 0,
      })),
    };
  });
}

/** 6, without the sample: the counts are the replay, or those that were confirmed, of as many ballots as there are; and the standing's. */
export function checkTally(opened: Opened, say: Say): string {
  const { json, acts, ballots, ledger } = opened;
  const standing = standingEntry(opened);
  const tally = json('tally.json') as TallyFile;
  const replayed = ledger.header?.withheld === null;
  const count = acts.findLast(({ kind }) => kind === 'count');
  compare('tally.json basis', tally.basis, replayed ? 'replay' : 'count', say, '按这一版');
  compare('tally.json count', tally.count, count ? countLine(count) : null, say);
  const numbers = candidateLines(acts).map(({ number }) => number);
  if (replayed) {
    const mark = ledger.marks.get(standing.index);
    compare('tally.json ledgerSize', tally.ledgerSize, standing.index, say);
    const anew = roundCounts(mark?.tally ?? [], ballots.rounds(standing.index), numbers);
    sameRounds('tally.json', tally.rounds, anew, '按选票重算', say);
    if (count) {
      const then = ledger.marks.get(count.index);
      const again = roundCounts(then?.tally ?? [], ballots.rounds(count.index), numbers);
      sameRounds(
        `第 ${entryNumber(count.index)} 号账目的计票确认`,
        factsOf(count).rounds,
        again,
        '按选票重算',
        say,
      );
    }
  } else if (count) {
    const facts = factsOf(count);
    if (facts.ledgerSize !== count.index)
      say(
        `第 ${entryNumber(count.index)} 号账目确认的是前 ${facts.ledgerSize} 条账目的票数，应为 ${count.index} 条。`,
      );
    compare('tally.json ledgerSize', tally.ledgerSize, facts.ledgerSize, say);
    sameRounds(
      'tally.json',
      tally.rounds,
      facts.rounds,
      `按第 ${entryNumber(count.index)} 号账目的计票确认`,
      say,
    );
    checkPlaces(facts, ballots, say);
  } else say('账本里没有审计人员的计票确认，公开版的票数没有依据。');
  checkVotes(opened, tally, say);
  const cast = tally.rounds.reduce((sum, one) => sum + one.ballots + one.held + one.void, 0);
  return replayed
    ? `${cast} 张选票逐张重算。`
    : `${cast} 张选票，票数由 ${count?.act.actor ?? ''} 确认；公开版不含选票内容，这一点须相信审计。`;
}

function countLine({ index: entry, at, act: { actor: by, reason } }: CourseEntry): TallyFile['count'] {
  return { entry, at, by, reason };
}

function factsOf({ act }: CourseEntry): CountFacts {
  return act as unknown as CountFacts;
}

function sameRounds(
  file: string,
  kept: readonly RoundCount[],
  anew: readonly RoundCount[],
  by: string,
  say: Say,
): void {
  const length = Math.max(kept.length, anew.length);
  for (let round = 0; round < length; round++) {
    const [one, other] = [kept[round], anew[round]];
    const where = `${file} 第 ${round + 1} 轮`;
    for (const [what, field] of countWords)
      if ((one ? one[field] : 0) !== (other ? other[field] : 0))
        say(`${where}${what}写 ${one?.[field] ?? '空'} 张，${by}应为 ${other?.[field] ?? 0} 张。`);
    const votes = (of: RoundCount | undefined) =>
      new Map(of?.votes.map(({ number, votes }) => [number, votes]));
    const [own, due] = [votes(one), votes(other)];
    if (one && one.votes.length !== own.size) say(`${where}有候选列了不止一次。`);
    for (const number of new Set([...due.keys(), ...own.keys()]))
      if ((own.get(number) ?? 0) !== (due.get(number) ?? 0))
        say(
          `${where}候选 ${number} 写 ${own.get(number) ?? '空'} 票，${by}应为 ${due.get(number) ?? 0} 票。`,
        );
  }
}

const countWords = [
  ['计票', 'ballots'],
  ['待核', 'held'],
  ['作废', 'void'],
] as const;

/** A count that nobody can redo is at least of as many ballots as the ledger has, and of no more void ones than were ruled. */
function checkPlaces({ ledgerSize, rounds }: CountFacts, ballots: BallotPlaces, say: Say): void {
  ballots.rounds(ledgerSize).forEach((places, round) => {
    const own = rounds.find((one) => one.round === round);
    const sum = own ? own.ballots + own.held + own.void : 0;
    const where = `tally.json 第 ${round + 1} 轮`;
    if (sum !== places.ballots)
      say(`${where}计票、待核与作废共 ${sum} 张，ledger.ndjson 里这一轮有 ${places.ballots} 张选票。`);
    if ((own?.void ?? 0) !== places.void)
      say(`${where}作废写 ${own?.void ?? 0} 张，按账本的裁定应为 ${places.void} 张。`);
    const most = own?.ballots ?? 0;
    for (const { number, votes } of own?.votes ?? [])
      if (votes > most) say(`${where}候选 ${number} 写 ${votes} 票，多于计票的 ${most} 张选票。`);
  });
}

/** Votes of those who were judged, by the rounds that count. */
export function countedVotes(
  { rounds }: Pick<TallyFile, 'rounds'>,
  rules: ReturnType<typeof rulesInForce>,
): { votes: Record<number, number>; held: number } {
  const last = rules.rounds.length - 1;
  const counted = rounds.filter(({ round }) => rules.outcome.vote.rounds === 'sum' || round === last);
  const numbers = standersOf(rules).filter(({ withdrawn }) => withdrawn === null);
  const votesOf = (number: number): number =>
    counted.reduce((sum, { votes }) => sum + (votes.find((one) => one.number === number)?.votes ?? 0), 0);
  return {
    votes: Object.fromEntries(numbers.map(({ number }) => [number, votesOf(number)])),
    held: counted.reduce((sum, { held }) => sum + held, 0),
  };
}

export function standersOf({
  rounds,
  candidates,
}: Pick<ReturnType<typeof rulesInForce>, 'rounds' | 'candidates'>) {
  const numbers = rounds.at(-1)?.numbers ?? null;
  return candidates.filter(({ number }) => !numbers || numbers.includes(number));
}

function checkVotes(opened: Opened, tally: TallyFile, say: Say): void {
  const standing = opened.json('standing.json') as StandingFile;
  const { votes, held } = countedVotes(tally, rulesInForce(opened.acts, standingEntry(opened).index));
  for (const key of new Set([...Object.keys(votes), ...Object.keys(standing.votes)])) {
    const [one, other] = [standing.votes[Number(key)], votes[Number(key)]];
    if (one !== other)
      say(`standing.json 候选 ${key} 的票数写 ${one ?? '空'}，按 tally.json 应为 ${other ?? '空'}。`);
  }
  if (standing.held !== held)
    say(`standing.json 待核的选票写 ${standing.held} 张，按 tally.json 应为 ${held} 张。`);
}

/** An opening that was read from a file: does it open this commitment? */
export function opens(contest: string, opening: unknown, commitment: string): boolean {
  try {
    return commitmentOf(contest, opening as Parameters<typeof commitmentOf>[1]) === commitment;
  } catch {
    return false;
  }
}
