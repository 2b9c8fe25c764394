import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import { isClosing } from '@zuimei/shared/export/closing.ts';
import {
  type ExportReport,
  type ExportVerdict,
  verdictExit,
  verdictOf,
} from '@zuimei/shared/export/report.ts';
import {
  CONVERTED,
  keptSentence,
  keptWords,
  policyWords,
  problemSentence,
  UNSIGNED,
  verdictWords,
} from '@zuimei/shared/export/words.ts';
import type { ActsHead } from '@zuimei/shared/log/checkpoint.ts';
import { readSlugs } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { misuse } from '../misuse.ts';
import type { Secrets } from '../secret.ts';
import { readAltered } from '../staff/seal.ts';
import { type ActsVerification, actsSentence, verifyActs } from './acts.ts';
import { isBundle, verifyBundle } from './bundle.ts';
import { verifyClosing } from './closing.ts';
import { checkWith, openersFor } from './crew.ts';
import { type Verification, verifyContest } from './verify.ts';

interface Caller {
  folder: string;
  print(line: string): void;
}

interface Place extends Caller {
  db: Db;
  secrets: Secrets;
  /** Which database that is. */
  database: string;
}

const MOST_NOTE_BYTES = 64_000;
/** A closing record is a few kilobytes; what is larger is none. */
const MOST_RECORD_BYTES = 4 << 20;
const MOST_SHOWN = 50;
const READ_BYTES = 1 << 20;

function parseVerifyArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      contest: { type: 'string' },
      key: { type: 'string' },
      checkpoint: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 1) throw misuse('verify 一次核验一个文件');
  if (positionals.length === 1 && values.contest) throw misuse('文件与 --contest 只能用一个');
  if (values.key && positionals.length === 0) throw misuse('--key 用于核验文件');
  if (values.checkpoint.length > 0 && positionals.length === 0 && !values.contest)
    throw misuse('--checkpoint 需要文件或 --contest');
  return { ...values, file: positionals[0] };
}

/** Are these arguments about a file? That takes neither database nor secret, and works on anybody's machine. */
export function isFileCheck(args: readonly string[]): boolean {
  try {
    return parseVerifyArgs([...args]).file !== undefined;
  } catch {
    return true; // Wrong usage is told without a database, too.
  }
}

/** `verify FILE`, an exported ledger, a bundle or a closing record; gives 0 only if everything agrees under a key that is known, else as verdictExit. */
export async function verifyAlone({ folder, print }: Caller, args: string[]): Promise<number> {
  const { file = '', key, checkpoint, json } = parseVerifyArgs(args);
  const kept = await readNotes(folder, checkpoint);
  const size = await sizeOf(folder, file);
  const pinned = key === undefined ? {} : { key };
  if (size <= MOST_RECORD_BYTES) {
    const text = await readFile(resolve(folder, file), 'utf8');
    if (isClosing(text)) {
      if (checkpoint.length > 0) throw misuse('--checkpoint 用于账本和核验包，不用于封存记录');
      return await verifyClosing(file, text, { ...pinned, json }, print);
    }
  }
  if (await isBundle(resolve(folder, file)))
    return await verifyBundle(resolve(folder, file), { ...pinned, kept, json }, print);
  const check = createExportCheck({ ...pinned, kept });
  const bytes = createReadStream(resolve(folder, file), { highWaterMark: READ_BYTES });
  await checkWith(openersFor(size), check, bytes);
  const report = await check.finish();
  const verdict = verdictOf(report);
  if (json) print(jsonOf(report, verdict));
  else printReport(basename(file), report, verdict, print);
  return verdictExit[verdict];
}

/** `verify [--contest SLUG]`, and files too; gives 0 only if everything agrees, and 2 when there is nothing to agree. */
export async function verifyCommand(place: Place, args: string[]): Promise<number> {
  if (isFileCheck(args)) return await verifyAlone(place, args);
  const { checkpoint, contest, json } = parseVerifyArgs(args);
  const kept = await readNotes(place.folder, checkpoint);
  const slugs = contest === undefined ? await readSlugs(place.db) : [contest];
  if (!json) place.print(`数据库：${place.database}`);
  if (slugs.length === 0) {
    place.print(
      '没有可核验的活动：这个数据库里一个活动也没有。请核对 DATABASE_URL 或 DATA_DIR 与服务器的设置相同。',
    );
    return 2;
  }
  let agree = true;
  const heads: ActsHead[] = [];
  for (const slug of slugs) {
    const found = await verifyContest(place.db, place.secrets, slug, kept);
    if (!found) throw misuse(`没有活动 ${slug}`);
    const { acts, ...result } = found;
    heads.push(...acts);
    agree &&= result.problems.length === 0;
    if (json) place.print(JSON.stringify({ database: place.database, ...result }));
    else printVerification(result, place.print);
  }
  const acts = await verifyActs(place.db, place.secrets, heads);
  if (json) place.print(JSON.stringify({ database: place.database, actionLog: true, ...acts }));
  else printActs(acts, place.print);
  const altered = contest === undefined ? await readAltered(place.db, place.secrets) : [];
  if (altered.length > 0 && json) place.print(JSON.stringify({ altered }));
  if (altered.length > 0 && !json) printAltered(altered, place.print);
  return agree && acts.problems.length === 0 && altered.length === 0 ? 0 : 1;
}

