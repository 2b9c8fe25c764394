import { checkBundle } from '@zuimei/shared/bundle/check.ts';
import type { BundleOptions, BundleReport } from '@zuimei/shared/bundle/report.ts';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import type { ExportOptions, ExportReport } from '@zuimei/shared/export/report.ts';

/** Entries of a ledger, or bytes of the ledger in a bundle. */
export interface Progress {
  entries: number;
  of: number;
}

interface Reports {
  ledger: ExportReport;
  bundle: BundleReport;
}
type Kind = keyof Reports;
interface Job<K extends Kind> {
  kind: K;
  file: Blob;
  options: ExportOptions & BundleOptions;
}
type Tell = (progress: Progress) => void;

type Told = { progress: Progress } | { report: Reports[Kind] } | { failed: string };

const READ_BYTES = 2 << 20;
const TELL_EVERY_MS = 150;

/** Both reject only if the file cannot be read. */
const readers: { [K in Kind]: (job: Job<K>, tell: Tell) => Promise<Reports[K]> } = {
  async ledger({ file, options }, tell) {
    const check = createExportCheck(options);
    for (let from = 0; from < file.size; from += READ_BYTES) {
      await check.take(await bytesOf(file, from, from + READ_BYTES));
      tell(check.seen());
    }
    return await check.finish();
  },
  bundle: ({ file, options }, tell) =>
    checkBundle({ size: file.size, read: (from, to) => bytesOf(file, from, to) }, options, (entries, of) =>
      tell({ entries, of }),
    ),
};

async function bytesOf(file: Blob, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

function read<K extends Kind>(job: Job<K>, tell: Tell): Promise<Reports[K]> {
  let told = 0;
  return readers[job.kind](job, (progress) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    tell(progress);
  });
}

/** In the worker: reads the one file it is given. */
export function serveReading(): void {
  const say = (told: Told): void => postMessage(told);
  self.onmessage = ({ data }: MessageEvent<Job<Kind>>) => {
    read(data, (progress) => say({ progress })).then(
      (report) => say({ report }),
      (error: unknown) => say({ failed: String(error) }),
    );
  };
}

/**
 * Checks an exported ledger without keeping the page from answering: in a worker made of this page's own script, or where a browser
 * allows none, here, piece by piece. Rejects if the file cannot be read.
 */
export function checkFile(file: Blob, options: ExportOptions, tell: Tell): Promise<ExportReport> {
  return beside({ kind: 'ledger', file, options }, tell);
}

/** As checkFile, of a bundle; progress is told in bytes of its ledger. */
export function checkBundleFile(file: Blob, options: BundleOptions, tell: Tell): Promise<BundleReport> {
  return beside({ kind: 'bundle', file, options }, tell);
}

async function beside<K extends Kind>(job: Job<K>, tell: Tell): Promise<Reports[K]> {
  const worker = openWorker();
  if (!worker) return await read(job, tell);
  try {
    return await new Promise<Reports[K]>((resolve, reject) => {
      worker.onerror = () => reject(new Error(NO_WORKER));
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        if ('progress' in data) tell(data.progress);
        else if ('report' in data) resolve(data.report as Reports[K]);
        else reject(new Error(data.failed));
      };
      worker.postMessage(job);
    });
  } catch (error) {
    if (error instanceof Error && error.message === NO_WORKER) return await read(job, tell);
    throw error;
  } finally {
    worker.terminate();
  }
}

const NO_WORKER = 'no worker here';

function openWorker(): Worker | null {
  const script = document.querySelector('script:not([src])')?.textContent;
  if (!script) return null;
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  try {
    return new Worker(address, { type: 'module' });
  } catch {
    return null;
  } finally {
    // A worker that has begun keeps what it was made of.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}
