import { BlockList } from 'node:net';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { addressBytes, networkLength, networkOf } from '@zuimei/server/address/bytes.ts';
import { clientAddress } from '@zuimei/server/address/client.ts';
import { freshDatabase } from '../harness/database.ts';
import { createSite } from '../harness/site.ts';

const trusted = new BlockList();
trusted.addAddress('10.0.0.1');
trusted.addSubnet('192.168.7.0', 24);
trusted.addAddress('fd00::1', 'ipv6');

test.each<[string, string, string | undefined, string]>([
  ['a peer without a header is itself', '203.0.113.7', undefined, '203.0.113.7'],
  ['a stranger is not believed about others', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['a proxy is believed about whom it serves', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['only what the last proxy saw counts', '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['a chain of proxies is walked', '10.0.0.1', '1.2.3.4, 198.51.100.1, 192.168.7.9', '198.51.100.1'],
  ['a proxy reached by a mapped address is one', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a mapped address is written plainly', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['a mapped client is written plainly', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
  ['a client may have an IPv6 address', 'fd00::1', '2001:db8::5', '2001:db8::5'],
  ['words are no address', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['behind words nobody is believed', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
  [
    'where all are proxies, the farthest is the client',
    '10.0.0.1',
    '192.168.7.8, 192.168.7.9',
    '192.168.7.8',
  ],
  ['an empty header leaves the peer', '10.0.0.1', ' , ', '10.0.0.1'],
  ['a header of any length is cut', '10.0.0.1', `${'1.1.1.1, '.repeat(9000)}198.51.100.1`, '198.51.100.1'],
  ['no peer at all is nobody', '', undefined, ''],
  ['a client may come with its port', '10.0.0.1', '198.51.100.1:5678', '198.51.100.1'],
  ['an IPv6 client may come with its port', '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
  ['an IPv6 client may stand in brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
  ['a mapped client may come with its port', '10.0.0.1', '[::ffff:198.51.100.1]:5678', '198.51.100.1'],
  ['a mapped address may be in capitals', '10.0.0.1', '::FFFF:198.51.100.1', '198.51.100.1'],
  ['a mapped address may be in hex', '10.0.0.1', '::ffff:c633:6401', '198.51.100.1'],
  ['a zone is no part of an address', '10.0.0.1', '[fe80::1%eth0]:443', 'fe80::1'],
  ['a proxy with its port is one', '10.0.0.1', '198.51.100.1, 192.168.7.9:8080', '198.51.100.1'],
  ['a peer with a zone is itself', 'fe80::1%eth0', undefined, 'fe80::1'],
  ['a port alone is no address', '10.0.0.1', ':443', '10.0.0.1'],
  ['what stands behind brackets must be a port', '10.0.0.1', '[2001:db8::1]evil', '10.0.0.1'],
  ['a number behind an IPv4 address must be a port', '10.0.0.1', '198.51.100.1:x', '10.0.0.1'],
])('%s', (_, peer, header, client) => {
  expect(clientAddress(peer, header, trusted)).toBe(client);
});

test.each([
  ['203.0.113.7', '00000000000000000000ffffcb007107', 15],
  ['2001:db8::5', '20010db8000000000000000000000005', 8],
  ['::', '00000000000000000000000000000000', 8],
  ['::1', '00000000000000000000000000000001', 8],
  ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006', 8],
  ['fe80::1%eth0', 'fe800000000000000000000000000001', 8],
  ['no address', '00000000000000000000000000000000', 8],
  ['::ffff:1.2.3.4', '00000000000000000000ffff01020304', 15],
  ['::FFFF:1.2.3.4', '00000000000000000000ffff01020304', 15],
  ['::ffff:102:304', '00000000000000000000ffff01020304', 15],
  ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304', 8],
  ['1:2:3:4:5:6:7.8.9.10', '00010002000300040005000607080910'.replace('07080910', '0708090a'), 8],
])('%s is kept as %s', (address, hex, network) => {
  const bytes = addressBytes(address, new Uint8Array(16).fill(9));
  expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  expect(networkLength(bytes)).toBe(network);
});

test.each([
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '::ffff:203.0.113.7', true],
  ['203.0.113.7', '203.0.113.8', false],
  ['2001:db8:1:2::5', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::5', '2001:db8:1:3::5', false],
])('%s and %s are one network: %s', (one, other, same) => {
  expect(networkOf(one) === networkOf(other)).toBe(same);
});

test('a ballot bears the address of its sender: what a stranger writes into the header is passed over', async () => {
  const fresh = await freshDatabase('server');
  const { db } = fresh.database;
  const [behind, open] = [await createSite(db, { trusted: '127.0.0.1' }), await createSite(db)];
  const { slug, id } = await open.contest();
  for (const site of [behind, open]) {
    const voter = site.visitor(slug);
    const headers = { cookie: voter.cookie, 'x-forwarded-for': '1.2.3.4, 198.51.100.1' };
    expect((await site.post(slug, voter.request([1]), headers)).status).toBe(201);
  }
  const { rows } = await sql<{ ip: string }>`
    select encode(ip, 'hex') as ip from ledger_entry where contest = ${id} and kind = 'ballot' order by index`.execute(
    db,
  );
  const hex = (address: string) => Buffer.from(addressBytes(address)).toString('hex');
  expect(rows.map((row) => row.ip)).toEqual([hex('198.51.100.1'), hex('127.0.0.1')]);
  await open.verify(slug);
  await behind.close();
  await open.close();
  await fresh.drop();
});
