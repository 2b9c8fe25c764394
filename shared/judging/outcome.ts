/** The panels, in the order in which they are always written. */
export const panelIds = ['expert', 'media', 'merit'] as const;
export type PanelId = (typeof panelIds)[number];

/** What a total is made of. */
export const partIds = ['vote', ...panelIds] as const;
export type PartId = (typeof partIds)[number];

/** What decides between equal totals, in the order the rules give: a part, or the plain number of votes. */
export type TieKey = PartId | 'votes';

/** 评分项. A sheet's total needs its full mark and its weight (of 100); names and anchors are for the judge's page. */
export interface Criterion {
  id: string;
  name: string;
  full: number;
  weight: number;
  /** Half points may be given. */
  half: boolean;
  /** 评分尺度: from so many points on, these words. */
  anchors: { from: number; words: string }[];
}

/** How the sheets of a panel make a part. */
export interface PanelRule {
  /** So many highest and so many lowest are dropped … */
  trim: 0 | 1 | 2;
  /** … where a candidate has at least so many sheets. */
  trimFrom: number;
  /** A candidate with fewer sheets has no part: too_few_sheets. */
  least: number;
  /** remove: how much harsher or milder than the others a seat is, is taken out first. */
  severity: 'ignore' | 'remove';
}

export interface Panel extends PanelRule {
  criteria: Criterion[];
  /** At least this fraction of the seats has locked. */
  quorum: readonly [number, number];
  /** Judges do not see who reported a candidate. */
  blind: boolean;
}

export interface VoteRule {
  scale: 'rank' | 'top' | 'log' | 'share';
  /** rank: what one rank costs, in units. */
  step: number;
  /** Nobody gets less than this, whole points 0–95. */
  floor: number;
  rounds: 'last' | 'sum';
}

export interface Bounds {
  least?: number;
  most?: number;
}

/** 一线, 女性 …: the numbers are named one by one, so that no private attribute is kept for it. */
export interface Group extends Bounds {
  id: string;
  name: string;
  members: readonly number[];
}

/** How much each part of the total weighs: whole percents that add up to 100. */
export type Weights = Record<PartId, number>;

/** How many are chosen, and who bars whom. */
export interface Limits {
  places: number;
  /** Most of one unit; null = no bound. */
  unitMost?: number | null;
  categories?: Readonly<Record<string, Bounds>>;
  groups?: readonly Omit<Group, 'name'>[];
}

/** Everything that turns counts and sheets into a result, frozen with the rules. Whole numbers only; a unit is 10 ** -decimals points. */
export interface Outcome {
  decimals: 0 | 1 | 2 | 3;
  weights: Weights;
  vote: VoteRule;
  panels: Partial<Record<PanelId, Panel>>;
  ties: TieKey[];
  tieLast: 'meeting' | 'lot' | 'all' | 'none';
  places: number;
  unitMost: number | null;
  categories: Record<string, Bounds>;
  groups: Group[];
  /** 一、二等奖, 提名奖: the order of the chosen cut in stretches; [] = one. */
  honours: { name: string; places: number }[];
  notice: {
    days: number;
    first: 'same' | 'next';
    closes: '24:00' | '17:30';
    anonymous: 'clue' | 'refused';
    /** Working days within which an objection is answered. */
    replyDays: number;
    /** The order of names: by strokes of the surname, or by number. */
    sorted: 'strokes' | 'number';
    /** 集体研究/审定 must be on record before these. */
    approval: ('notice' | 'result')[];
  };
  sample: number;
  seeCounts: boolean;
  namesPublic: boolean;
  sameUnit: 'must' | 'warn';
  /** Digests of the secrets that a lot is drawn from. */
  lots: string[];
}

/** What citizens' pages say of it; the whole of it stands in the ledger. */
export type OutcomeView = Pick<Outcome, 'weights' | 'places' | 'sample'>;
