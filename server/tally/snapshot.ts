import { isShownLive, nextRevealAt, revealedUpTo, roundToShow } from '@zuimei/shared/contest.ts';
import type { TallyView } from '@zuimei/shared/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import type { Log } from '../log/log.ts';
import { readCounts } from './counts.ts';
import { readShown } from './reveal.ts';

/** Reads the tally to show at `now`: counts only as far as the contest's reveal allows. Count 0 counts ballots. */
export async function readTally(db: Db, log: Log, contest: StoredContest, now: number): Promise<TallyView> {
  const round = roundToShow(contest, now);
  const live = await readCounts(db, contest.id, round);
  const upto = revealedUpTo(contest.reveal, now);
  const shown = isShownLive(contest.reveal, now) ? live : await readShown(db, contest, round, now);
  const all = live.find((line) => line.number === 0);
  const next = nextRevealAt(contest.reveal, now);
  return {
    version: contest.version,
    asOf: new Date(upto ?? now).toISOString(),
    round,
    ballots: all?.votes ?? 0,
    held: all?.held ?? 0,
    counts:
      shown &&
      contest.candidates.map(({ number }) => {
        const line = shown.find((one) => one.number === number);
        return { number, votes: line?.votes ?? 0, held: line?.held ?? 0 };
      }),
    nextRevealAt: next === null ? null : new Date(next).toISOString(),
    sealedSize: (await log.newest(contest.id)).size,
  };
}
