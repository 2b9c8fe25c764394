import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Caller, isCommand, runAlone, runCommand, runsAlone } from './command.ts';
import { type Config, nameDatabase, readConfig } from './config.ts';
import { askServer } from './control.ts';
import { type DatabaseSource, type Db, openDatabase } from './db.ts';
import { claimFolder } from './folder.ts';
import { parsePostgres } from './hosts.ts';
import { rotate } from './rotation.ts';
import { grantTo, migrate, readSchema } from './schema.ts';
import { checkSecret, openSecrets, type Secrets } from './secret.ts';
import { usageOf } from './usage.ts';

/** Where a command line is given: settings, the folder that file names are relative to, and where lines go. */
export interface Terminal extends Caller {
  env: NodeJS.ProcessEnv;
  /** Why nothing was done. */
  warn(line: string): void;
}

/**
 * `pnpm zuimei <argv>`; gives the exit code (USAGE). With the embedded database and a server running on it, that server is asked to
 * do it. What cannot be done at all, like reaching the database, is thrown.
 */
export async function commandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { env, folder, user, print, warn } = terminal;
  // What was asked for is not here: said, and left with 2.
  const refuse = (sentence: string): number => {
    warn(sentence);
    return 2;
  };
  const [name = '', ...args] = argv[0] === '--' ? argv.slice(1) : argv;
  const helped =
    ['', '--help', '-h', 'help'].includes(name) || args.some((one) => one === '--help' || one === '-h');
  const rotates = name === 'secret' && args.length === 1 && args[0] === 'rotate';
  if (helped || !(rotates || isCommand(name) || runsAlone(name, args))) {
    (helped && name !== '' ? print : warn)(usageOf(name === 'help' ? (args[0] ?? '') : name));
    return helped && name !== '' ? 0 : 2;
  }
  if (runsAlone(name, args)) return await runAlone({ folder, user, print }, name, args);
  const config = readConfig(env);
  const { nextAccessSecret: next, accessSecret, secret } = config;
  if (rotates && (!next || next === accessSecret || next === secret))
    return refuse('没有新的密钥：请在 ZUIMEI_NEXT_ACCESS_SECRET 给出（openssl rand -hex 32）。');
  // verify names it among what it found.
  if (['staff', 'import', 'quarantine'].includes(name)) warn(`数据库：${nameDatabase(config)}`);
  if (!config.databaseUrl && !rotates) {
    const answer = await askServer(config.dataDir, { name, args, folder, user }, print);
    if (answer !== null) return answer;
  }
  // Only these two begin a site. Whoever asks about one is told when it is not there, instead of being given a new one.
  const begins = name === 'migrate' || name === 'demo';
  if (!begins && !config.databaseUrl && !existsSync(join(config.dataDir, 'pglite/PG_VERSION')))
    return refuse(
      `没有数据库：${nameDatabase(config)} 不存在。请按服务器的设置给出 DATABASE_URL（或 DATA_DIR）与 ZUIMEI_SECRET，再运行这条命令。`,
    );
  const release = config.databaseUrl ? async () => {} : await claimFolder(config.dataDir);
  const { db, close } = await openDatabase(sourceOf(config, name === 'migrate' || rotates));
  try {
    const schema = await readSchema(db).catch((error: { code?: string }) => {
      if (error.code === '3D000') return null;
      throw error;
    });
    if (!schema) return refuse(`没有数据库：${nameDatabase(config)} 不存在。请核对 DATABASE_URL。`);
    const { role, owner, missing } = schema;
    if (begins && owner) {
      const applied = await migrate(db);
      if (name === 'migrate') {
        print(applied.length === 0 ? '数据库已是最新' : `数据库已升级：${applied.join('、')}`);
        return await grant(db, config, role, print);
      }
    } else if (begins && missing.length > 0)
      return refuse(`角色 ${role} 不是表的所有者，不能升级数据库。请在 MIGRATE_URL 给出所有者的连接地址。`);
    else if (missing.length > 0)
      return refuse(
        `${nameDatabase(config)} 不是这个版本的数据库：缺少 ${missing[0]} 等 ${missing.length} 项。请核对 DATABASE_URL；要升级，请运行 zuimei migrate。`,
      );
    if (name === 'migrate') {
      print('数据库已是最新');
      return 0;
    }
    const secrets = await openSecrets(config, !begins);
    if (rotates) return await renew(db, config, secrets, print);
    await checkSecret(db, secrets);
    const { publicUrl } = config;
    const place = { db, secrets, publicUrl, database: nameDatabase(config), folder, user, print };
    return await runCommand(place, name, args);
  } finally {
    await close();
    await release();
  }
}

function sourceOf(config: Config, asOwner: boolean): DatabaseSource {
  const url = (asOwner ? config.migrateUrl : null) ?? config.databaseUrl;
  if (!url) return { folder: `${config.dataDir}/pglite` };
  return { url, ...(config.databaseSchema ? { schema: config.databaseSchema } : {}) };
}

async function renew(db: Db, config: Config, old: Secrets, print: Caller['print']): Promise<number> {
  const next = await openSecrets({ ...config, accessSecret: config.nextAccessSecret }, true);
  const { candidates, nominations, units, seats, objections, staff } = await rotate(db, old, next);
  print(
    `已换到新的密钥之下：候选 ${candidates} 个、报送 ${nominations} 份、单位联系人 ${units} 个、评委姓名 ${seats} 个、异议 ${objections} 件、账号 ${staff} 个。`,
  );
  print('登录、账号链接、恢复码和单位链接都已作废。');
  print('请把 ZUIMEI_NEXT_ACCESS_SECRET 的值写为 ZUIMEI_ACCESS_SECRET（替换原值），再启动服务器。');
  return 0;
}

/** After a migration: the app's role, as DATABASE_URL names it, may do what migrations/grants.sql says. */
async function grant(db: Db, config: Config, owner: string, print: Caller['print']): Promise<number> {
  if (!config.databaseUrl) return 0;
  const role = parsePostgres(config.databaseUrl).user;
  if (role === '' || role === owner) {
    print(
      `注意：应用与表的所有者是同一个角色（${owner}），数据库拦不住拿到应用的人拆除触发器。请照 RUNBOOK 的“Two roles”分开。`,
    );
    return 0;
  }
  await grantTo(db, role);
  print(`角色 ${role} 的权限已按 migrations/grants.sql 设定`);
  return 0;
}
