import { refusalCodes } from '@zuimei/shared/refusal.ts';

/** Prometheus counters, gauges and histograms, and their text form (version 0.0.4). */
export interface Metrics {
  count(name: string, labels?: Record<string, string>, by?: number): void;
  set(name: string, value: number, labels?: Record<string, string>): void;
  observe(name: string, value: number): void;
  text(): string;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 50, 100, 250, 500];
const MOST_SERIES = 2_000;

const HELP: Record<string, [type: 'counter' | 'gauge' | 'histogram', help: string]> = {
  zuimei_ballots_total: ['counter', 'Ballots answered, by outcome (counted, held or the refusal code)'],
  zuimei_challenges_total: ['counter', 'Ballots that were asked for a proof of work'],
  zuimei_proofs_total: [
    'counter',
    'Proofs brought, by kind (work, question) and what was found (good, wrong, stale, early)',
  ],
  zuimei_wechat_calls_total: [
    'counter',
    "Calls of WeChat's servers, by path and errcode (0 = well, -1 = busy or no answer)",
  ],
  zuimei_wechat_away: ['gauge', '1 while a token or ticket of WeChat cannot be renewed'],
  zuimei_batch_size: ['histogram', 'Ballots in one commit'],
  zuimei_gate_seconds: ['histogram', 'Time of one batch at the gate'],
  zuimei_commit_seconds: ['histogram', 'Time of one batch in the database, fsync included'],
  zuimei_pool_waiting: ['gauge', 'Ballots taken and not yet answered'],
  zuimei_pool_oldest_seconds: ['gauge', 'How long the oldest of them has waited'],
  zuimei_written_seconds: [
    'gauge',
    'When a commit last went through, seconds since 1970; 0 = not since the start',
  ],
  zuimei_part_ok: ['gauge', '1 while a part of /readyz is as it should be'],
  zuimei_disk_free_bytes: ['gauge', 'Room on the disk of the data folder'],
  zuimei_database_bytes: ['gauge', 'Size of the database'],
  zuimei_database_clock_seconds: ['gauge', "How far the database's clock is ahead of the app's"],
  zuimei_witness_silent_seconds: [
    'gauge',
    'How long the witness that is furthest behind has left a checkpoint unsigned; 0 = none',
  ],
  zuimei_witness_policy_seconds: [
    'gauge',
    'How long a checkpoint has waited for as many witnesses as its contest asks for; 0 = none does, or under a quarter of an hour',
  ],
  zuimei_backup_seconds: ['gauge', 'When the last backup was finished, seconds since 1970; 0 = not known'],
  zuimei_quarantine: ['gauge', '1 while no votes are taken, by cause: asked, copy, behind or fork'],
  zuimei_ledger_size: ['gauge', 'Entries in the ledger'],
  zuimei_sealed_size: ['gauge', 'Entries under the newest signed checkpoint'],
  zuimei_gate_unscreened: ['gauge', '1 while ballots pass without Redis'],
  zuimei_http_requests_total: ['counter', 'Requests that ended in an error status'],
  zuimei_seal_failures_total: ['counter', 'Passes of the sealer that failed'],
};

/** What a counter's labels may say, where that is known: the first event is a rise only over a line that was there at 0. */
const LABELS: Record<string, readonly Record<string, string>[]> = {
  zuimei_ballots_total: ['counted', 'held', ...refusalCodes].map((outcome) => ({ outcome })),
  zuimei_proofs_total: ['work', 'question'].flatMap((kind) =>
    ['good', 'wrong', 'stale', 'early'].map((found) => ({ kind, found })),
  ),
  // Its owner knows which (http/answer.ts).
  zuimei_http_requests_total: [],
  // Which of WeChat's doors are called depends on the account.
  zuimei_wechat_calls_total: [],
};

export function createMetrics(): Metrics {
  const series = new Map<string, Map<string, number>>();
  const histograms = new Map<string, { counts: number[]; sum: number; count: number }>();
  for (const [name, [type]] of Object.entries(HELP)) {
    if (type === 'histogram') histograms.set(name, { counts: BUCKETS.map(() => 0), sum: 0, count: 0 });
    if (type === 'counter')
      for (const labels of LABELS[name] ?? [{}]) {
        const { line, key } = at(name, labels);
        line.set(key, 0);
      }
  }

  function at(name: string, labels: Record<string, string>): { line: Map<string, number>; key: string } {
    const line = series.get(name) ?? new Map<string, number>();
    series.set(name, line);
    const text = Object.entries(labels).map(
      ([label, value]) => `${label}="${value.replace(/[\\"\n]/g, '_')}"`,
    );
    const key = text.length > 0 ? `{${text.join(',')}}` : '';
    return { line, key: line.has(key) || line.size < MOST_SERIES ? key : '{overflow="true"}' };
  }

  return {
    count(name, labels = {}, by = 1) {
      const { line, key } = at(name, labels);
      line.set(key, (line.get(key) ?? 0) + by);
    },
    set(name, value, labels = {}) {
      const { line, key } = at(name, labels);
      line.set(key, value);
    },
    observe(name, value) {
      const histogram = histograms.get(name) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      histograms.set(name, histogram);
      BUCKETS.forEach((limit, i) => {
        if (value <= limit) histogram.counts[i] = (histogram.counts[i] ?? 0) + 1;
      });
      histogram.sum += value;
      histogram.count++;
    },
    text() {
      const lines: string[] = [];
      for (const [name, [type, help]] of Object.entries(HELP)) {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
        for (const [key, value] of series.get(name) ?? []) lines.push(`${name}${key} ${value}`);
        const histogram = histograms.get(name);
        if (!histogram) continue;
        BUCKETS.forEach((limit, i) => lines.push(`${name}_bucket{le="${limit}"} ${histogram.counts[i]}`));
        lines.push(
          `${name}_bucket{le="+Inf"} ${histogram.count}`,
          `${name}_sum ${histogram.sum}`,
          `${name}_count ${histogram.count}`,
        );
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
