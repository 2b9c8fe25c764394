import type { KnownNetwork } from '@zuimei/shared/contest.ts';
import { inNetwork, parseNetwork } from '@zuimei/shared/network.ts';
import { openRegions, UNKNOWN } from '../audit/region.ts';
import { networkLength } from '../vote/address.ts';
import type { Whereabouts } from './columns.ts';

const ABROAD = '境外';

/** Region by the offline address data; class by the networks a contest declares. A faded address is nowhere. */
export function openWhereabouts(networks: readonly KnownNetwork[]): Whereabouts {
  const regions = openRegions();
  const known = networks.flatMap(({ cidr, kind }) => {
    const network = parseNetwork(cidr);
    return network ? [{ network, kind }] : [];
  });
  return (address) => {
    if (address.length !== 16) return { region: UNKNOWN, class: 'unknown' };
    const v4 = networkLength(address) === 15;
    const region = v4 ? regions(address.subarray(12, 15)) : UNKNOWN;
    const kind = known.find(({ network }) => inNetwork(network, address))?.kind;
    return { region, class: kind ?? (region === ABROAD ? 'abroad' : 'unknown') };
  };
}
