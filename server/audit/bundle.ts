import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkBundle } from '@zuimei/shared/bundle/check.ts';
import {
  type BundleOptions,
  type BundleReport,
  bundleVerdict,
  type StepState,
} from '@zuimei/shared/bundle/report.ts';
import { editionWords } from '@zuimei/shared/bundle/seal.ts';
import { type BundleSource, isZip } from '@zuimei/shared/bundle/zip.ts';
import { parsedKey } from '@zuimei/shared/export/header.ts';
import { isKeyKnown, verdictExit } from '@zuimei/shared/export/report.ts';
import { keptSentence, problemSentence } from '@zuimei/shared/export/words.ts';

/** A file on the disk, read in any order. The caller disposes of it. */
async function openFile(path: string): Promise<BundleSource & AsyncDisposable> {
  const file = await open(path);
  const { size } = await file.stat();
  return {
    size,
    async read(from, to) {
      const bytes = new Uint8Array(Math.max(0, to - from));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** Told by how it begins, whatever its name. */
export async function isBundle(path: string): Promise<boolean> {
  await using source = await openFile(path);
  return isZip(await source.read(0, 2));
}

/** Checks a bundle and prints what was found; gives 0 only if all fifteen checks agree under a key that is known, 3 if under the file's own, 2 if the key given is none. */
export async function verifyBundle(
  path: string,
  options: BundleOptions & { json: boolean },
  print: (line: string) => void,
): Promise<number> {
  if (options.key !== undefined && !parsedKey(options.key)) {
    print(`? 密钥不对。${problemSentence({ code: 'key', index: null, detail: 'unreadable' })}`);
    return verdictExit.key;
  }
  await using source = await openFile(path);
  const report = await checkBundle(source, options);
  const verdict = bundleVerdict(report);
  if (options.json) {
    // The replay's own findings are the fourth check's; its inner tables are nobody's.
    const { ledger, ...said } = report;
    const { header, entries, root } = ledger ?? { header: null, entries: 0, root: '' };
    print(JSON.stringify({ verdict, contest: header?.contest ?? '', entries, root, ...said }));
  } else printReport(basename(path), report, print);
  if (verdict !== 'ok') return 1;
  return report.ledger && isKeyKnown(report.ledger) ? verdictExit.ok : verdictExit.self;
}

const marks: Record<StepState, string> = { ok: '✓', wrong: '✗', open: '–' };

function printReport(name: string, report: BundleReport, print: (line: string) => void): void {
  const { edition, title, ledger, steps, first, remarks } = report;
  print(`${name}：${title || '读不出活动'}${edition ? `，核验包${editionWords[edition]}` : ''}`);
  if (ledger?.header) {
    print(`  账目 ${ledger.entries} 条，签到第 ${ledger.sealed} 条`);
    print(`  根 ${ledger.root}`);
    print(`  公钥 ${ledger.key?.text ?? '无'}`);
    for (const one of ledger.kept) print(`  ${one.ok ? '✓' : '✗'} ${keptSentence(one)}`);
  }
  for (const { no, name: what, state, faults, faultCount, said } of steps) {
    print(
      `  ${marks[state]} ${String(no).padStart(2)} ${what}${said && state !== 'wrong' ? `：${said}` : ''}`,
    );
    for (const fault of faults) print(`       ${fault}`);
    if (faultCount > faults.length) print(`       …这一步另有 ${faultCount - faults.length} 处`);
  }
  for (const remark of remarks) print(`  注意：${remark}`);
  const verdict = bundleVerdict(report);
  if (verdict === 'wrong') print(`  ✗ 不符。最先一处：${first}`);
  else if (verdict === 'open') print('  – 已核验的都一致，标 – 的步骤还没有可核验的内容');
  else if (ledger && isKeyKnown(ledger)) print('  ✓ 十五步全部一致');
  else print('  △ 十五步一致，但公钥取自文件本身：只说明文件自身一致。请用 --key 给出印发的公钥');
}
