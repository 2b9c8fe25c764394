import { readFileSync } from 'node:fs';
import { type Network, parseNetwork } from '@zuimei/shared/network.ts';
import { type AddressClass, addressClasses } from '@zuimei/shared/policy.ts';
import { createNetworkTable, type NetworkTable } from './network.ts';
import { type Address, answerOf } from './offline.ts';

const MOST_NAMED = 5;
const LONGEST_REGION = 40;

/**
 * An address file, ADDRESS_FILE: lines `cidr,class,region`, IPv4 and IPv6, classes as in shared/policy.ts, the region as ip2region
 * writes it or empty (then ip2region says it); empty lines, and what follows a #, are passed over, and so is a heading. The longest
 * prefix wins, of equal ones the later line. Throws an Error that names the first bad lines: half a file would be worse than none.
 */
export function openAddressFile(path: string): NetworkTable<Address> {
  return parseAddressFile(readFileSync(path, 'utf8'), path);
}

export function parseAddressFile(text: string, name: string): NetworkTable<Address> {
  const entries: [Network, Address][] = [];
  const bad: string[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((line, i) => {
      const bare = line.replace(/#.*/, '').trim();
      if (bare === '' || (entries.length === 0 && bare === 'cidr,class,region')) return;
      const entry = parseLine(bare);
      if (entry) entries.push(entry);
      else bad.push(`line ${i + 1} "${bare.slice(0, 60)}"`);
    });
  if (bad.length > 0)
    throw new Error(
      `${name}: not "cidr,class,region": ${bad.slice(0, MOST_NAMED).join('; ')}${bad.length > MOST_NAMED ? `; and ${bad.length - MOST_NAMED} more` : ''}`,
    );
  return createNetworkTable(entries);
}

function parseLine(line: string): [Network, Address] | null {
  const [cidr = '', kind = '', region = '', ...rest] = line.split(',').map((part) => part.trim());
  const network = parseNetwork(cidr);
  if (!network || !isClass(kind) || region.length > LONGEST_REGION || rest.length > 0) return null;
  return [network, answerOf(kind, region)];
}

function isClass(text: string): text is AddressClass {
  return (addressClasses as readonly string[]).includes(text);
}
