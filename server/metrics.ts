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
  zuimei_ledger_size: ['gauge', 'Entries in the ledger'],
  zuimei_sealed_size: ['gauge', 'Entries under the newest signed checkpoint'],
  zuimei_gate_unscreened: ['gauge', '1 while ballots pass without Redis'],
  zuimei_http_requests_total: ['counter', 'Requests that ended in an error status'],
  zuimei_seal_failures_total: ['counter', 'Passes of the sealer that failed'],
};

export function createMetrics(): Metrics {
  const series = new Map<string, Map<string, number>>();
  const histograms = new Map<string, { counts: number[]; sum: number; count: number }>();

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
