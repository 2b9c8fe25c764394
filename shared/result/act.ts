import type { Day } from '../time.ts';

/*
 * What the entries say that lead from the choice to the result. They are public as they stand: no name but the candidates', and of an
 * objection only its number, whom it is about, on what ground, and what came of it.
 */

/** 审定 by an organ, before the notice or before the result. `scan`: SHA-256 of the paper, hex; '' = none was kept. */
export interface ApprovalFacts {
  before: 'notice' | 'result';
  organ: string;
  date: Day;
  document: string;
  scan: string;
}

/** 计票确认: an auditor stands by the counts at this size of the ledger. */
export interface CountFacts {
  ledgerSize: number;
  rounds: RoundCount[];
  /** Both secrets that rules.outcome.lots commits to, hex: from them the public sample of ballots is drawn. Absent or null = not revealed. */
  secrets?: { organizer: string; auditor: string } | null;
}
export interface RoundCount {
  round: number;
  ballots: number;
  held: number;
  void: number;
  /** By number; who has none is named too. */
  votes: { number: number; votes: number }[];
}

/** Who takes objections, and where. */
export interface Office {
  /** 受理单位 */
  organ: string;
  person: string;
  telephone: string;
  address: string;
  email: string;
}

/** A day between the first and the last of a notice, as the calendar had it when the notice was published. */
export interface NoticeDay {
  day: Day;
  kind: 'work' | 'weekend' | 'holiday' | 'workedWeekend';
  /** Of the holiday, or of the holiday that the weekend is worked for; '' otherwise. */
  name: string;
  /** Where that is said; '' for what every week has. */
  source: string;
}

/**
 * 公示. `published`: with its days; `extended`: with all its days anew; `stopped`: it counts no longer, and those on it need another.
 * `numbers` stand in the order in which they are printed.
 */
export type NoticeFacts =
  | {
      change: 'published';
      no: number;
      published: Day;
      days: Day[];
      span: NoticeDay[];
      closes: '24:00' | '17:30';
      numbers: number[];
      sorted: 'strokes' | 'number';
      text: string[];
      office: Office;
    }
  | { change: 'extended'; no: number; days: Day[]; span: NoticeDay[] }
  | { change: 'stopped'; no: number };

export const grounds = ['deeds', 'conditions', 'discipline', 'procedure', 'other'] as const;
export type Ground = (typeof grounds)[number];
export const channels = ['online', 'letter', 'telephone', 'visit'] as const;
export type Channel = (typeof channels)[number];

/** 异议. `named`: with a name and a way to reach them; else a clue. `due`: when an answer is due. */
export interface ObjectionFacts {
  no: number;
  notice: number;
  receivedAt: string;
  numbers: number[];
  ground: Ground;
  channel: Channel;
  named: boolean;
  due: Day;
}

export const findings = ['upheld', 'partly', 'rejected', 'untaken'] as const;
export type FindingVerdict = (typeof findings)[number];
/** hold: not published for now · fall: is not chosen · recompute: the standing is computed anew. */
export const effects = ['none', 'hold', 'fall', 'recompute'] as const;
export type Effect = (typeof effects)[number];

/** 处理结论: the last of an objection is in force. `numbers`: whom the effect is on. */
export interface FindingFacts {
  no: number;
  verdict: FindingVerdict;
  effect: Effect;
  numbers: number[];
}

/** 递补: for whom who moves up; null = nobody can, the place stays empty. `chosen`: all who are chosen then, in order. */
export interface PromoteFacts {
  fallen: number;
  promoted: number | null;
  chosen: number[];
}

export interface ResultItem {
  number: number;
  name: string;
  unit: string;
  /** What the category is called. */
  category: string;
  honour: string;
  /** Of the certificate. */
  serial: string;
}

/** 结果. `held`: chosen, but not published for now; another result may name them later. `certificate`: the text of each, with 〔姓名〕 … filled in from its item. */
export interface ResultFacts {
  document: string;
  date: Day;
  organizers: string[];
  /** 排名不分先后 */
  unordered: boolean;
  items: ResultItem[];
  held: number[];
  certificate: string;
}

/** 撤销 of a certificate. */
export interface RevokeFacts {
  serial: string;
  number: number;
}

/** 推荐上报. `digest`: SHA-256 of nominees.json in the package, hex. */
export interface RecommendFacts {
  numbers: number[];
  to: string;
  /** 推荐意见 */
  opinion: string;
  digest: string;
}

export interface CourseFacts {
  approval: ApprovalFacts;
  count: CountFacts;
  notice: NoticeFacts;
  objection: ObjectionFacts;
  finding: FindingFacts;
  promote: PromoteFacts;
  result: ResultFacts;
  revoke: RevokeFacts;
  recommend: RecommendFacts;
}
