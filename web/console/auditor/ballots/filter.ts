import type { BallotFilter, Verdict } from '@zuimei/shared/audit.ts';
import { dayTime } from '@zuimei/shared/moment.ts';
import { type AddressClass, addressClasses, type Signal, signalBits } from '@zuimei/shared/policy.ts';
import { classWords, signalWords } from '@zuimei/shared/signalwords.ts';
import { verdictWords } from '../words.ts';

/** What the log is narrowed to stands in the page's address, so that a narrowed log is a link. */
export const filterKeys = [
  'from',
  'to',
  'candidate',
  'verdict',
  'signal',
  'unscreened',
  'region',
  'class',
  'net',
  'device',
  'voter',
  'cluster',
] as const satisfies readonly (keyof BallotFilter)[];
export type FilterKey = (typeof filterKeys)[number];

type Query = Record<string, unknown>;

/** The filter an address asks for. What it cannot mean is passed over, as if it were not there. */
export function parseFilter(query: Query): BallotFilter {
  const text = (key: FilterKey): string => (typeof query[key] === 'string' ? query[key].trim() : '');
  const candidate = Number(text('candidate'));
  const [from, to] = [momentOf(text('from')), momentOf(text('to'))];
  const [verdict, signal, address] = [text('verdict'), text('signal'), text('class')];
  return {
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(Number.isInteger(candidate) && candidate > 0 ? { candidate } : {}),
    ...(Object.hasOwn(verdictWords, verdict) ? { verdict: verdict as Verdict } : {}),
    ...(Object.hasOwn(signalBits, signal) ? { signal: signal as Signal } : {}),
    ...(text('unscreened') === 'only' ? { unscreened: 'only' as const } : {}),
    ...(text('region') ? { region: text('region') } : {}),
    ...((addressClasses as readonly string[]).includes(address) ? { class: address as AddressClass } : {}),
    ...(text('net') ? { net: text('net') } : {}),
    ...(text('device') ? { device: text('device') } : {}),
    ...(text('voter') ? { voter: text('voter') } : {}),
    ...(text('cluster') ? { cluster: text('cluster') } : {}),
  };
}

function momentOf(text: string): string {
  const ms = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString();
}

/** The other way: what stands in an address, and what the server is asked. */
export function queryOf(filter: BallotFilter): Record<string, string> {
  return Object.fromEntries(
    filterKeys.flatMap((key) => (filter[key] === undefined ? [] : [[key, String(filter[key])]])),
  );
}

/** '' or '?verdict=held&…'. */
export function searchOf(filter: BallotFilter): string {
  const search = new URLSearchParams(queryOf(filter)).toString();
  return search && `?${search}`;
}

/** One word or two for each part that is set; `nameOf` gives '05 号 陈诺'. */
export function chipsOf(
  filter: BallotFilter,
  nameOf: (number: number) => string,
): { key: FilterKey; words: string }[] {
  const words: Record<FilterKey, () => string> = {
    from: () => `${dayTime(filter.from ?? '')} 起`,
    to: () => `${dayTime(filter.to ?? '')} 前`,
    candidate: () => nameOf(filter.candidate ?? 0),
    verdict: () => (filter.verdict ? verdictWords[filter.verdict] : ''),
    signal: () => (filter.signal ? signalWords[filter.signal] : ''),
    unscreened: () => '未经共享计数',
    region: () => filter.region ?? '',
    class: () => (filter.class ? classWords[filter.class] : ''),
    net: () => `网段 ${filter.net}`,
    device: () => `设备 ${filter.device?.slice(0, 8)}`,
    voter: () => `投票人 ${filter.voter?.slice(0, 8)}`,
    cluster: () => '一组疑似聚集',
  };
  return filterKeys.filter((key) => filter[key] !== undefined).map((key) => ({ key, words: words[key]() }));
}
