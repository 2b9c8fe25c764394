import type { Contest } from '@zuimei/shared/contest.ts';
import { parseNetwork } from '@zuimei/shared/network.ts';
import type { AddressClass } from '@zuimei/shared/policy.ts';
import type { Addresses } from './address.ts';
import { createNetworkTable, type NetworkTable } from './network.ts';
import { type Address, UNKNOWN } from './offline.ts';

/** Where a ballot of one contest comes from. */
export interface Place {
  class: AddressClass;
  region: string;
  /** Known to lie outside the contest's area. */
  outside: boolean;
}

/** What an address (16 bytes) is for one contest. */
export type Places = (contest: Pick<Contest, 'networks' | 'area'>, address: Uint8Array) => Place;

/**
 * Addresses as a contest sees them: a network that it declares is what the organizer says and is never outside. A region that is
 * unknown is never outside either, nor one that is only known less precisely than the area is written.
 */
export function createPlaces(addresses: Addresses): Places {
  const known = new WeakMap<object, View>();

  function viewOf(contest: Pick<Contest, 'networks' | 'area'>): View {
    let view = known.get(contest);
    if (!view) {
      view = { declared: declaredBy(contest), area: contest.area.map(bare), places: new Map() };
      known.set(contest, view);
    }
    return view;
  }

  return (contest, bytes) => {
    const view = viewOf(contest);
    const address = addresses(bytes);
    const declared = view.declared?.(bytes);
    if (declared) return { class: declared, region: address.region, outside: false };
    let place = view.places.get(address);
    if (!place)
      view.places.set(address, (place = { ...address, outside: isOutside(address.region, view.area) }));
    return place;
  };
}

interface View {
  declared: NetworkTable<AddressClass> | null;
  area: readonly string[];
  /** Of every answer so far: equal answers are one object. */
  places: Map<Address, Place>;
}

function declaredBy({ networks = [] }: Pick<Contest, 'networks'>): NetworkTable<AddressClass> | null {
  const entries = networks.flatMap(({ cidr, kind }) => {
    const network = parseNetwork(cidr);
    return network ? [[network, kind] as const] : [];
  });
  return entries.length > 0 ? createNetworkTable<AddressClass>(entries) : null;
}

function isOutside(region: string, area: readonly string[]): boolean {
  if (area.length === 0 || region === UNKNOWN) return false;
  const name = bare(region);
  return !area.some((one) => name.startsWith(one) || one.startsWith(name));
}

/** Names without what ip2region leaves out and organizers may write: 广西壮族自治区南宁市 and 广西南宁市 are one place. */
function bare(name: string): string {
  return name.trim().replace(/(?:壮族|回族|维吾尔)?自治区|特别行政区/u, '');
}
