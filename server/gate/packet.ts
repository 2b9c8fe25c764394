import { randomInt } from 'node:crypto';
import { type Counts, checkVisits, KEY_BYTES, MOST_ROWS, type Visits, WHO_BYTES } from './visits.ts';

/** What gate.lua takes: `keys` are its KEYS without the contest's prefix, `args` its ARGV. The rest is needed to read its reply. */
export interface Packet {
  keys: string[];
  args: (Buffer | string | number)[];
  who: Column;
  places: Column[];
  sums: number;
}

/** The keys of the rows, in the order of their shard. */
interface Column {
  bytes: Buffer;
  count: number;
  /** Of a shard: how many keys. */
  sizes: Uint16Array;
  /** Of a row: which key in `bytes` is its own. */
  at: Uint16Array;
  /** Of a key in `bytes`: how many rows have it. */
  rows: Uint16Array;
  /** Of a row: the first row with the same key. */
  first: Uint16Array;
}

/** Hashes are split in so many keys that none is too long to be freed in one go (see gate.lua). A power of two, the same on all servers. */
const SHARDS = 4;
const ENTRY_BYTES = 3 + KEY_BYTES;
const HEADER_BYTES = 6;
/** A key outlives its window by this, so that servers whose clocks differ still meet; and one kind of key the other. */
const SLACK_MS = 60_000;
const STAGGER_MS = 10_000;

/** Packs one batch so that Lua has the least to do: equal keys are joined, and records of new visitors are ready to be stored. */
export function packVisits(visits: Visits, now: number): Packet {
  const longest = checkVisits(visits);
  const who = arrange(visits.who, WHO_BYTES, false);
  const places = visits.places.map((place) => arrange(place.keys, KEY_BYTES, true));
  const packet: Packet = { keys: [], args: [], who, places, sums: visits.sums.length };
  const slots = places.reduce((sum, place) => sum + place.count, 0);
  packet.args.push(
    pack([SHARDS, places.length, visits.who.length, slots], who.sizes, ...places.map((place) => place.sizes)),
    who.bytes,
    packRecords(visits, now, longest, who),
    packRepeats(who),
    Buffer.concat(places.map((place) => place.bytes)),
    pack(...places.map((place) => place.rows)),
    packSlots(who, places),
  );
  // Records end last: if places outlived them, everybody would be counted there a second time. They hold numbers of windows, so
  // under other windows (a changed policy) there are other records.
  const last = visits.places.length;
  const windows = [visits.hitsWindowMs, ...visits.places.map((place) => place.windowMs)].join('-');
  packet.args.push(addKeys(packet, `who-${windows}`, longest, now, SHARDS) + last * STAGGER_MS);
  visits.places.forEach((place, i) => {
    packet.args.push(addKeys(packet, place.name, place.windowMs, now, SHARDS) + i * STAGGER_MS);
  });
  addSums(packet, visits, now);
  return packet;
}

/** Adds the keys of one kind for the window that holds `now`; gives how long they live (ms; by our clock, whatever Redis’s says). */
function addKeys(packet: Packet, name: string, windowMs: number, now: number, shards: number): number {
  const bucket = Math.floor(now / windowMs);
  for (let shard = 0; shard < shards; shard++) packet.keys.push(`${name}:${windowMs}:${bucket}:${shard}`);
  return (bucket + 1) * windowMs - now + SLACK_MS;
}

function addSums(packet: Packet, visits: Visits, now: number): void {
  const keys = new Map<number, { index: number; lifeMs: number }>();
  for (const { name, windowMs, by } of visits.sums) {
    const key = keys.get(windowMs) ?? {
      lifeMs: addKeys(packet, 'sums', windowMs, now, 1),
      index: packet.keys.length,
    };
    keys.set(windowMs, key);
    packet.args.push(key.index, name, by, key.lifeMs);
  }
}

// Working space of arrange, which never waits: one for all.
const CELLS = 4096;
const cells = new Uint16Array(CELLS);
const idOf = new Uint16Array(MOST_ROWS);
const rowOf = new Uint16Array(MOST_ROWS);
const shardOf = new Uint8Array(MOST_ROWS);
const timesOf = new Uint16Array(MOST_ROWS);
// Secret, so that nobody can choose addresses that all fall into one cell.
const seed = randomInt(2 ** 32);

/** Sorts the rows' keys by shard; with `join`, equal keys become one. No object is made for a row: this runs for every ballot. */
function arrange(keys: readonly Uint8Array[], width: number, join: boolean): Column {
  const first = new Uint16Array(keys.length);
  const sizes = new Uint16Array(SHARDS);
  let count = 0;
  cells.fill(0);
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] ?? NONE;
    let cell = mix(key, width, seed) & (CELLS - 1);
    while (cells[cell] !== 0 && !same(keys[rowOf[(cells[cell] ?? 0) - 1] ?? 0] ?? NONE, key, width))
      cell = (cell + 1) & (CELLS - 1);
    let id = (cells[cell] ?? 0) - 1;
    first[row] = id < 0 ? row : (rowOf[id] ?? 0);
    if (id < 0 || !join) {
      if (id < 0) cells[cell] = count + 1;
      id = count++;
      const shard = mix(key, width, 0) & (SHARDS - 1);
      rowOf[id] = row;
      shardOf[id] = shard;
      timesOf[id] = 0;
      sizes[shard] = (sizes[shard] ?? 0) + 1;
    }
    idOf[row] = id;
    timesOf[id] = (timesOf[id] ?? 0) + 1;
  }
  return { ...sort(keys, width, count, sizes), first };
}

