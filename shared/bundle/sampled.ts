import type { Opening } from '../ballot.ts';
import { entryNumber } from '../ledger/number.ts';
import type { CourseEntry } from '../result/course.ts';
import { countedVotes, opens, rulesInForce, standersOf, standingEntry } from './counted.ts';
import { MOST_SAMPLED, type SampleHead, type SampleLine, type TallyFile } from './format.ts';
import { markInterval } from './interval.ts';
import type { Opened } from './opened.ts';
import type { candidateLines } from './record.ts';
import type { BundleReport, SampleLineFinding } from './report.ts';
import { drawSample, revealedSecrets, sampleSeed } from './sample.ts';
import { compare, type Say } from './step.ts';

/** The head of sample.ndjson as rules and ledger give it. */
export function sampleHead(
  opened: { acts: readonly CourseEntry[] } & { ballots: Pick<Opened['ballots'], 'count' | 'end'> },
  given: { asked: number; lots: readonly string[]; whole: boolean },
  rootAt: (size: number) => string,
): SampleHead {
  const { asked, lots, whole } = given;
  const ballots = opened.ballots.count();
  const none = { asked, ballots, drawn: 0, size: 0, root: '', secrets: null, seed: '' };
  if (whole) return { ...none, state: 'whole' };
  if (asked === 0 || ballots === 0) return { ...none, state: 'none' };
  const secrets = revealedSecrets(opened.acts, lots);
  if (!secrets) return { ...none, state: 'unrevealed' };
  const size = opened.ballots.end();
  const root = rootAt(size);
  const drawn = Math.min(asked, ballots, MOST_SAMPLED);
  return { state: 'drawn', asked, ballots, drawn, size, root, secrets, seed: sampleSeed(root, secrets) };
}

/** 6, the sample: drawn as it must be, and every ballot in it opens its entry. Gives what it says of the counts; null = nothing was drawn. */
export function checkSample(opened: Opened, say: Say): BundleReport['sample'] {
  const { acts, ballots, ledger, commitments, lines } = opened;
  const [head, ...drawn] = lines('sample.ndjson') as [SampleHead, ...SampleLine[]];
  const rules = rulesInForce(acts, standingEntry(opened).index);
  const { sample: asked, lots } = rules.outcome;
  const whole = ledger.header?.withheld === null;
  const due = sampleHead(opened, { asked, lots, whole }, (size) => ledger.marks.get(size)?.root ?? '');
  if (!compare('sample.ndjson 第 1 行', head, due, say) || due.state !== 'drawn') {
    if (due.state !== 'drawn' && drawn.length > 0)
      say(`sample.ndjson 有 ${drawn.length} 张选票，按规则不应打开任何选票。`);
    return null;
  }
  const indexes = ballots.indexes(drawSample(due.seed, due.ballots, due.drawn));
  for (let i = 0; i < Math.max(indexes.length, drawn.length); i++) {
    const [one, other] = [drawn[i], indexes[i]];
    const where = `sample.ndjson 第 ${i + 2} 行`;
    if (one?.index !== other) {
      say(`${where}写第 ${nth(one?.index)} 号选票，按种子抽到的应为第 ${nth(other)} 号。`);
      return null;
    }
    const commitment = commitments.get(one?.index ?? -1) ?? '';
    if (!opens(ledger.header?.contest ?? '', one?.opening, commitment))
      say(`${where}（第 ${nth(one?.index)} 号选票）的内容打不开账本里的存证 ${commitment.slice(0, 16)}…。`);
  }
  const openings = drawn.map(({ index, opening }) => ({ index, opening }));
  return { drawn: due.drawn, of: due.ballots, lines: seenLines(opened, rules, openings) };
}

function nth(index: number | undefined): string {
  return index === undefined ? '空' : `${entryNumber(index)}`;
}

/** Of each candidate, how many ballots of the sample count for it, and what that says of all. */
function seenLines(
  { acts, ballots, json }: Opened,
  rules: ReturnType<typeof rulesInForce>,
  drawn: { index: number; opening: Opening }[],
): SampleLineFinding[] {
  const released = new Set(
    acts.flatMap(({ act }) => (act['ruling'] === 'release' ? (act['entries'] as number[]) : [])),
  );
  const counting = drawn.filter(
    ({ index, opening }) =>
      (opening.state === 'counted' || released.has(index)) &&
      !ballots.isVoid(index) &&
      (rules.outcome.vote.rounds === 'sum' || ballots.roundOf(index) === rules.rounds.length - 1),
  );
  const { votes } = countedVotes(json('tally.json') as TallyFile, rules);
  const all = ballots.count();
  return standersOf(rules)
    .filter(({ number }) => votes[number] !== undefined)
    .map(({ number }) => {
      const seen = counting.filter(({ opening }) => opening.picks.includes(number)).length;
      return { number, votes: votes[number] ?? 0, seen, ...markInterval(all, drawn.length, seen) };
    });
}

/** The sample in words: how far it bears out the counts, and whether it speaks against the order of two of `places`. */
export function sampleWords(
  sample: NonNullable<BundleReport['sample']>,
  names: ReturnType<typeof candidateLines>,
  places: { chosen: readonly number[]; others: readonly number[] },
): string[] {
  const { drawn, of, lines } = sample;
  const nameOf = (number: number): string =>
    `${number} 号${names.find((one) => one.number === number)?.name ?? ''}`;
  const outside = lines.filter(({ votes, low, high }) => votes < low || votes > high);
  const words = [
    `抽样：${of} 张选票中随机打开 ${drawn} 张。${lines.length - outside.length} 位候选的票数在抽样推得的 95% 区间之内${outside.length > 0 ? '' : '，抽样支持所公布的票数'}。`,
  ];
  for (const { number, votes, seen, low, high } of outside)
    words.push(
      `抽样未支持：${nameOf(number)}公布 ${votes} 票，抽到 ${seen} 张，推得 ${low} 至 ${high} 票。（每二十位候选中平均有一位会碰巧落在区间之外。）`,
    );
  for (const chosen of lines.filter(({ number }) => places.chosen.includes(number)))
    for (const other of lines.filter(({ number }) => places.others.includes(number)))
      if (chosen.votes > other.votes && chosen.high < other.low)
        words.push(
          `抽样与公布的先后相反：${nameOf(chosen.number)}公布的票数多于${nameOf(other.number)}，抽样推得的却更少。`,
        );
  return words;
}
