import { BlockList, isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { keyNames } from '@zuimei/shared/upkeep.ts';
import { HSTS_SECONDS } from './http/headers.ts';
import type { Keys } from './upkeep/key.ts';
import { parseAccount, type WechatAccount } from './wechat/account.ts';

/** Everything the environment decides. The only file that reads process.env. */
export interface Config {
  port: number;
  host: string;
  dataDir: string;
  /** Absent = embedded PGlite in dataDir. */
  databaseUrl: string | null;
  /** As databaseUrl, but as the role that owns the tables: `zuimei migrate` uses it, the app never does. */
  migrateUrl: string | null;
  databaseSchema: string | null;
  /** Absent = in-process counters; several addresses separated by commas = a cluster. */
  redisUrl: string | null;
  /** Master secret as text (≥ 32 characters); absent = made on first start and kept in dataDir/secret. */
  secret: string | null;
  /** In place of the master secret for all that can be renewed (secret.ts `renewed`); absent = nothing was renewed yet. */
  accessSecret: string | null;
  /** What `zuimei secret rotate` turns to; the app never reads it. */
  nextAccessSecret: string | null;
  /** How citizens reach the site, e.g. https://vote.example.gov.cn; absent = the address that a connection came in at. Names the log. */
  publicUrl: string | null;
  trustedProxies: BlockList;
  /** CSV of networks that are known better than ip2region knows them (address/file.ts); absent = none. */
  addressFile: string | null;
  /** The bureau's account in WeChat; absent = every browser is a voter of its own. */
  wechat: WechatAccount | null;
  /** Names of the files by which WeChat's console checks who owns the domain, e.g. MP_verify_W1PLRwVqVCkRAcWz.txt. */
  wechatFiles: string[];
  /** Origins a contest's robot may be at although they are not https or not public, e.g. http://10.20.0.5:8080. */
  webhookOrigins: string[];
  /** A file served as /robots.txt; absent = our own. */
  robotsFile: string | null;
  /** How long browsers stay with https, where PUBLIC_URL is https; 0 lets them go. */
  hstsSeconds: number;
  /** Written by whoever makes backups, at the end of each (upkeep/disk.ts). */
  backupFile: string;
  /** Nothing is written: a copy that somebody wants to look at. */
  quarantine: boolean;
  /** The keys of the settings, for who keeps the site running to see which are set. */
  keys: Keys;
  /** First start loads the demo contests. */
  demo: boolean;
}

/** Parses the environment; throws an Error that names the variable when a value makes no sense. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const port = Number(env['PORT'] ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT must be 0–65535, not "${env['PORT']}"`);
  const [secret = null, accessSecret = null, nextAccessSecret = null] = [
    'ZUIMEI_SECRET',
    'ZUIMEI_ACCESS_SECRET',
    'ZUIMEI_NEXT_ACCESS_SECRET',
  ].map((name) => {
    const value = env[name] || null;
    if (value && value.length < 32) throw new Error(`${name} must have at least 32 characters`);
    return value;
  });
  const publicUrl = env['PUBLIC_URL']?.replace(/\/+$/, '') || null;
  if (publicUrl && !/^https?:$/.test(URL.parse(publicUrl)?.protocol ?? ''))
    throw new Error(`PUBLIC_URL must be an address, not "${publicUrl}"`);
  const wechat = parseAccount(env);
  if (wechat && !publicUrl)
    throw new Error('WX_APPID needs PUBLIC_URL: WeChat sends people back to the domain registered with it');
  return {
    port,
    host: env['HOST'] || '0.0.0.0',
    dataDir: resolve(env['DATA_DIR'] || '.data'),
    databaseUrl: env['DATABASE_URL'] || null,
    migrateUrl: env['MIGRATE_URL'] || null,
    databaseSchema: env['DATABASE_SCHEMA'] || null,
    redisUrl: env['REDIS_URL'] || null,
    secret,
    accessSecret,
    nextAccessSecret,
    publicUrl,
    trustedProxies: parseProxies(env['TRUSTED_PROXIES'] ?? ''),
    addressFile: env['ADDRESS_FILE'] ? resolve(env['ADDRESS_FILE']) : null,
    wechat,
    wechatFiles: parseFiles(env['WX_VERIFY'] ?? ''),
    webhookOrigins: parseOrigins(env['WEBHOOK_ORIGINS'] ?? ''),
    robotsFile: env['ROBOTS_FILE'] ? resolve(env['ROBOTS_FILE']) : null,
    hstsSeconds: parseSeconds(env['HSTS_SECONDS']),
    backupFile: resolve(env['BACKUP_FILE'] || join(env['DATA_DIR'] || '.data', 'backup')),
    quarantine: env['ZUIMEI_QUARANTINE'] === '1',
    keys: Object.fromEntries(keyNames.map((name) => [name, env[name] || null])) as Keys,
    demo: env['ZUIMEI_DEMO'] !== '0',
  };
}

/** The database as a person finds it again; never a password. */
export function nameDatabase(config: Pick<Config, 'databaseUrl' | 'databaseSchema' | 'dataDir'>): string {
  if (config.databaseUrl === null) return `内置数据库 ${config.dataDir}/pglite`;
  const address = config.databaseUrl.replace(/^(\w+:\/\/[^:@/]*):.*@/, '$1@').replace(/\?.*$/s, '');
  return config.databaseSchema ? `${address}（${config.databaseSchema}）` : address;
}

function parseSeconds(text: string | undefined): number {
  if (!text) return HSTS_SECONDS;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`HSTS_SECONDS must be a number of seconds, not "${text}"`);
  return Number(text);
}

function parseFiles(text: string): string[] {
  const names = text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const wrong = names.find((name) => !/^MP_verify_[A-Za-z0-9]{1,64}\.txt$/.test(name));
  if (wrong) throw new Error(`WX_VERIFY: "${wrong}" should be like MP_verify_W1PLRwVqVCkRAcWz.txt`);
  return names;
}

function parseOrigins(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  return words.filter(Boolean).map((word) => {
    const url = URL.parse(word);
    if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
      throw new Error(`WEBHOOK_ORIGINS: "${word}" should be like http://10.20.0.5:8080`);
    return url.origin;
  });
}

function parseProxies(text: string): BlockList {
  const list = new BlockList();
  for (const part of text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const version = isIP(address);
    if (version === 0 || Number(prefix ?? 0) > (version === 4 ? 32 : 128))
      throw new Error(`TRUSTED_PROXIES: "${part}" is no address or network`);
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
