import type { Chance } from './chance.ts';

// Addresses of real networks as the offline address data knows them, so that the server classes them by itself. Only their class is
// used; the rest of each address is drawn.

/** Mobile carriers in the contest's region, each address with hundreds of phones behind it. */
export const carrierNets = ['117.136.30', '223.104.25', '183.230.1'] as const;
/** Mobile carriers elsewhere. */
export const farCarrierNets = [
  '117.136.0',
  '117.136.40',
  '117.136.60',
  '117.136.79',
  '223.104.24',
  '39.144.48',
] as const;
const homeNets = [
  '106.92',
  '106.80',
  '14.104',
  '14.108',
  '222.177',
  '125.84',
  '113.250',
  '183.64',
  '27.8',
  '113.204',
  '218.70',
] as const;
const farHomeNets = ['114.245', '58.32', '116.25', '60.12', '182.138', '42.236'] as const;
const centreNets = ['47.96', '47.108', '39.96', '120.24'] as const;
const travelNets = ['126.75.1', '175.223.1', '82.132.1', '174.192.1', '118.200.1', '8.8.8'] as const;
const abroadNets = ['8.8.8', '52.74.1', '45.32.1', '13.112.1', '103.86.1'] as const;

export const OFFICE = '222.177.10.18';
export const CAMPUS = '202.202.14.7';

/** A household's address in the region. */
export const homeAddress = (chance: Chance): string => within(chance, chance.one(homeNets));
export const farHomeAddress = (chance: Chance): string => within(chance, chance.one(farHomeNets));
export const centreAddress = (chance: Chance): string => within(chance, chance.one(centreNets));
export const abroadAddress = (chance: Chance): string => within(chance, chance.one(abroadNets));
/** Of a citizen on a journey. */
export const travelAddress = (chance: Chance): string => within(chance, chance.one(travelNets));
/** A phone on a mobile network, somewhere in the country. */
export const farCarrierAddress = (chance: Chance): string => within(chance, chance.one(farCarrierNets));
/** One of the few addresses that a carrier serves a county from. */
export const carrierAddress = (chance: Chance): string => `${chance.one(carrierNets)}.${chance.whole(1, 40)}`;

/** A phone on a carrier's IPv6: a /64 of its own. */
export function phoneAddress6(chance: Chance): string {
  const group = (): string => chance.whole(1, 65_535).toString(16);
  return `2409:8962:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}`;
}

function within(chance: Chance, prefix: string): string {
  const missing = 4 - prefix.split('.').length;
  return [prefix, ...Array.from({ length: missing }, () => chance.whole(1, 254))].join('.');
}
