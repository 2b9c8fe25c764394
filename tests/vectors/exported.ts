import { readFileSync, writeFileSync } from 'node:fs';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import { verdictOf } from '@zuimei/shared/export/report.ts';
import { files, mistyped, printedKey, type Vector, vectors } from './export.ts';

/** `node tests/vectors/exported.ts` writes tests/vectors/export anew: look at every verdict that changes. */
export const folder = new URL('./export/', import.meta.url).pathname;

export interface Verdict extends Vector {
  verdict: string;
  /** Of report.ts `ExportProblemCode`, in the order of the alphabet, each once. */
  codes: string[];
}

export const keys = { printed: printedKey, mistyped };

export async function verdictFor({ file, key }: Vector): Promise<Verdict> {
  const check = createExportCheck(key === 'none' ? {} : { key: keys[key] });
  await check.take(readFileSync(`${folder}${file}.ndjson`));
  const report = await check.finish();
  const codes = [...new Set(report.problems.map((one) => one.code))].sort();
  return { file, key, verdict: verdictOf(report), codes };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}${name}.ndjson`, text);
  const verdicts = await Promise.all(vectors.map(verdictFor));
  const lines = verdicts.map((one) => `  ${JSON.stringify(one)}`).join(',\n');
  writeFileSync(`${folder}verdicts.json`, `{"keys":${JSON.stringify(keys)},"verdicts":[\n${lines}\n]}\n`);
}
