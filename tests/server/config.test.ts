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
    databaseSchema: null,
    redisUrl: null,
    secret: null,
    publicUrl: null,
    addressFile: null,
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
