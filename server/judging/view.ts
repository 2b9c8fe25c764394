import { isRefused, type Refused } from '@zuimei/shared/judging/refused.ts';
import { tieOf } from '@zuimei/shared/judging/tie.ts';
import { fallenOf } from '@zuimei/shared/result/course.ts';
import type { StandingView } from '@zuimei/shared/verdict.ts';
import type { Db } from '../db.ts';
import { readCourse } from './course.ts';
import { readFlagged } from './flagged.ts';
import { readSigned } from './held.ts';
import { gather, missingOf } from './inputs.ts';
import { readJudged, standersOf } from './judged.ts';
import { reopenedSheets } from './reopened.ts';
import { choiceOf, standingOf } from './standing.ts';
import type { Studies } from './studies.ts';
import { readVerdicts } from './verdict.ts';

/** What leads from the count to the choice, as far as it has come. Before the standing it holds no count and no score. */
export async function readStandingView(
  { db, clock, studies }: { db: Db; clock: () => number; studies: Studies },
  slug: string,
): Promise<StandingView> {
  const contest = await readJudged(db, slug);
  const standers = standersOf(contest);
  const verdicts = await readVerdicts(db, contest.id);
  const heldSigned = await readSigned(db, contest.id);
  const gathered = await gather(db, contest);
  const missing = missingOf(contest, gathered, heldSigned?.ballots ?? 0, clock());
  const { standing, ties, choice } = verdicts;
  const fallen = fallenOf(await readCourse(db, contest.id));
  const proposal = standing ? choiceOf(contest, verdicts, fallen) : null;
  // Nothing is missing, and yet it may have no answer (too few sheets): that is said before somebody tries.
  const foreseen = standing || missing.length > 0 ? null : standingOf(contest, gathered);
  const refused = [proposal, foreseen].find((one) => one !== null && isRefused(one)) as Refused | undefined;
  const left = standers.filter(({ withdrawn }) => withdrawn).map(({ number }) => number);
  const gone = [...new Set([...left, ...fallen])];
  return {
    slug,
    title: contest.title,
    noun: contest.noun,
    categories: contest.categories,
    candidates: standers.map(({ number, name, unit, category, withdrawn }) => ({
      number,
      name,
      unit,
      category,
      withdrawn: withdrawn !== null,
    })),
    outcome: contest.outcome,
    lotsOpen: Date.parse(contest.rounds[0]?.opens ?? '') > clock(),
    missing: standing ? [] : missing,
    heldSigned,
    standing,
    ties,
    open: proposal && !choice ? tieOf(proposal) : null,
    proposal: proposal && !isRefused(proposal) ? proposal : null,
    choice,
    reopened: standing ? await reopenedSheets(db, contest) : [],
    refused: refused && refused.refusal !== 'tie_open' ? wordsFor(refused) : null,
    study:
      standing &&
      (await studies.of(`${contest.id}/${standing.entry}/${ties.length}/${gone.join()}`, async () => ({
        outcome: contest.outcome,
        document: standing.document,
        rest: {
          candidates: Object.fromEntries(
            standers.map(({ number, unit, category }) => [number, { unit, category }]),
          ),
          fallen: gone,
          settled: ties.flatMap(({ document }) => document.order),
          flagged: await readFlagged(db, contest),
        },
      }))),
  };
}

function wordsFor({
  refusal,
  ...details
}: {
  refusal: string;
  [key: string]: unknown;
}): StandingView['refused'] {
  const flat = Object.entries(details).map(([key, value]): [string, string | number | null] => [
    key,
    typeof value === 'number' || value === null ? value : String(value),
  ]);
  return { code: refusal, details: Object.fromEntries(flat) };
}
