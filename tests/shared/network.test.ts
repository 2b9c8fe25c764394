import { expect, test } from 'vitest';
import { addressBytes } from '@zuimei/server/address/bytes.ts';
import { inNetwork, parseNetwork } from '@zuimei/shared/network.ts';

const holds = (network: string, address: string): boolean | null => {
  const parsed = parseNetwork(network);
  return parsed && inNetwork(parsed, addressBytes(address));
};

test('a network holds its own addresses and no other, whatever its prefix', () => {
  expect(holds('203.0.113.0/24', '203.0.113.255')).toBe(true);
  expect(holds('203.0.113.0/24', '203.0.114.0')).toBe(false);
  expect(holds('203.0.113.77/25', '203.0.113.1')).toBe(true);
  expect(holds('203.0.113.77/25', '203.0.113.128')).toBe(false);
  expect(holds('10.0.0.0/9', '10.127.0.1')).toBe(true);
  expect(holds('10.0.0.0/9', '10.128.0.1')).toBe(false);
  expect(holds('198.51.100.7', '198.51.100.7')).toBe(true);
  expect(holds('198.51.100.7', '198.51.100.6')).toBe(false);
  expect(holds('0.0.0.0/0', '255.255.255.255')).toBe(true);
  expect(holds('0.0.0.0/0', '2001:db8::1')).toBe(false);
  expect(holds('2001:db8:7::/48', '2001:db8:7:ffff::1')).toBe(true);
  expect(holds('2001:db8:7::/48', '2001:db8:8::1')).toBe(false);
  expect(holds('::1', '::1')).toBe(true);
});

test('what is no network is none', () => {
  for (const text of [
    '',
    '203.0.113.0/33',
    '203.0.113/24',
    '203.0.113.256',
    '203.0.113.0/24/8',
    '203.0.113.0/-1',
    '2001:db8::/129',
    '2001:db8:1:2:3:4:5:6:7',
    '2001::db8::1',
    '1:2:3:4:5:6:7::8:9',
    'ff',
    'g::1',
  ])
    expect(parseNetwork(text), text).toBeNull();
});
