import type { NamedCalendar } from '../calendar.ts';
import type { CandidateKind, Contest, Phase } from '../contest.ts';
import type { FieldName } from '../form.ts';
import type { CourseNext } from '../result/next.ts';
import type { Instant } from '../time.ts';
import type { Step } from './steps.ts';

/** Everything an organizer sets: what the public reads and votes under, and how nominations are collected. */
export interface ContestPlan {
  settings: ContestSettings;
  collection: Collection;
}

export type ContestSettings = Omit<Contest, 'slug' | 'version' | 'candidates' | 'announced'>;

export const presetNames = [
  'zuimei-district',
  'zuimei-province',
  'anli',
  'volunteer',
  'works',
  'venues',
] as const;
export type PresetName = (typeof presetNames)[number];

/** files: papers, never on a page. media: pictures, films and papers; the pictures and films of a public one are on the page. video: one film. */
export type FieldType =
  | 'line'
  | 'text'
  | 'choice'
  | 'number'
  | 'month'
  | 'phone'
  | 'identity'
  | 'photo'
  | 'files'
  | 'media'
  | 'video';

/** One field of the form that a unit fills in. */
export interface FormField {
  /** As shared/form.ts calls it where a document can fill it, else a name of its own (a–z). */
  key: FieldName | (string & {});
  title: string;
  type: FieldType;
  required: boolean;
  /** public: on the candidate's page. private: sealed at rest, masked in the console, never published. */
  audience: 'public' | 'private';
  /** Most characters, blanks not counted. 0 = no limit of its own. */
  limit: number;
  hint: string;
  /** For type choice. */
  choices: string[];
  /** Only for these kinds of candidate; empty = for all. */
  kinds: CandidateKind[];
  /** For type number: what each category asks for at least, by its id. What is less is said and never refused (shared/floor.ts). */
  floors: Record<string, number>;
}

/** 单位类别 with its quota, e.g. 乡镇街道: 1–5 nominations a unit. */
export interface UnitKind {
  id: string;
  name: string;
  /** Asked for at least; shown as a reminder, never a ranking. */
  least: number;
  /** Most nominations of one unit; null = no bound. */
  most: number | null;
}

/**
 * Who gives an opinion: the reporting unit, which signs it or gathers it before it reports; the unit of a kind above it, by its own
 * link (shared/opinion.ts ownerOf); or the organizer.
 */
export type OpinionOwner = 'unit' | 'organizer' | { above: string };

/** One step of the opinions up the levels (报送单位 → 县 → 市), or one department that is asked (征求意见). */
export interface OpinionStep {
  id: string;
  name: string;
  kind: 'level' | 'consult';
  owner: OpinionOwner;
  required: boolean;
  /** Must carry a scan. */
  attachment: boolean;
}

/** What units read before they report, and whom they ask. Only units and staff see it. */
export interface Circular {
  /** A paragraph each. */
  text: string[];
  /** Where the notice stands in full; '' = nowhere. */
  link: string;
  contact: string;
  phone: string;
}

/** How nominations are collected and screened. Never public as a whole; units see what concerns them. */
export interface Collection {
  preset: PresetName;
  /** Title on the form and on the 汇总表, e.g. “最美应急人”报送表. */
  formTitle: string;
  listTitle: string;
  circular: Circular;
  kinds: CandidateKind[];
  /** What the categories are called on the form and the 汇总表: 组别, 目标建成类别. */
  categoryTitle: string;
  form: FormField[];
  /** What the nominee agrees to before publication. */
  consent: string;
  unitKinds: UnitKind[];
  /** Most nominations of one unit in one category, by category id; absent = no bound. */
  unitCategoryMost: Record<string, number>;
  /** Places on the shortlist by category id; absent = no bound. */
  categoryPlaces: Record<string, number>;
  /** Places on the shortlist in all; null = no bound. */
  places: number | null;
  opinions: OpinionStep[];
  /** Units may submit in [opens, closes). */
  opens: Instant;
  closes: Instant;
  photo: { width: number; height: number; hint: string };
  /** What reviewers give at the screening: points 0–100, a vote of the meeting, or nothing. */
  screening: 'none' | 'score' | 'vote';
  /** Service in years below which a warning is shown; 0 = none. */
  leastYears: number;
  /** Warn of leading cadres (原则上不推荐领导干部). */
  noLeaders: boolean;
  /** Least number of proving cases; 0 = not asked. */
  leastProofs: number;
  /** Recommendation upward: who may send how many, e.g. 区县 ≤ 5. Shown where people are recommended. */
  upward: { name: string; most: number }[];
}

/** GET /api/console/contests: one contest as staff see it in the list. */
export interface ContestLine {
  slug: string;
  title: string;
  preset: PresetName | null;
  phase: Phase;
  /** null = a draft nobody else sees. */
  publishedAt: Instant | null;
  archived: boolean;
  paused: boolean;
  /** Somebody votes on it; else its list is all there is. */
  voted: boolean;
  /** Has changes that are not published. */
  changed: boolean;
  /** The step that comes next by the clock. */
  next: { phase: Phase; at: Instant } | null;
  /** It has rules by which the count becomes a result. */
  judged: boolean;
  /** What it waits for since the choice; null before, and of an archived one. */
  course: CourseNext | null;
  /** From the draft to the archive (steps.ts). */
  steps: Step[];
  /** Somebody asks that it be erased, and another person has to confirm. */
  erasing: boolean;
  /** Somebody proposes who witnesses its log, and another auditor has to confirm. */
  witnessing: boolean;
  units: number;
  nominations: number;
  /** Nominations that wait for a reviewer. */
  waiting: number;
  candidates: number;
  ballots: number;
  held: number;
}

/** GET /api/console/contests/:slug/plan. */
export interface PlanView {
  slug: string;
  /** What the editor shows: the changes under way, or what is in force. */
  plan: ContestPlan;
  /** Goes back with the next save; another number on the server = somebody else saved meanwhile. */
  version: number;
  /** Of the last save, and who did it; null when there are no unpublished changes. */
  saved: { at: Instant; by: string } | null;
  publishedAt: Instant | null;
  archived: boolean;
  /** What the public reads now; null of a contest never published. */
  inForce: ContestPlan | null;
  /** Voting rules are in the ledger: changing them needs a reason. */
  begun: boolean;
  candidates: { number: number; category: string; withdrawn: boolean }[];
  units: number;
  wechatReach: WechatReach;
  /** Working days, as far as they are known. */
  calendar: NamedCalendar;
  now: Instant;
}

/** How far this site is connected to an account in WeChat: not; for pages; or for the messages that people send to it as well. */
export type WechatReach = 'none' | 'pages' | 'messages';

/** What a contest is made from: POST /api/console/contests. `slug` absent = the server proposes one. */
export interface NewContest {
  preset: PresetName;
  title: string;
  organizer: string;
  /** Any moment of the day on which nominations open. */
  start: Instant;
  slug?: string;
}
