/** A sequence of chances that is the same for the same seed (mulberry32). */
export function createChance(seed: number) {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    /** True so often. */
    of: (share: number): boolean => next() < share,
    one: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  };
}
export type Chance = ReturnType<typeof createChance>;

/** Text that no database can hold. */
export const unholdable = ['\0', '甲\0乙', '汉\ud83d', '\udfff汉ab', '\ud800\ud800'];

/** Text that somebody could have typed, and should not have. */
const odd = [
  '',
  ' ',
  '\u0001\u001f\u007f\u0085',
  '\ufeff\uffff\ufffd',
  '\u202e反\u2066过来\u200b',
  '🙂'.repeat(300),
  "'; drop table contest; --",
  '%00%ff%',
  '\\\\u0000',
  '{{7*7}}<script>',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '汉'.repeat(5_000),
  'a'.repeat(60_000),
  // Numbers
  '-1',
  '-0',
  '0',
  '1.5',
  '1e999',
  'NaN',
  'Infinity',
  '0x10',
  '٣',
  '32768',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '9223372036854775808',
  '9'.repeat(40),
  // Days and moments
  '2026-02-31',
  '0000-00-00',
  '0000-01-01',
  '99999-12-31',
  '9999-99-99T99:99:99.999Z',
  '0000-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-31T00:00:00.000Z',
  '2026-06-01T00:00:00.000+99:99',
  '+275760-09-13T00:00:00.001Z',
  // Names of rows
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '{00000000-0000-0000-0000-000000000000}',
  '00000000000000000000000000000000',
  'urn:uuid:00000000-0000-4000-8000-000000000000',
];

/** JSON as it goes over the line: what JSON.stringify would not write is here too. */
const odder = [
  'null',
  'true',
  '-1',
  '-0',
  '1.5',
  '1e308',
  '1e999',
  '2147483648',
  '-2147483649',
  '9007199254740993',
  '99999999999999999999999999',
  '[]',
  '{}',
  '[[]]',
  '{"":""}',
  '{"__proto__":{"roles":["administrator"]}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"\\u0000":1}',
  '{"\\ud800":"x"}',
  `[${'0,'.repeat(9_999)}0]`,
  `[${'"x",'.repeat(2_000)}"x"]`,
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  `${'{"a":['.repeat(40)}${']}'.repeat(40)}`,
];

/** What stands in a path or a query and is no text when it is decoded, or hardly one. */
const addresses = [
  '%00',
  'a%00b',
  '%',
  '%zz',
  '%FF',
  '%C0%80',
  '%ED%A0%80',
  '%F5%80%80%80',
  '%2e%2e%2f',
  '%25%30%30',
  '..;',
];

export const oddText = (chance: Chance): string => chance.one(chance.of(0.3) ? unholdable : odd);

/** As JSON. */
export function oddJson(chance: Chance): string {
  if (chance.of(0.01)) return JSON.stringify('x'.repeat(1 << 20));
  return chance.of(0.55) ? JSON.stringify(oddText(chance)) : chance.one(odder);
}

/** As it stands between two slashes or after an equals sign. */
export function oddAddress(chance: Chance): string {
  if (chance.of(0.35)) return chance.one(addresses);
  const text = oddText(chance).toWellFormed().slice(0, 3_000);
  return encodeURIComponent(text.toWellFormed());
}

/** Where a value stands in another. */
export type Place = readonly (string | number)[];

/** All places in it, the whole first. */
export function placesOf(value: unknown, at: Place = []): Place[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [
    at,
    ...inner.flatMap(([key, one]) => placesOf(one, [...at, Array.isArray(value) ? Number(key) : key])),
  ];
}

export function valueAt(value: unknown, place: Place): unknown {
  return place.reduce<unknown>((one, key) => (one as Record<string | number, unknown>)[key], value);
}

/** The value as JSON, with this JSON at that place. */
export function jsonWith(value: unknown, place: Place, json: string): string {
  const [key, ...rest] = place;
  if (key === undefined) return json;
  if (Array.isArray(value))
    return `[${value.map((one, i) => (i === key ? jsonWith(one, rest, json) : JSON.stringify(one))).join(',')}]`;
  const lines = Object.entries(value as object).map(
    ([name, one]) =>
      `${JSON.stringify(name)}:${name === key ? jsonWith(one, rest, json) : JSON.stringify(one)}`,
  );
  return `{${lines.join(',')}}`;
}
