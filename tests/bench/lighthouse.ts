// node tests/bench/lighthouse.ts [--json FILE] [--path /c/zuimei-2026]: what Lighthouse says of the citizen's page on a phone.
// Fetches Lighthouse by npx. Exit 1 below the limits. Its times mean little on a busy machine: the load is printed beside them.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApp } from '../harness/app.ts';
import { readOptions } from '../harness/options.ts';
import { startPostgres } from '../harness/postgres.ts';
import { needProgram } from '../harness/program.ts';

const LIGHTHOUSE = 'lighthouse@13';
const RUNS = 3;
const PATIENCE_MS = 180_000;
const CHROME_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
const metrics = {
  cls: 'cumulative-layout-shift',
  lcpMs: 'largest-contentful-paint',
  fcpMs: 'first-contentful-paint',
  tbtMs: 'total-blocking-time',
  bytes: 'total-byte-weight',
} as const;

/** What is read of a Lighthouse report. */
interface Report {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, Audit>;
  environment: { benchmarkIndex: number };
  runtimeError?: { code: string; message: string };
}

interface Audit {
  title: string;
  score: number | null;
  numericValue?: number;
  displayValue?: string;
  details?: { items?: { node?: { snippet: string } }[] };
}

type Figures = Record<(typeof categories)[number] | keyof typeof metrics, number>;

const values = readOptions('npm run lighthouse -- [--path /c/zuimei-2026] [--json FILE]', {
  json: { type: 'string' },
  path: { type: 'string', default: '/c/zuimei-2026' },
});

const postgres = await startPostgres({ onDisk: true });
const app = await startApp({ databaseUrl: postgres.url, env: { ZUIMEI_DEMO: '1' } });
const folder = mkdtempSync(join(tmpdir(), 'zuimei-lighthouse-'));
try {
  const url = app.url + values.path;
  // The server renders a page once: not what a visitor waits for.
  await fetch(url);
  const loads: number[] = [];
  const reports: Report[] = [];
  for (let run = 0; run < RUNS; run++) {
    loads.push(Number(loadavg()[0]?.toFixed(1)));
    reports.push(await look(url, join(folder, `${run}.json`)));
  }
  const runs = reports.map(figuresOf);
  const figures = medians(runs);
  const failing = [...new Set(reports.flatMap(failingAudits))].sort();
  const wrong = faultsOf(figures);
  const speed = reports.map((report) => Math.round(report.environment.benchmarkIndex));
  print(
    figures,
    failing,
    `load before each run ${loads.join(', ')}; Lighthouse's speed index of this machine ${speed.join(', ')}`,
  );
  for (const one of wrong) console.log(`✗ ${one}`);
  if (values.json)
    writeFileSync(values.json, JSON.stringify({ figures, runs, failing, loads, speed }, null, 2));
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await app.stop();
  await postgres.stop();
}

/** One cold visit on Lighthouse's slow phone. Throws when Lighthouse itself could not finish. */
async function look(url: string, file: string): Promise<Report> {
  const args = [
    ...['--yes', LIGHTHOUSE, url, '--quiet', '--output=json', `--output-path=${file}`],
    ...[`--only-categories=${categories.join(',')}`, `--chrome-flags=${CHROME_FLAGS.join(' ')}`],
  ];
  const env = { ...process.env, CHROME_PATH: needProgram('chromium'), npm_config_loglevel: 'error' };
  await promisify(execFile)('npx', args, { env, cwd: folder, timeout: PATIENCE_MS });
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (report.runtimeError) throw new Error(`${report.runtimeError.code}: ${report.runtimeError.message}`);
  return report;
}

function figuresOf(report: Report): Figures {
  const scores = categories.map((name) => [name, Math.round((report.categories[name]?.score ?? 0) * 100)]);
  const values = Object.entries(metrics).map(([name, id]) => [
    name,
    Number((report.audits[id]?.numericValue ?? Number.NaN).toFixed(name === 'cls' ? 4 : 0)),
  ]);
  return Object.fromEntries([...scores, ...values]) as Figures;
}

function medians(runs: Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {}) as (keyof Figures)[];
  const middle = (name: keyof Figures) =>
    runs.map((run) => run[name]).sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN;
  return Object.fromEntries(names.map((name) => [name, middle(name)])) as Figures;
}

/** Audits that are not fully passed, with where they fail; those that only inform are left out. */
function failingAudits(report: Report): string[] {
  return categories.flatMap((category) =>
    (report.categories[category]?.auditRefs ?? []).flatMap(({ id, weight }) => {
      const audit = report.audits[id];
      if (
        !audit ||
        audit.score === null ||
        audit.score >= 0.9 ||
        (weight === 0 && category !== 'performance')
      )
        return [];
      const nodes = (audit.details?.items ?? []).flatMap((item) => item.node?.snippet ?? []).slice(0, 3);
      const where = nodes.length > 0 ? ` — ${nodes.join(' ')}` : '';
      return [`${category}: ${id} ${audit.displayValue ?? ''}${where}`.replace(/\s+/g, ' ').trim()];
    }),
  );
}

function faultsOf(figures: Figures): string[] {
  return [
    figures.performance < 95 ? `performance ${figures.performance} < 95` : '',
    figures.accessibility < 100 ? `accessibility ${figures.accessibility} < 100` : '',
    figures.cls > 0.02 ? `CLS ${figures.cls} > 0.02` : '',
  ].filter(Boolean);
}

function print(figures: Figures, failing: string[], machine: string): void {
  console.log(
    `${values.path}, Lighthouse ${LIGHTHOUSE.split('@')[1]} mobile, median of ${RUNS} (${machine})`,
  );
  for (const [name, value] of Object.entries(figures))
    console.log(`${name.padEnd(16)}${String(value).padStart(8)}`);
  console.log(
    failing.length > 0
      ? `not fully passed:\n${failing.map((one) => `  ${one}`).join('\n')}`
      : 'every audit passed',
  );
}
