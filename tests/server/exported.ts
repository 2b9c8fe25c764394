import { createExportCheck } from '@zuimei/shared/export/check.ts';
import { aboutOf, EXPORT_FORMAT } from '@zuimei/shared/export/export.ts';
import type { ExportOptions, ExportReport } from '@zuimei/shared/export/report.ts';
import { actCommitment, leafOf } from '@zuimei/shared/ledger/entry.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { createTileTree } from '@zuimei/shared/log/tree.ts';
import { createSigner, formatVerifierKey, signNote } from '@zuimei/shared/note.ts';
import type { Desk } from '../harness/office.ts';
import { sealed } from '../shared/sealed.ts';

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

/** The export of a ledger that no server kept: rules and so many ballots, twenty a batch, each for two of ten candidates. */
export async function fileOf(contest: string, ballots: number): Promise<string> {
  const origin = `vote.example/${contest}`;
  const rounds = [{ opens: '2026-03-01T00:00:00.000Z', closes: '2026-03-02T00:00:00.000Z' }];
  const candidates = Array.from({ length: 10 }, (_, i) => ({ number: i + 1, name: `候选${i + 1}` }));
  const listed = candidates.map((one) => ({ ...one, unit: '单位', withdrawn: null }));
  const rules = { title: '测试活动', rounds, candidates: listed };
  const act = { actor: 'system', reason: '规则', reference: '', version: 1, rules };
  const at = (i: number): string =>
    new Date(Date.parse('2026-03-01') + Math.floor(i / 20) * 50).toISOString();
  const cast = Array.from({ length: ballots }, (_, i) => {
    const number = i.toString(16).padStart(12, '0');
    const picks = [1 + (i % 5), 6 + (i % 5)];
    return {
      ...{ index: i + 1, at: at(i), kind: 'ballot' },
      ...sealed(contest, {
        ballotId: `6f1f64b0-57a5-4b86-9c0e-${number}`,
        voter: number.padStart(32, '0'),
        picks,
      }),
    };
  });
  const entries = [{ index: 0, at: at(0), kind: 'rules', commitment: actCommitment(act), act }, ...cast];
  const tree = createTileTree();
  for (const { index, ...entry } of entries) tree.push(leafOf({ ...entry, contest }), 0);
  const signer = await createSigner(origin, new Uint8Array(32).fill(5));
  const size = entries.length;
  const note = await signNote(formatCheckpoint({ origin, size, root: tree.root() }), signer);
  const tally = [0, ...candidates.map((one) => one.number)].map((number) => {
    const votes = number === 0 ? ballots : cast.filter((one) => one.opening.picks.includes(number)).length;
    return { round: 0, number, votes, held: 0 };
  });
  const header = {
    ...{ about: aboutOf(null), format: EXPORT_FORMAT, contest, title: '测试活动', origin },
    ...{ verifierKey: formatVerifierKey(signer), witnesses: [], version: 1, rounds, candidates, size },
    ...{ withheld: null, madeAt: '2026-03-02T01:00:00.000Z' },
  };
  const lines = [header, { checkpoint: note, at: at(ballots) }, ...entries];
  return `${[...lines, { end: { checkpoints: 1, entries: size, tally } }].map((line) => JSON.stringify(line)).join('\n')}\n`;
}
