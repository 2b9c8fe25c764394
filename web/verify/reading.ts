import { createExportCheck } from '@zuimei/shared/export/check.ts';
import type { ExportOptions, ExportReport } from '@zuimei/shared/export/report.ts';

export interface Progress {
  entries: number;
  of: number;
}

type Told = { progress: Progress } | { report: ExportReport } | { failed: string };

const READ_BYTES = 2 << 20;
const TELL_EVERY_MS = 150;

/** Reads a file to its end, in pieces; rejects only if the file cannot be read. */
async function read(
  file: Blob,
  options: ExportOptions,
  tell: (progress: Progress) => void,
): Promise<ExportReport> {
  const check = createExportCheck(options);
  let told = 0;
  for (let from = 0; from < file.size; from += READ_BYTES) {
    await check.take(new Uint8Array(await file.slice(from, from + READ_BYTES).arrayBuffer()));
    if (performance.now() - told < TELL_EVERY_MS) continue;
    told = performance.now();
    tell(check.seen());
  }
  return await check.finish();
}

/** In the worker: reads the one file it is given. */
export function serveReading(): void {
  const say = (told: Told): void => postMessage(told);
  self.onmessage = ({ data }: MessageEvent<{ file: Blob; options: ExportOptions }>) => {
    read(data.file, data.options, (progress) => say({ progress })).then(
      (report) => say({ report }),
      (error: unknown) => say({ failed: String(error) }),
    );
  };
}

/**
 * Checks an exported ledger without keeping the page from answering: in a worker made of this page's own script, or where a browser
 * allows none, here, piece by piece. Rejects if the file cannot be read.
 */
export async function checkFile(
  file: Blob,
  options: ExportOptions,
  tell: (progress: Progress) => void,
): Promise<ExportReport> {
  const worker = openWorker();
  if (!worker) return await read(file, options, tell);
  try {
    return await new Promise<ExportReport>((resolve, reject) => {
      worker.onerror = () => reject(new Error(NO_WORKER));
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        if ('progress' in data) tell(data.progress);
        else if ('report' in data) resolve(data.report);
        else reject(new Error(data.failed));
      };
      worker.postMessage({ file, options });
    });
  } catch (error) {
    if (error instanceof Error && error.message === NO_WORKER) return await read(file, options, tell);
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
