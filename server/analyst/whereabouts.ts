import type { KnownNetwork } from '@zuimei/shared/contest.ts';
import type { Addresses } from '../address/address.ts';
import { NOWHERE } from '../address/offline.ts';
import { createPlaces } from '../address/place.ts';
import type { Whereabouts } from './columns.ts';

/**
 * Region and class of an address (16 bytes) as the gate sees them: by the networks that a contest declares, the address file and the
 * offline data. A faded address is nowhere.
 */
export function createWhereabouts(addresses: Addresses, networks: readonly KnownNetwork[]): Whereabouts {
  const places = createPlaces(addresses);
  const contest = { networks: [...networks], area: [] };
  return (address) => (address.length === 16 ? places(contest, address) : NOWHERE);
}