function sort(
  keys: readonly Uint8Array[],
  width: number,
  count: number,
  sizes: Uint16Array,
): Omit<Column, 'first'> {
  const next = new Uint16Array(SHARDS + 1);
  for (let shard = 0; shard < SHARDS; shard++) next[shard + 1] = (next[shard] ?? 0) + (sizes[shard] ?? 0);
  const bytes = Buffer.allocUnsafe(count * width);
  const rows = new Uint16Array(count);
  const places = new Uint16Array(count);
  for (let id = 0; id < count; id++) {
    const shard = shardOf[id] ?? 0;
    const place = next[shard] ?? 0;
    next[shard] = place + 1;
    const key = keys[rowOf[id] ?? 0] ?? NONE;
    for (let i = 0; i < width; i++) bytes[place * width + i] = key[i] ?? 0;
    rows[place] = timesOf[id] ?? 0;
    places[id] = place;
  }
  const at = new Uint16Array(keys.length);
  for (let row = 0; row < at.length; row++) at[row] = places[idOf[row] ?? 0] ?? 0;
  return { bytes, count, sizes, rows, at };
}

const NONE = new Uint8Array(0);

function mix(key: Uint8Array, width: number, start: number): number {
  let hash = start;
  for (let i = 0; i < width; i++) hash = Math.imul(hash ^ (key[i] ?? 0), 0x01000193) + 1;
  hash ^= hash >>> 15;
  return hash ^ (hash >>> 7);
}

function same(a: Uint8Array, b: Uint8Array, width: number): boolean {
  for (let i = 0; i < width; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whole numbers below 65 536, two bytes each, high byte first. */
function pack(...lists: readonly ArrayLike<number>[]): Buffer {
  const out = Buffer.allocUnsafe(2 * lists.reduce((sum, list) => sum + list.length, 0));
  let to = 0;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      out[to++] = (list[i] ?? 0) >>> 8;
      out[to++] = list[i] ?? 0;
    }
  return out;
}

/** Rows of visitors who came more than once in this batch, with their first row; Lua counts rows from 1. */
function packRepeats(who: Column): Buffer {
  const pairs: number[] = [];
  for (let row = 0; row < who.first.length; row++) {
    const first = who.first[row] ?? row;
    if (first !== row) pairs.push((who.at[row] ?? 0) + 1, (who.at[first] ?? 0) + 1);
  }
  return pack(pairs);
}

/** Of each row, in the order of `who`, the record of a first visit. */
function packRecords(visits: Visits, now: number, longest: number, who: Column): Buffer {
  const { places } = visits;
  const length = HEADER_BYTES + places.length * ENTRY_BYTES;
  const template = Buffer.alloc(length);
  template.writeUInt32BE(Math.floor(now / visits.hitsWindowMs) % 2 ** 32);
  template.writeUInt16BE(1, 4);
  places.forEach(({ windowMs }, column) => {
    const at = HEADER_BYTES + column * ENTRY_BYTES;
    template[at] = column;
    template.writeUInt16BE(Math.floor((now % longest) / windowMs) % 65_536, at + 1);
  });
  const out = Buffer.allocUnsafe(who.at.length * length);
  for (let row = 0; row < who.at.length; row++) {
    const to = (who.at[row] ?? 0) * length;
    for (let i = 0; i < length; i++) out[to + i] = template[i] ?? 0;
    for (let column = 0; column < places.length; column++) {
      const key = places[column]?.keys[row] ?? NONE;
      const at = to + HEADER_BYTES + column * ENTRY_BYTES + 3;
      for (let i = 0; i < KEY_BYTES; i++) out[at + i] = key[i] ?? 0;
    }
  }
  return out;
}

function packSlots(who: Column, places: Column[]): Buffer {
  const rows = who.at.length;
  const out = new Uint16Array(rows * places.length);
  let offset = 1;
  places.forEach((place, column) => {
    for (let row = 0; row < rows; row++)
      out[(who.at[row] ?? 0) * places.length + column] = offset + (place.at[row] ?? 0);
    offset += place.count;
  });
  return pack(out);
}

/** Reads gate.lua's reply. Throws an Error if it is not what the script gives. */
export function unpackCounts({ who, places, sums }: Packet, reply: Buffer): Counts {
  const read = reader(reply);
  const rows = who.at.length;
  const hitsAt = new Uint32Array(rows).fill(1);
  // A visitor's rows in one batch all report under the first; the last report is the highest.
  for (let known = read(); known > 0; known--) {
    const row = read() - 1;
    hitsAt[row] = read();
  }
  const hits = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) hits[row] = hitsAt[who.at[who.first[row] ?? 0] ?? 0] ?? 1;
  const distinct = places.map((place) => {
    const counts = new Uint32Array(place.count);
    for (let i = 0; i < counts.length; i++) counts[i] = read();
    const of = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) of[row] = counts[place.at[row] ?? 0] ?? 0;
    return of;
  });
  return { hits, distinct, sums: Array.from({ length: sums }, read) };
}

/** The whole numbers of a MessagePack array, one after the other. */
function reader(bytes: Buffer): () => number {
  let at = bytes[0] === 0xdc ? 3 : bytes[0] === 0xdd ? 5 : 1;
  return () => {
    const head = bytes[at++] ?? 0xff;
    if (head < 0x80) return head;
    const width = head === 0xcc ? 1 : head === 0xcd ? 2 : head === 0xce ? 4 : head === 0xcf ? 8 : 0;
    if (width === 0 || at + width > bytes.length)
      throw new Error(`unreadable reply of gate.lua at byte ${at}`);
    at += width;
    return width === 8 ? Number(bytes.readBigUInt64BE(at - 8)) : bytes.readUIntBE(at - width, width);
  };
}
