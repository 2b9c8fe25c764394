import { createRequire } from 'node:module';
import type ip2region from 'ip2region';
import type { AddressClass } from '@zuimei/shared/policy.ts';

/** What is known of an address. region: province and city as the address data writes them ('浙江省杭州市', '北京市'), ABROAD or UNKNOWN. */
export interface Address {
  class: AddressClass;
  region: string;
}

export const UNKNOWN = '未知';
export const ABROAD = '境外';

const answers = new Map<string, Address>();

/** Equal answers are one object: as many as there are cities and classes. */
export function answerOf(kind: AddressClass, region: string): Address {
  const id = `${kind} ${region}`;
  let answer = answers.get(id);
  if (!answer) answers.set(id, (answer = { class: kind, region }));
  return answer;
}

export const NOWHERE = answerOf('unknown', UNKNOWN);

interface Found {
  country: string;
  province: string;
  city: string;
  isp: string;
}

/** Of what sort its owner is, as the data names owners. The first that matches; whoever is not here is unknown. */
const owners: readonly [AddressClass, RegExp][] = [
  [
    'datacentre',
    /阿里|腾讯|华为|百度|微软|亚马逊|谷歌|雅虎|世纪互联|互联优势|皓宽网络|网宿|层峰网络|天驰网络|阿卡迈|SoftLayer|Equinix|Fastly|StackPath/,
  ],
  ['campus', /教育网|科技网|大学|学院|教委/],
  [
    'carrier',
    /电信|联通|移动|铁通|网通|广电|有线|鹏博士|歌华|天威|方正宽带|珠江宽频|华数|吉视传媒|电讯|宽频|新世界|固网|台湾之星|台湾大哥大|SmarTone|So-Net|Mtel/,
  ],
];

/**
 * What ip2region's file (9 MB, loaded once a process in some 16 ms) says of an IPv4 network, its first three bytes. The file is some
 * years old and knows owners only roughly: clouds that lease a carrier's addresses pass as the carrier, and nothing abroad but the
 * largest clouds is told apart. It serves as a signal and a picture; better data goes before it (file.ts).
 * 香港, 澳门 and 台湾 are regions of their own and their carriers are carriers: only other countries are abroad.
 */
export function readOffline(a: number, b: number, c: number): Address {
  const found = load().search(`${a}.${b}.${c}.1`) as Found | null;
  if (!found || found.country === '' || found.city === '内网IP') return NOWHERE;
  const owner = owners.find(([, names]) => names.test(found.isp))?.[0] ?? 'unknown';
  // Blocks that the data gives to a whole part of the world may be anywhere in it, this country too.
  if (found.country === '亚太地区') return answerOf(owner, UNKNOWN);
  if (found.country !== '中国') return answerOf(owner === 'datacentre' ? 'datacentre' : 'abroad', ABROAD);
  const { province, city } = found;
  return answerOf(owner, city.startsWith(province) ? city || UNKNOWN : province + city);
}

let searcher: { search(address: string): unknown } | null = null;

function load(): { search(address: string): unknown } {
  if (!searcher) {
    // A CommonJS package whose class stands under `default`: loaders differ in what an import makes of that.
    const { default: Searcher } = createRequire(import.meta.url)('ip2region') as typeof ip2region;
    searcher = new Searcher({ disableIpv6: true });
  }
  return searcher;
}
