import type { ExportReport } from '../export/report.ts';
import type { Edition } from './format.ts';

export interface BundleOptions {
  /** The log's key from a source that the reader trusts. Absent: the ledger's own is taken, and the report says so. */
  key?: string;
  /** Signed checkpoints kept from elsewhere, as text. */
  kept?: readonly string[];
}

/** ok: it agrees · wrong: it does not · open: it could not be looked at, or there is nothing to look at yet. */
export type StepState = 'ok' | 'wrong' | 'open';

/** One of the fifteen checks. */
export interface BundleStep {
  /** From 1. */
  no: number;
  name: string;
  state: StepState;
  /** A Chinese sentence each, with file, place and both values; the first MOST_FAULTS. */
  faults: string[];
  faultCount: number;
  /** What was looked at, or what keeps it open. */
  said: string;
}

/** What the sample says of one candidate's ballots. */
export interface SampleLineFinding {
  number: number;
  votes: number;
  /** In the sample, and between how many of all ballots that speaks for. */
  seen: number;
  low: number;
  high: number;
}

export interface BundleReport {
  edition: Edition | null;
  title: string;
  steps: BundleStep[];
  /** The first fault of the first check that found one; '' = none. */
  first: string;
  /** What is no fault and a reader should know: how far the sample bears out the counts, what rests on whose word. */
  remarks: string[];
  sample: { drawn: number; of: number; lines: SampleLineFinding[] } | null;
  ledger: ExportReport | null;
  /** Of ledger.ndjson. */
  ledgerBytes: number;
}

export const stepNames = [
  '文件包完整、没有多余内容',
  '各文件与 SHA256SUMS 一致',
  '核验包的签名有效',
  '选票账本前后一致',
  '规则与候选名单即账本所载',
  '票数与账本一致',
  '评分表与锁定时的存证一致',
  '评分表的合计正确',
  '分项得分正确',
  '综合得分与名次正确',
  '并列的处理符合规则',
  '拟入选与递补符合规则',
  '公示日期与异议处理符合规则',
  '结果即公示过的入选者',
  '证书编号与撤销一致',
] as const;

export const MOST_FAULTS = 20;

/** wrong: something does not agree · open: what could be looked at agrees · ok: all fifteen agree. */
export function bundleVerdict({ steps }: Pick<BundleReport, 'steps'>): StepState {
  if (steps.some(({ state }) => state === 'wrong')) return 'wrong';
  return steps.every(({ state }) => state === 'ok') ? 'ok' : 'open';
}
