import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '@zuimei/server/config.ts';

test('without an environment the site is embedded, open on port 8080, and starts with the demo', () => {
  const { trustedProxies, ...config } = readConfig({});
  expect(config).toEqual({
    port: 8080,
    host: '0.0.0.0',
    dataDir: resolve('.data'),
    databaseUrl: null,
    migrateUrl: null,
    databaseSchema: null,
    redisUrl: null,
    secret: null,
    accessSecret: null,
    nextAccessSecret: null,
    publicUrl: null,
    addressFile: null,
    webhookOrigins: [],
    wechat: null,
    wechatFiles: [],
    hstsSeconds: 365 * 86_400,
    robotsFile: null,
    backupFile: expect.stringMatching(/\.data\/backup$/),
    quarantine: false,
    keys: {
      ...{ ZUIMEI_SECRET: null, ZUIMEI_ACCESS_SECRET: null, DATABASE_URL: null, REDIS_URL: null },
      ...{ WX_SECRET: null, WX_TOKEN: null, WX_AES_KEY: null },
    },
    demo: true,
  });
  expect(trustedProxies.check('127.0.0.1')).toBe(false);
});

test('an empty variable is one that is not set', () => {
  const config = readConfig({ DATABASE_URL: '', REDIS_URL: '', ZUIMEI_SECRET: '', PUBLIC_URL: '', HOST: '' });
  expect(config).toMatchObject({ databaseUrl: null, redisUrl: null, secret: null, publicUrl: null });
  expect(config.host).toBe('0.0.0.0');
});

test('every variable is taken', () => {
  const secret = 'x'.repeat(32);
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: '/srv/zuimei',
    DATABASE_URL: 'postgres://zuimei@db/zuimei',
    MIGRATE_URL: 'postgres://zuimei_owner@db/zuimei',
    DATABASE_SCHEMA: 'votes',
    REDIS_URL: 'redis://cache',
    ZUIMEI_SECRET: secret,
    PUBLIC_URL: 'https://vote.example.gov.cn/',
    ZUIMEI_DEMO: '0',
  });
  expect(config).toMatchObject({
    port: 0,
    host: '127.0.0.1',
    dataDir: '/srv/zuimei',
    databaseUrl: 'postgres://zuimei@db/zuimei',
    migrateUrl: 'postgres://zuimei_owner@db/zuimei',
    databaseSchema: 'votes',
    redisUrl: 'redis://cache',
    secret,
    publicUrl: 'https://vote.example.gov.cn',
    demo: false,
  });
});

describe('TRUSTED_PROXIES', () => {
  test('takes addresses and networks of both kinds', () => {
    const { trustedProxies } = readConfig({ TRUSTED_PROXIES: '10.0.0.1, 172.16.0.0/12,fd00::/8 ,' });
    expect(trustedProxies.check('10.0.0.1')).toBe(true);
    expect(trustedProxies.check('10.0.0.2')).toBe(false);
    expect(trustedProxies.check('172.31.255.1')).toBe(true);
    expect(trustedProxies.check('172.32.0.1')).toBe(false);
    expect(trustedProxies.check('fd12::1', 'ipv6')).toBe(true);
    expect(trustedProxies.check('fe80::1', 'ipv6')).toBe(false);
  });

  test.each(['nginx', '10.0.0', '10.0.0.1/99', '10.0.0.1/', '10.0.0.1/x', '10.0.0.0/8/8', '10.0.0.0/-1'])(
    'refuses %s',
    (text) => {
      expect(() => readConfig({ TRUSTED_PROXIES: text })).toThrow('TRUSTED_PROXIES');
    },
  );
});

test.each([
  ['PORT', 'eighty'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['ZUIMEI_SECRET', 'x'.repeat(31)],
  ['ZUIMEI_ACCESS_SECRET', 'x'.repeat(31)],
  ['ZUIMEI_NEXT_ACCESS_SECRET', 'x'],
  ['PUBLIC_URL', 'vote'],
  ['PUBLIC_URL', 'ftp://vote.example.gov.cn'],
])('%s is refused by name when it is %s', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(name);
});

test('a secret that is refused is not repeated', () => {
  try {
    readConfig({ ZUIMEI_SECRET: 'short and secret' });
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain('short and secret');
  }
});

describe('an account in WeChat', () => {
  const account = {
    PUBLIC_URL: 'https://vote.example.gov.cn',
    WX_APPID: 'wx0123456789abcdef',
    WX_SECRET: '0123456789abcdef'.repeat(2),
  };

  test('is taken with what citizens see of it and where WeChat is', () => {
    const { wechat, wechatFiles } = readConfig({
      ...account,
      WX_TOKEN: 'spamtest',
      WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
      WX_NAME: '云岭应急',
      WX_QR: 'http://weixin.qq.com/r/fictional',
      WX_VERIFY: 'MP_verify_W1PLRwVqVCkRAcWz.txt, MP_verify_b.txt',
      WX_API_BASE: 'http://127.0.0.1:9/',
    });
    expect(wechat).toMatchObject({
      appId: account.WX_APPID,
      token: 'spamtest',
      name: '云岭应急',
      apiBase: 'http://127.0.0.1:9',
      openBase: 'https://open.weixin.qq.com',
    });
    expect(wechat?.aesKey).toHaveLength(32);
    expect(wechatFiles).toEqual(['MP_verify_W1PLRwVqVCkRAcWz.txt', 'MP_verify_b.txt']);
  });

  test.each<[string, Record<string, string>]>([
    ['WX_APPID', { WX_APPID: 'wx123' }],
    ['WX_SECRET', { WX_SECRET: 'geheim' }],
    ['WX_SECRET', { WX_SECRET: '' }],
    ['PUBLIC_URL', { PUBLIC_URL: '' }],
    ['WX_TOKEN', { WX_TOKEN: 'a b' }],
    ['WX_AES_KEY', { WX_TOKEN: 'abc', WX_AES_KEY: 'geheim' }],
    ['WX_TOKEN', { WX_AES_KEY: 'a'.repeat(43) }],
    ['WX_API_BASE', { WX_API_BASE: 'ftp://x' }],
    ['WX_VERIFY', { WX_VERIFY: '../../etc/passwd' }],
  ])('%s is refused by its name when it makes no sense, and its value is not repeated', (name, changes) => {
    const open = () => readConfig({ ...account, ...changes });
    expect(open).toThrow(name);
    expect(open).not.toThrow(/geheim/);
  });
});