function printAltered(altered: Awaited<ReturnType<typeof readAltered>>, print: Place['print']): void {
  const words = { account: '账号', session: '登录', link: '账号链接' };
  print('账号与登录：');
  for (const { kind, name } of altered.slice(0, MOST_SHOWN))
    print(`  不符 ${kind}：${words[kind]} ${name} 的记录在程序之外被改动过，已不作数`);
  print(`  ✗ ${altered.length} 处不符`);
}

function printActs({ lines, pending, link, problems }: ActsVerification, print: Place['print']): void {
  print(`操作日志：${lines} 条，尚未入链 ${pending} 条`);
  if (link !== '') print(`  链头 ${link}`);
  for (const problem of problems.slice(0, MOST_SHOWN))
    print(`  不符 ${problem.code}：${actsSentence(problem)}`);
  if (problems.length > MOST_SHOWN) print(`  …另有 ${problems.length - MOST_SHOWN} 处，用 --json 可得全部`);
  print(problems.length === 0 ? '  ✓ 操作日志前后相接，与存证点一致' : `  ✗ ${problems.length} 处不符`);
}

function printVerification(result: Omit<Verification, 'acts'>, print: Place['print']): void {
  const { contest, root, problems } = result;
  print(`${contest}：${countWords(result)}`);
  print(`  根 ${root}`);
  printTags(result, print);
  for (const size of result.kept) print(`  ✓ ${keptWords(size)}`);
  printProblems(problems, problems.length, [], print);
  print(problems.length === 0 ? '  ✓ 账本、签名、存证点与计票全部一致' : `  ✗ ${problems.length} 处不符`);
}

/** Of two that are equal a problem says so. */
function printTags(
  { tags, problems }: { tags: number; problems: readonly { code: string }[] },
  print: Place['print'],
): void {
  if (tags > 0 && !problems.some(({ code }) => code === 'tag_twice'))
    print(`  限投标记 ${tags} 个，各不相同`);
}

function countWords(found: Omit<Verification, 'acts'> | ExportReport): string {
  const { entries, ballots, held, checkpoints, sealed } = found;
  const voided = found.void > 0 ? `，作废 ${found.void} 张` : '';
  return `账目 ${entries} 条，计票 ${ballots} 张，待核 ${held} 张${voided}，存证点 ${checkpoints} 个（已签到第 ${sealed} 条）`;
}

function printProblems(
  problems: readonly { code: string; index?: number | null; detail: string }[],
  count: number,
  names: ExportReport['names'],
  print: Place['print'],
): void {
  for (const { code, index = null, detail } of problems.slice(0, MOST_SHOWN))
    print(`  不符 ${code}：${problemSentence({ code, index, detail }, names)}`);
  if (count > MOST_SHOWN) print(`  …另有 ${count - MOST_SHOWN} 处，用 --json 可得前一千处`);
}

/** Notes that were kept elsewhere, as text. */
async function readNotes(folder: string, paths: readonly string[]): Promise<string[]> {
  return await Promise.all(
    paths.map(async (path) => {
      if ((await sizeOf(folder, path)) > MOST_NOTE_BYTES) throw misuse(`${path} 太大，不是存证点`);
      return await readFile(resolve(folder, path), 'utf8');
    }),
  );
}

async function sizeOf(folder: string, path: string): Promise<number> {
  const found = await stat(resolve(folder, path)).catch(() => null);
  if (!found?.isFile()) throw misuse(`找不到文件 ${path}`);
  return found.size;
}

function jsonOf(report: ExportReport, verdict: ExportVerdict): string {
  const hexed = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  return JSON.stringify({ verdict, ...report }, hexed);
}

function printReport(
  name: string,
  report: ExportReport,
  verdict: ExportVerdict,
  print: Place['print'],
): void {
  const { header, key, root, names, problems, problemCount } = report;
  if (header) {
    print(`${name}：${report.title}（${header.contest}），导出于 ${header.madeAt}`);
    print(`  ${countWords(report)}`);
    print(`  根 ${root}`);
    print(`  公钥 ${key?.text ?? '无'}`);
    print(`  ${header.about}`);
    if (verdict === 'self')
      print('  注意：公钥取自文件本身。请用 --key 给出印发的公钥，或用 --checkpoint 给出另存的存证点。');
    print(`  注意：${UNSIGNED}`);
    if (report.converted) print(`  注意：${CONVERTED}`);
    printTags(report, print);
    print(`  ${policyWords(report.policy)}`);
    for (const round of report.tally) printRound(round, names, print);
    for (const one of report.kept) print(`  ${one.ok ? '✓' : '✗'} ${keptSentence(one)}`);
  }
  printProblems(problems, problemCount, names, print);
  const { title, meaning } = verdictWords(report, verdict);
  print(`  ${marks[verdictExit[verdict]]} ${title}。${meaning}`);
}

function printRound(
  { round, ballots, held, counts }: ExportReport['tally'][number],
  names: ExportReport['names'],
  print: Place['print'],
): void {
  print(`  第 ${round + 1} 轮：计票 ${ballots} 张，待核 ${held} 张`);
  for (const { number, votes, held: waiting } of counts) {
    const name = names.find((one) => one.number === number)?.name ?? '';
    print(`    ${number} 号 ${name}  ${votes} 票${waiting > 0 ? `，待核 ${waiting} 票` : ''}`);
  }
}

const marks = { 0: '✓', 1: '✗', 2: '?', 3: '△' };
