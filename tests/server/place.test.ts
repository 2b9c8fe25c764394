import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openAddresses } from '@zuimei/server/address/address.ts';
import { addressBytes } from '@zuimei/server/address/bytes.ts';
import { createNetworkTable } from '@zuimei/server/address/network.ts';
import { createPlaces } from '@zuimei/server/address/place.ts';
import { type Network, parseNetwork } from '@zuimei/shared/network.ts';

const folder = mkdtempSync(join(tmpdir(), 'zuimei-address-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const path = join(folder, `${Math.random()}.csv`);
  writeFileSync(path, text);
  return path;
}

const plain = openAddresses(null);
const of = (address: string) => plain(addressBytes(address));

test.each([
  ['223.104.1.1', 'carrier', '广东省广州市'],
  ['123.125.114.144', 'carrier', '北京市'],
  ['166.111.4.100', 'campus', '北京市'],
  ['47.100.1.1', 'datacentre', '上海市'],
  ['119.29.29.29', 'datacentre', '北京市'],
  ['3.5.1.1', 'datacentre', '境外'],
  ['45.32.1.1', 'abroad', '境外'],
  ['59.120.1.1', 'carrier', '台湾省'],
  ['202.45.84.58', 'unknown', '香港'],
  ['100.64.0.1', 'carrier', '未知'],
  ['192.168.1.1', 'office', '未知'],
  ['203.0.113.5', 'unknown', '未知'],
  ['240e:3a1::1', 'carrier', '未知'],
  ['2409:8900::1', 'carrier', '未知'],
  ['2001:da8:200::1', 'campus', '未知'],
  ['fe80::1', 'office', '未知'],
  ['2607:f8b0::1', 'unknown', '未知'],
  ['no address', 'unknown', '未知'],
])('%s is known by offline data: %s, %s', (address, kind, region) => {
  expect(of(address)).toEqual({ class: kind, region });
});

test('what is known does not change when it is asked again, and a whole /24 is one answer', () => {
  expect(of('47.100.1.1')).toBe(of('47.100.1.254'));
  expect(of('47.100.1.1')).toBe(of('47.100.1.1'));
});

describe('an address file', () => {
  test('stands before the offline data, the longest prefix first, IPv4 and IPv6', () => {
    const addresses = openAddresses(
      written(`cidr,class,region
# a cloud on a carrier's addresses
223.104.0.0/16 , datacentre, 重庆市
223.104.1.128/25,campus,
223.104.1.200,office,重庆市   # one machine

2001:db8::/32,abroad,境外
2001:db8:1::/48,campus,浙江省杭州市
`),
    );
    const at = (address: string) => addresses(addressBytes(address));
    expect(at('223.104.1.1')).toEqual({ class: 'datacentre', region: '重庆市' });
    expect(at('223.104.1.129')).toEqual({ class: 'campus', region: '广东省广州市' });
    expect(at('223.104.1.200')).toEqual({ class: 'office', region: '重庆市' });
    expect(at('223.104.1.201').class).toBe('campus');
    expect(at('223.105.0.0').class).toBe('carrier');
    expect(at('2001:db8:1:ffff::1')).toEqual({ class: 'campus', region: '浙江省杭州市' });
    expect(at('2001:db8:2::')).toEqual({ class: 'abroad', region: '境外' });
    expect(at('2001:db9::').class).toBe('unknown');
    expect(at('123.125.114.144')).toEqual(of('123.125.114.144'));
  });

  test('with bad lines is refused as a whole, and the lines are named', () => {
    const path = written(
      '198.51.100.0/24,carrier,\n198.51.100.0/33,carrier,\n198.51.100.0/24,cloud,\nnonsense\n::/129,abroad,\n1.2.3.4/8,abroad,境外,more\n',
    );
    expect(() => openAddresses(path)).toThrow(
      /line 2 "198\.51\.100\.0\/33.*line 3 .*cloud.*line 4 "nonsense".*line 5 .*line 6 /,
    );
    expect(() => openAddresses(join(folder, 'missing.csv'))).toThrow(/ENOENT/);
  });
});

test('a table of networks answers as a search through all of them would', () => {
  const short = fc.tuple(
    fc.constantFrom(0x10, 0x11, 0x12),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 4, max: 32 }),
  );
  fc.assert(
    fc.property(
      fc.array(short, { maxLength: 12 }),
      fc.array(fc.tuple(fc.constantFrom(0x0f, 0x10, 0x11, 0x12, 0x13), fc.nat(255)), { maxLength: 12 }),
      (nets, asked) => {
        const entries = nets.flatMap(([a, d, bits], i): [Network, number][] => {
          const network = parseNetwork(`${a}.0.0.${d}/${bits}`);
          return network ? [[network, i]] : [];
        });
        const table = createNetworkTable(entries);
        for (const [a, d] of asked) {
          const bytes = addressBytes(`${a}.0.0.${d}`);
          expect(table(bytes)).toBe(searchAll(entries, bytes));
        }
      },
    ),
    { numRuns: 500 },
  );
});

function searchAll(entries: [Network, number][], bytes: Uint8Array): number | undefined {
  let best: { bits: number; value: number } | undefined;
  const bit = (of: Uint8Array, i: number) => ((of[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
  for (const [{ bytes: first, bits }, value] of entries) {
    const inside = Array.from({ length: bits }, (_, i) => i).every((i) => bit(first, i) === bit(bytes, i));
    if (inside && (!best || bits >= best.bits)) best = { bits, value };
  }
  return best?.value;
}

test('the last address of all can be named too', () => {
  const last = parseNetwork('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128');
  if (!last) throw new Error('not parsed');
  const table = createNetworkTable([[last, 'last']]);
  expect(table(new Uint8Array(16).fill(255))).toBe('last');
  expect(table(new Uint8Array(16).fill(254))).toBeUndefined();
});

describe('for a contest', () => {
  const places = createPlaces(plain);
  const at = (address: string, contest: Parameters<typeof places>[0]) =>
    places(contest, addressBytes(address));
  const networks = [{ cidr: '47.100.1.0/24', kind: 'office', name: '区应急管理局' } as const];

  test('a declared network is what the organizer says and never outside', () => {
    expect(at('47.100.1.9', { networks, area: ['重庆市'] })).toEqual({
      class: 'office',
      region: '上海市',
      outside: false,
    });
    expect(at('47.100.2.9', { networks, area: ['重庆市'] })).toEqual({
      class: 'datacentre',
      region: '上海市',
      outside: true,
    });
  });

  test.each([
    ['223.104.1.1', ['广东省'], false],
    ['223.104.1.1', ['广东'], false],
    ['223.104.1.1', ['广东省广州市'], false],
    // Known to the city only: the district may be right.
    ['223.104.1.1', ['广东省广州市越秀区'], false],
    ['223.104.1.1', ['广东省深圳市', '重庆市'], true],
    ['223.104.1.1', [], false],
    ['223.104.1.1', undefined, false],
    ['45.32.1.1', ['广东省'], true],
    ['203.0.113.5', ['广东省'], false],
    ['240e:3a1::1', ['广东省'], false],
  ])('%s against %o: outside %s', (address, area, outside) => {
    expect(at(address, { area: area ?? [], networks: [] }).outside).toBe(outside);
  });

  test('an autonomous region may be written in full', () => {
    const guangxi = openAddresses(written('198.51.100.0/24,carrier,广西南宁市\n'));
    const place = createPlaces(guangxi)(
      { area: ['广西壮族自治区'], networks: [] },
      addressBytes('198.51.100.7'),
    );
    expect(place.outside).toBe(false);
  });
});
