import { type Calendar, isWeekend, isWorkingDay, noticePeriod, yearOfDay } from '../calendar.ts';
import type { Phase } from '../contest.ts';
import { festivalOn } from '../festival.ts';
import { isRefused } from '../judging/refused.ts';
import { anli } from '../presets/anli.ts';
import { type Preset, plainSettings } from '../presets/preset.ts';
import { venues } from '../presets/venues.ts';
import { volunteer } from '../presets/volunteer.ts';
import { works } from '../presets/works.ts';
import { zuimeiDistrict } from '../presets/zuimei-district.ts';
import { zuimeiProvince } from '../presets/zuimei-province.ts';
import { quoted } from '../text/quote.ts';
import { type Instant, shanghaiDate, shanghaiDay, shanghaiDayStart } from '../time.ts';
import type { Collection, ContestPlan, ContestSettings, PresetName } from './plan.ts';

/** As an organizer chooses from them. */
export const presets: Record<PresetName, Preset> = {
  'zuimei-district': zuimeiDistrict,
  'zuimei-province': zuimeiProvince,
  anli,
  volunteer,
  works,
  venues,
};

const SHANGHAI_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const noCalendar: Calendar = { years: [], off: [], work: [] };

/** The Shanghai year of a moment (ms). */
export function yearOf(ms: number): number {
  return new Date(ms + SHANGHAI_MS).getUTCFullYear();
}

/** The title a contest of this kind starts with. */
export function suggestedTitle(preset: Preset, start: Instant): string {
  return preset.suggested.replaceAll('{year}', String(yearOf(Date.parse(start))));
}

/**
 * A whole plan from a preset and three answers. `start` is any moment of the day on which nominations open; a step that would fall on a
 * day off waits for the next working day, when somebody is in the office, and the result until the notice can be over. In a year that the
 * calendar does not cover these are Saturdays, Sundays and what is off by law. `organizer`: one or several, divided by 、.
 */
export function planFrom(
  preset: Preset,
  { title, organizer, start }: { title: string; organizer: string; start: Instant },
  calendar: Calendar = noCalendar,
): ContestPlan {
  const first = shanghaiDay(Date.parse(start));
  const at = (day: number, minute: number): Instant => new Date(shanghaiDayStart(day, minute)).toISOString();
  const schedule: ContestSettings['schedule'] = [];
  let before = 0;
  for (const { phase, day, minute } of preset.steps) {
    const wanted = Math.max(first + day, before + 1);
    before = workday(calendar, phase === 'result' ? afterNotice(calendar, preset, before, wanted) : wanted);
    schedule.push({ phase, from: at(before, minute) });
  }
  const opens = schedule.find((step) => step.phase === 'voting')?.from ?? '';
  const closes = schedule[schedule.findIndex((step) => step.phase === 'voting') + 1]?.from ?? '';
  const words: Record<string, string> = {
    title: quoted(title),
    organizer,
    year: String(yearOf(Date.parse(start))),
  };
  const { settings, collection } = filled(
    { settings: preset.settings, collection: preset.collection },
    words,
  );
  return {
    settings: {
      ...plainSettings,
      ...settings,
      title,
      organizers: organizer
        .split(/[、\n]/u)
        .map((name) => name.trim())
        .filter(Boolean),
      schedule,
      rounds: opens === '' ? [] : [{ opens, closes, numbers: null }],
      paused: null,
    },
    collection: {
      ...collection,
      preset: preset.name,
      opens: schedule[0]?.from ?? '',
      closes: at(workday(calendar, first + preset.closes.day), preset.closes.minute),
    },
  };
}

/** The same day, or the next that is worked. */
function workday(calendar: Calendar, day: number): number {
  let found = day;
  while (!isWorked(calendar, dateOf(found))) found += 1;
  return found;
}

function isWorked(calendar: Calendar, day: string): boolean {
  const isFestival = !calendar.years.includes(yearOfDay(day)) && festivalOn(day) !== null;
  return !isFestival && isWorkingDay(calendar, day);
}

/** `wanted`, or the day after the notice of the preset where that begins on `notice` and would not be over. */
function afterNotice(calendar: Calendar, preset: Preset, notice: number, wanted: number): number {
  const { days, first } = preset.settings.outcome?.notice ?? { days: 0, first: 'same' };
  const period = noticePeriod(calendar, dateOf(notice), days, first);
  return isRefused(period) ? wanted : Math.max(wanted, shanghaiDay(Date.parse(period.last)) + 1);
}

function dateOf(day: number): string {
  return shanghaiDate(shanghaiDayStart(day));
}

/** A copy of any plain value in which every text has its places filled. */
function filled<T>(value: T, words: Readonly<Record<string, string>>): T {
  const copy: unknown = JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' ? one.replace(/\{(\w+)\}/gu, (place, key: string) => words[key] ?? place) : one,
  );
  return copy as T;
}

/** How nominations would be collected in a contest that was made without the console: as its kind usually is. */
export function collectionFor(settings: ContestSettings): Collection {
  const preset =
    settings.noun.name === '案例' ? anli : settings.noun.name === '作品' ? works : zuimeiDistrict;
  const from = (...phases: Phase[]): Instant =>
    settings.schedule.find((step) => phases.includes(step.phase))?.from ?? '';
  const collection = filled(preset.collection, {
    title: settings.title,
    organizer: settings.organizers.join('、'),
  });
  return {
    ...collection,
    preset: preset.name,
    unitCategoryMost: {},
    categoryPlaces: {},
    places: null,
    opens: from('nominating', 'reviewing', 'shortlisted', 'voting'),
    closes: from('reviewing', 'shortlisted', 'voting'),
  };
}

const YEAR_WEEKS_MS = 52 * 7 * 86_400_000;

/**
 * The same contest a year on: every date moves by 52 weeks, so that a deadline stays on its weekday, or from a holiday to the first day
 * that is worked, and nothing of what happened in the old one (pauses, announcements, rounds that were settled, numbers named in groups, secrets of a lot) comes along.
 */
export function nextYear(
  { settings, collection }: ContestPlan,
  title: string,
  calendar: Calendar = noCalendar,
): ContestPlan {
  const later = (moment: Instant): Instant => {
    const ms = Date.parse(moment) + YEAR_WEEKS_MS;
    if (!Number.isFinite(ms)) return moment;
    const day = shanghaiDay(ms);
    // A Saturday or a Sunday was somebody's choice, and stays.
    const moved = isWeekend(dateOf(day)) ? day : workday(calendar, day);
    return new Date(ms + (moved - day) * DAY_MS).toISOString();
  };
  const { outcome, reveal } = settings;
  return {
    settings: {
      ...settings,
      title,
      schedule: settings.schedule.map((step) => ({ ...step, from: later(step.from) })),
      rounds: settings.rounds.map((round) => ({
        opens: later(round.opens),
        closes: later(round.closes),
        numbers: null,
      })),
      reveal: reveal.kind === 'sealed' ? { ...reveal, from: later(reveal.from) } : reveal,
      outcome: outcome && {
        ...outcome,
        groups: outcome.groups.map((group) => ({ ...group, members: [] })),
        lots: [],
      },
      paused: null,
      extended: [],
      announcements: [],
    },
    collection: { ...collection, opens: later(collection.opens), closes: later(collection.closes) },
  };
}
