import { createRequire } from 'node:module';
import type ip2region from 'ip2region';

/** The name of the region that an IPv4 network (its first three bytes) is in: province and city, 境外, or 未知. */
export type Regions = (network: Uint8Array) => string;

export const UNKNOWN = '未知';
const ABROAD = '境外';
const MOST_KEPT = 65_536;

/**
 * Loads the offline address data (9 MB), so call it when somebody asks for regions. It knows no address better than its city and is
 * some years old: a picture for organizers, never a reason to hold a ballot. IPv6 is not in it reliably and is left out.
 */
export function openRegions(): Regions {
  // A CommonJS package whose class stands under `default`: loaders differ in what an import makes of that.
  const { default: Searcher } = createRequire(import.meta.url)('ip2region') as typeof ip2region;
  const searcher = new Searcher({ disableIpv6: true });
  const kept = new Map<number, string>();
  return (network) => {
    const [a = 0, b = 0, c = 0] = network;
    const key = (a << 16) | (b << 8) | c;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const name = nameOf(searcher.search(`${a}.${b}.${c}.1`));
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, name);
    return name;
  };
}

function nameOf(found: { country: string; province: string; city: string } | null): string {
  if (!found || found.country === '' || found.city === '内网IP') return UNKNOWN;
  if (found.country !== '中国') return ABROAD;
  const { province, city } = found;
  if (province === '') return UNKNOWN;
  return city.startsWith(province) ? city : province + city;
}
