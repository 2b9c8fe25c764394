import type { PaperAsk, PaperName } from '@zuimei/shared/out.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readVerdicts } from '../judging/verdict.ts';
import type { Log } from '../log/log.ts';
import { ballotTables, readBallots } from './ballots.ts';
import { candidateTables } from './candidates.ts';
import { letterOf, resultTable } from './course.ts';
import { readCard } from './form.ts';
import { judgingTables } from './judging.ts';
import { readMark } from './mark.ts';
import { nominationTables } from './nominations.ts';
import { readNominees, type Source } from './nominees.ts';
import type { PaperTable, PressAsk } from './paper.ts';
import { rankTables, readRank } from './rank.ts';
import { readStatistics, statisticsTables } from './statistics.ts';
import { summaryAnnex, summaryFooter, summaryTables } from './summary.ts';

/** A paper written and ready for the press. */
export interface Ordered {
  press: PressAsk;
  rows: number;
  /** Whom it is of, for a paper of one; '' for a list. */
  name: string;
}

/** Reads what a paper holds. `contest`: as published, null before. Refuses with not_found, sealed, not_now, too_large. */
export async function writePaper(
  db: Db,
  key: Uint8Array,
  log: Log,
  of: { source: Source; contest: StoredContest | null },
  what: PaperName,
  ask: PaperAsk,
): Promise<Ordered> {
  const { source } = of;
  const full = ask.full === true;
  const list = (tables: PaperTable[], bordered = false): Ordered => ({
    press: { kind: 'workbook', tables, bordered },
    rows: tables[0]?.rows.length ?? 0,
    name: '',
  });
  if (what === 'card') {
    if (ask.nomination === undefined) throw new Refusal('bad_request', { field: 'nomination' });
    const { card, name } = await readCard(db, key, source, ask.nomination, full);
    return { press: { kind: 'card', card }, rows: 1, name };
  }
  if (what === 'nominations')
    return list(await nominationTables(db, source, await readNominees(db, key, source, 'all'), full));
  if (what === 'summary') {
    const all = await readNominees(db, key, source, ask.scope ?? 'accepted');
    const nominees = all.filter(({ unit }) => ask.unit === undefined || unit.id === ask.unit);
    const unit = ask.unit === undefined ? null : (nominees[0]?.unit.name ?? null);
    if (ask.unit !== undefined && unit === null) throw new Refusal('not_found');
    const sender = unit === null || ask.sender ? ask.sender : { unit, contact: '', phone: '' };
    const tables = summaryTables(source, nominees, full, sender, unit);
    if (ask.format === 'xlsx') return { ...list(tables, true), rows: nominees.length, name: unit ?? '' };
    const footer = summaryFooter(source, full);
    return {
      press: { kind: 'landscape', annex: summaryAnnex(source), tables, footer },
      rows: nominees.length,
      name: unit ?? '',
    };
  }
  const { contest } = of;
  if (!contest) throw new Refusal('not_now');
  const across = (tables: PaperTable[]): Ordered =>
    ask.format === 'xlsx'
      ? list(tables, true)
      : {
          ...list(tables),
          press: { kind: 'landscape', annex: '', tables, footer: source.settings.title },
        };
  if (what === 'sheet' || what === 'scores' || what === 'totals' || what === 'chosen') {
    return across(await judgingTables(db, source, contest, what));
  }
  if (what === 'notice' || what === 'decision') {
    const letter = letterOf(what, contest, await readCourse(db, source.id), ask.no);
    const rows = letter.lists.reduce((sum, { names }) => sum + names.length, 0);
    return { press: { kind: 'letter', letter }, rows, name: letter.document };
  }
  if (what === 'results') {
    const { standing } = await readVerdicts(db, source.id);
    return across([
      resultTable(source, contest, await readCourse(db, source.id), standing?.document ?? null),
    ]);
  }
  if (what === 'statistics')
    return across(statisticsTables(source, contest, await readStatistics(db, source)));
  if (what === 'candidates') return list(candidateTables(source, contest.candidates));
  const mark = await readMark(log, source.id);
  if (what === 'ballots') return list(ballotTables(source, await readBallots(db, source.id), mark));
  return list(rankTables(source, contest, await readRank(db, log, contest, source.now), mark));
}
