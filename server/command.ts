import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Candidate } from '@zuimei/shared/contest.ts';
import { presetNames } from '@zuimei/shared/plan/plan.ts';
import { presets, suggestedTitle } from '@zuimei/shared/plan/preset.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { repairText } from '@zuimei/shared/text/character.ts';
import { isFileCheck, verifyAlone, verifyCommand } from './audit/command.ts';
import { readSlugs } from './contest/contest.ts';
import { isThere } from './contest/plan.ts';
import type { Db } from './db.ts';
import { loadDemo } from './demo/demo.ts';
import { isProblemCode, type Problem, problemAt } from './document/problem.ts';
import { faultSentence } from './fault.ts';
import { logOrigin } from './http/origin.ts';
import { type Coming, importDocuments } from './intake/import.ts';
import { misuse, reasonOption } from './misuse.ts';
import { createCatalogue } from './plan/catalogue.ts';
import { staffCommand } from './roster/command.ts';
import type { Secrets } from './secret.ts';
import type { Actor } from './staff/action.ts';
import { createSeals } from './staff/seal.ts';
import { quarantineCommand } from './upkeep/command.ts';
import { readFound } from './upkeep/quarantine.ts';
import { usageOf } from './usage.ts';
import { privateKey } from './vault.ts';
import { createLedger } from './vote/ledger.ts';
import { witnessCommand } from './witness/command.ts';

const MOST_NAME = 40;

/** Where a command is asked for. */
export interface Caller {
  /** Folder that file names are relative to. */
  folder: string;
  /** Who gave it, as the operating system knows them. */
  user: string;
  print(line: string): void;
}

/** Where a command runs: in the command line's own process, or in the server that holds the embedded database. */
export interface Place extends Caller {
  db: Db;
  secrets: Secrets;
  /** Where the site is reached from outside, when that is set. */
  publicUrl: string | null;
  /** Which database that is (config.ts `nameDatabase`). */
  database: string;
}

type Command = (place: Place, args: string[]) => Promise<number>;

/** Gives 0 done, 1 refused or not agreeing, 2 wrong usage; what it has to say is printed. */
export function runCommand(place: Place, name: string, args: string[]): Promise<number> {
  return run(place, name, async () => (await commands[name]?.(place, args)) ?? 2);
}

export function isCommand(name: string): boolean {
  return Object.hasOwn(commands, name);
}

/** As runCommand, for what people run on a machine of their own: no database, no settings of a server. */
export function runAlone(caller: Caller, name: string, args: string[]): Promise<number> {
  return run(caller, name, async () => (await alone[name]?.(caller, args)) ?? 2);
}

export function runsAlone(name: string, args: readonly string[]): boolean {
  return name === 'verify' ? isFileCheck(args) : Object.hasOwn(alone, name);
}

const alone: Record<string, (caller: Caller, args: string[]) => Promise<number>> = {
  verify: verifyAlone,
  witness: witnessCommand,
};

async function run({ print }: Caller, name: string, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const misused = code === 'usage' || code?.startsWith('ERR_PARSE_ARGS');
    print(misused ? `${message}\n\n${usageOf(name)}` : faultSentence(error));
    return misused ? 2 : 1;
  }
}

/** Whoever is at the machine can write any name: the log says that it was written there. */
function actorOf(by: string | undefined, user: string): Actor {
  const given = by === undefined ? `系统用户 ${user}` : repairText(by).trim();
  if (given === '' || [...given].length > MOST_NAME) throw misuse(`--by 须为 1 到 ${MOST_NAME} 个字的姓名`);
  return { name: `${given}（命令行）`, staff: null, unit: null };
}

/** What an import as a whole is refused with, as a problem of the contest. */
function refusedWith(slug: string) {
  return (error: unknown): { candidates: Candidate[]; problems: Problem[] } => {
    if (!(error instanceof Refusal) || !isProblemCode(error.code)) throw error;
    const told = Object.fromEntries(
      Object.entries(error.details).map(([key, value]) => [key, String(value)]),
    );
    return { candidates: [], problems: [problemAt(error.code, { file: slug }, told)] };
  };
}

/** A draft of this kind, which an organizer fills in and publishes in the console; its title and organizers can be said here already. */
function comingFrom(
  { db, secrets }: Pick<Place, 'db' | 'secrets'>,
  slug: string,
  actor: Actor,
  { preset: name, title, organizer }: { preset?: string; title?: string; organizer?: string },
): Coming {
  const preset = presetNames.find((one) => one === name);
  if (!preset) throw misuse(`--preset 须为 ${presetNames.join('、')} 之一`);
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(slug))
    throw misuse('--contest 须为小写字母、数字和连字符，不超过 64 个');
  const start = new Date().toISOString();
  const catalogue = createCatalogue({ db, secrets, seals: createSeals({ secrets }), clock: Date.now });
  return {
    categories: presets[preset].settings.categories,
    async make() {
      const asked = {
        title: repairText(title ?? '').trim() || suggestedTitle(presets[preset], start),
        organizer: repairText(organizer ?? '').trim() || '主办单位（待填写）',
      };
      await catalogue.create(actor, { preset, ...asked, start, slug });
    },
  };
}

const commands: Record<string, Command> = {
  async import({ db, secrets, publicUrl, folder, user, print }, args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        contest: { type: 'string' },
        preset: { type: 'string' },
        title: { type: 'string' },
        organizer: { type: 'string' },
        by: { type: 'string' },
        reason: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    if (!values.contest || positionals.length === 0) throw misuse('import 需要文件与 --contest');
    const slug = values.contest;
    if (await readFound(db)) throw new Error('站点在隔离中，不能改动：先用 zuimei quarantine 看原因。');
    const there = await isThere(db, slug);
    if (!there && values.preset === undefined)
      throw misuse(
        `没有活动 ${slug}；现有：${(await readSlugs(db)).join('、') || '无'}。要新建请加 --preset：${presetNames.join('、')}`,
      );
    const actor = actorOf(values.by, user);
    const coming = there ? undefined : comingFrom({ db, secrets }, slug, actor, values);
    const reason = values.reason === undefined ? '从命令行导入候选' : reasonOption(values.reason);
    const files = await Promise.all(
      positionals.map(async (path) => ({
        name: basename(path),
        bytes: new Uint8Array(await readFile(resolve(folder, path))),
      })),
    );
    const ledger = createLedger(db, secrets, (of) => logOrigin(publicUrl, of));
    const importer = { db, ledger, key: privateKey(secrets), clock: Date.now };
    const options = { actor, reason, strict: values.strict, dryRun: values['dry-run'], coming };
    const result = await importDocuments(importer, slug, files, options).catch(refusedWith(slug));
    if (values.json) print(JSON.stringify(result));
    else {
      for (const one of result.problems)
        print(`${one.file}${one.row ? ` 第 ${one.row} 行` : ''}：${one.message}`);
      print(
        `${values['dry-run'] ? '可导入' : '已导入'} ${result.candidates.length} 个候选，${result.problems.length} 处需要留意`,
      );
    }
    return result.problems.some((one) => one.level === 'error') ? 1 : 0;
  },

  verify: verifyCommand,

  staff: staffCommand,

  quarantine: ({ user, ...place }, args) =>
    quarantineCommand({ ...place, actorOf: (by) => actorOf(by, user) }, args),

  async migrate({ print }) {
    print('数据库已是最新');
    return 0;
  },

  async demo({ print, ...place }) {
    for (const slug of await loadDemo(place)) print(`/c/${slug}`);
    return 0;
  },
};
