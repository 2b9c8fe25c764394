import { panelIds } from '../judging/outcome.ts';
import type { Canonical } from '../ledger/canonical.ts';
import { panelWords } from '../panel.ts';
import { type Course, type CourseEntry, chosenNow, fallenOf, heldOf, itemsOf } from '../result/course.ts';
import type { RecusalGround, SeatState } from '../sheet.ts';
import type {
  CalendarFile,
  CandidateLine,
  NoticeFile,
  PanelsFile,
  ResultFile,
  RulesFile,
  SeatRecord,
} from './format.ts';

/* What a bundle says beside the ledger, read off the ledger's acts: the writer writes it so, and the checker makes it anew. */

/** Of the rules that an act holds, as far as a result needs them; what more there is stands in rules.json as it is. */
export interface StandingRules {
  candidates: {
    number: number;
    name: string;
    unit: string;
    category: string;
    withdrawn: string | null;
  }[];
  categories: { id: string; name: string }[];
  rounds: { opens: string; closes: string; numbers: number[] | null }[];
  outcome: Canonical;
}

/** The rules in force before an entry. */
export function rulesBefore(acts: readonly CourseEntry[], entry: number): RulesFile | null {
  const last = acts.findLast(({ index, act }) => index < entry && isRecord(act['rules']));
  return last
    ? { entry: last.index, version: Number(last.act['version']), rules: last.act['rules'] ?? null }
    : null;
}

export function rulesOf({ rules }: RulesFile): StandingRules {
  return rules as unknown as StandingRules;
}

function isRecord(value: Canonical | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** candidates.json, from the last rules. */
export function candidateLines(acts: readonly CourseEntry[]): CandidateLine[] {
  const file = rulesBefore(acts, Number.POSITIVE_INFINITY);
  if (!file) return [];
  const { candidates, categories } = rulesOf(file);
  return candidates
    .map(({ number, name, unit, category, withdrawn }) => ({
      number,
      name,
      unit,
      category,
      categoryName: categories.find(({ id }) => id === category)?.name ?? '',
      withdrawn,
    }))
    .sort((a, b) => a.number - b.number);
}

/** panels.json. */
export function panelRecords(acts: readonly CourseEntry[]): PanelsFile {
  const seats = new Map<string, SeatRecord>();
  const seatOf = (code: Canonical | undefined): SeatRecord => {
    const seat = String(code);
    const known = seats.get(seat) ?? { seat, state: 'seated', recusals: [], sheets: [] };
    seats.set(seat, known);
    return known;
  };
  for (const { index: entry, kind, act } of acts) {
    if (kind === 'panel') for (const code of act['seats'] as Canonical[]) seatOf(code);
    else if (kind === 'seat' && act['state'] !== 'late')
      seatOf(act['seat']).state = act['state'] as SeatState;
    else if (kind === 'recusal')
      for (const number of act['numbers'] as number[])
        seatOf(act['seat']).recusals.push({ number, ground: act['ground'] as RecusalGround, entry });
    else if (kind === 'sheet')
      seatOf(act['seat']).sheets.push({ revision: Number(act['revision']), entry, reopened: null });
    else if (kind === 'reopen') {
      const sheet = seatOf(act['seat']).sheets.findLast(({ revision }) => revision === act['revision']);
      if (sheet) sheet.reopened = entry;
    }
  }
  const panels: PanelsFile = {};
  const codes = [...seats.keys()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const code of codes) {
    const [panel, seat] = [panelIds.find((id) => panelWords[id].letter === code[0]), seats.get(code)];
    if (!panel || !seat) continue;
    seat.recusals.sort((a, b) => a.number - b.number || a.entry - b.entry);
    panels[panel] = { seats: [...(panels[panel]?.seats ?? []), seat] };
  }
  return panels;
}

/** notice.json. */
export function noticeRecord(course: Course): NoticeFile {
  const { choice, approvals, notices, objections, withdrawn, promotions } = course;
  return {
    choice,
    approvals,
    notices,
    objections,
    withdrawn,
    promotions,
    fallen: fallenOf(course),
    held: heldOf(course),
    chosen: chosenNow(course),
  };
}

/** calendar.json; of a day that two notices have otherwise, the first one's. */
export function calendarDays({ notices }: Pick<Course, 'notices'>): CalendarFile {
  const days = new Map<string, CalendarFile[number]>();
  for (const { no, span } of notices)
    for (const one of span) {
      const known = days.get(one.day) ?? { ...one, notices: [] };
      known.notices.push(no);
      days.set(one.day, known);
    }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** result.json. */
export function resultRecord(course: Course): ResultFile {
  const { results, revoked, recommended } = course;
  return { results, revoked, recommended, items: itemsOf(course) };
}
