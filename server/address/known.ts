import { parseNetwork } from '@zuimei/shared/network.ts';
import { createNetworkTable, type NetworkTable } from './network.ts';
import { type Address, answerOf, UNKNOWN } from './offline.ts';

/**
 * What everybody may know without data: addresses that only exist inside a house or a carrier, and whose the large IPv6 blocks of the
 * country are (APNIC's allocations), which ip2region does not hold. Most phones come by IPv6 wherever the site has it.
 */
const blocks: readonly (readonly [Address['class'], string])[] = [
  // RFC 1918, loopback, link-local, RFC 4193: the bureau's own network, or a proxy that is not among TRUSTED_PROXIES.
  ['office', '10.0.0.0/8'],
  ['office', '172.16.0.0/12'],
  ['office', '192.168.0.0/16'],
  ['office', '127.0.0.0/8'],
  ['office', '169.254.0.0/16'],
  ['office', '::1/128'],
  ['office', 'fc00::/7'],
  ['office', 'fe80::/10'],
  // RFC 6598: a carrier's NAT.
  ['carrier', '100.64.0.0/10'],
  // 电信, 联通, 移动.
  ['carrier', '240e::/20'],
  ['carrier', '2408:8000::/20'],
  ['carrier', '2409:8000::/20'],
  // CERNET and CERNET2.
  ['campus', '2001:250::/32'],
  ['campus', '2001:da8::/32'],
  // 阿里云 (twice), 腾讯云, 百度云, 华为云.
  ['datacentre', '2400:3200::/32'],
  ['datacentre', '2408:4000::/22'],
  ['datacentre', '2402:4e00::/32'],
  ['datacentre', '2400:da00::/32'],
  ['datacentre', '2407:c080::/32'],
];

export const knownBlocks: NetworkTable<Address> = createNetworkTable(
  blocks.flatMap(([kind, text]) => {
    const network = parseNetwork(text);
    return network ? [[network, answerOf(kind, UNKNOWN)] as const] : [];
  }),
);
