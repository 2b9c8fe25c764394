import { createExportCheck } from '@zuimei/shared/export/check.ts';
import type { ExportOptions, ExportReport } from '@zuimei/shared/export/report.ts';
import type { Desk } from '../harness/office.ts';

/** A contest's exported ledger as text, as an auditor gets it. */
export async function exportOf(auditor: Desk, slug: string, query = ''): Promise<string> {
  const reply = await auditor.raw('GET', `/api/console/contests/${slug}/ledger.ndjson${query}`);
  if (reply.status !== 200) throw new Error(`${reply.status} ${await reply.text()}`);
  return await reply.text();
}

/** What a verifier says of a file, given in pieces of `step` bytes. */
export async function checkText(
  text: string,
  options: ExportOptions = {},
  step = 65_536,
): Promise<ExportReport> {
  const check = createExportCheck(options);
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += step) await check.take(bytes.subarray(from, from + step));
  return await check.finish();
}

/** The same, with the key that stands in the file for the one that was printed. */
export function checkTrusted(
  text: string,
  options: ExportOptions = {},
  step?: number,
): Promise<ExportReport> {
  const [, key] = /"verifierKey":"([^"]+)"/.exec(text) ?? [];
  return checkText(text, { ...(key === undefined ? {} : { key }), ...options }, step);
}

/** The lines of a file as values, changed, and as a file again. */
export function rewrite(text: string, change: (lines: Fields[]) => Fields[]): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fields);
  return `${change(lines)
    .map((line) => JSON.stringify(line))
    .join('\n')}\n`;
}

/** A line of any kind, to be looked at and spoilt. */
export interface Fields {
  [field: string]: unknown;
}
