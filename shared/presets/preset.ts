import type { Phase } from '../contest.ts';
import type { Circular, Collection, ContestSettings, PresetName } from '../plan/plan.ts';

/** A day after the start (0 = that day) and minutes after midnight, Asia/Shanghai. */
export interface Offset {
  day: number;
  minute: number;
}

/** What no kind of contest sets by itself. */
export const plainSettings = {
  wechat: null,
  thresholds: {},
  area: [],
  networks: [],
  population: null,
  banner: null,
  announcements: [],
  extended: [],
} satisfies Partial<ContestSettings>;

/**
 * A kind of contest as pure data. Its texts may say {title}, {organizer} and {year}: they are filled when a contest is
 * made from it.
 */
export interface Preset {
  name: PresetName;
  /** 最美应急人·区县 */
  title: string;
  /** What sets it apart, one sentence each. */
  special: string[];
  /** Proposed as the contest's title. */
  suggested: string;
  /** In order, on distinct days at least three apart: one that waits for a working day puts off the next only where a holiday is long. */
  steps: (Offset & { phase: Phase })[];
  /** Nominations may be sent from the first step until then. */
  closes: Offset;
  settings: Omit<
    ContestSettings,
    'title' | 'organizers' | 'schedule' | 'rounds' | 'paused' | keyof typeof plainSettings
  >;
  collection: Omit<Collection, 'preset' | 'opens' | 'closes'>;
}

/** 小2寸 as it is scanned for a form: 35 × 49 mm at 300 points an inch. */
export const smallTwoInch = { width: 413, height: 579 };

export const hour = (hours: number): number => hours * 60;

export const blankFooter = { icp: '', police: '', partyGovernment: false, siteCode: '', contact: '' };

/** What units are told, until the organizer says it otherwise; whom they ask only the organizer knows. */
export const circularOf = (...text: string[]): Circular => ({ text, link: '', contact: '', phone: '' });
