import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readConfig } from '@zuimei/server/config.ts';
import { parsePostgres } from '@zuimei/server/hosts.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../infra/${name}`, import.meta.url), 'utf8').replace(
    /^\s*#(?![A-Z_]+=).*\n/gm,
    '',
  );
const [one, pair, example] = [
  read('compose.yaml'),
  read('compose.pair.yaml'),
  read('compose.env.example'),
] as const;

/** What the example of `.env` names, also where it is left to who has two machines. */
const offered = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);

/** A service's lines. */
const serviceOf = (text: string, service: string): string =>
  new RegExp(`^  ${service}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(text)?.[1] ?? '';

/** The environment that a service gets, filled in from an `.env` in which everything says its own name. */
function environmentOf(text: string, service: string): Record<string, string> {
  const lines = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(serviceOf(text, service))?.[1] ?? '';
  return Object.fromEntries(
    [...lines.matchAll(/^ {6}([A-Z_]+): (?:&\w+ )?(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\$\{([A-Z_]+)[^}]*\}/g, '$1'),
    ]),
  );
}

test('what compose fills in stands in the example, and nothing else does', () => {
  const used = [...`${one}${pair}`.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
  // It says which files compose reads.
  expect([...new Set([...used, 'COMPOSE_FILE'])].sort()).toEqual(offered.toSorted());
});

test('whatever compose gives the app is a setting that the app reads', () => {
  const asked = new Set<string>();
  const account = {
    PUBLIC_URL: 'https://vote.example.gov.cn',
    WX_APPID: 'wx0123456789abcdef',
    WX_TOKEN: 'token',
  };
  const given: Record<string, string> = { ...account, WX_SECRET: '0123456789abcdef'.repeat(2) };
  readConfig(
    new Proxy(given, {
      get(of, name: string) {
        asked.add(name);
        return of[name];
      },
    }),
  );
  for (const text of [one, pair])
    for (const service of ['app', 'migrate'])
      for (const name of Object.keys(environmentOf(text, service))) expect(asked).toContain(name);
});

test('of two machines either asks its own database and the other one, as the roles of one machine', () => {
  for (const [service, name] of [
    ['app', 'DATABASE_URL'],
    ['migrate', 'MIGRATE_URL'],
  ] as const) {
    const own = environmentOf(one, service)[name] ?? '';
    const { urls } = parsePostgres(environmentOf(pair, service)[name] ?? '');
    expect(urls).toEqual([own, own.replace('@postgres:', '@OTHER_ADDRESS:')]);
  }
});

test('what is added for two machines changes no image, and opens one port on the network of the two alone', () => {
  expect([...one.matchAll(/^ {4}image: (.*)$/gm)].map(([, tag]) => tag)).toEqual([
    expect.stringMatching(/^postgres:\d+\.\d+$/),
    expect.stringMatching(/^redis:\d+\.\d+\.\d+$/),
    expect.stringMatching(/^nginx:\d+\.\d+\.\d+$/),
  ]);
  expect(pair).not.toContain('image:');
  expect(pair.match(/ports:.*/g)).toEqual([
    expect.stringMatching(/^ports: \['\$\{OWN_ADDRESS:\?[^}]+\}:5432:5432'\]$/),
  ]);
  // What is named otherwise would be a service of its own.
  for (const name of pair.match(/^ {2}\w+(?=:$)/gm) ?? ['none'])
    expect(serviceOf(one, name.trim())).not.toBe('');
});
