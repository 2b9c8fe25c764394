import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Counters, type Counts, KEY_BYTES, WHO_BYTES, type Visits, checkVisits } from './counters.ts';

const SCRIPT = readFileSync(new URL('./gate.lua', import.meta.url), 'utf8');
const SHA = createHash('sha1').update(SCRIPT).digest('hex');
const ENTRY_BYTES = 3 + KEY_BYTES;
const RECORD_BYTES = 6;
export function createRedisCounters(redis: Redis | Cluster, SHARDS = 8, prefix = 'zuimei:'): Counters {
  async function run(keys: string[], args: (string | number | Buffer)[]): Promise<Buffer> {
    try {
      return (await redis.callBuffer('EVALSHA', SHA, keys.length, ...keys, ...args)) as Buffer;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return (await redis.callBuffer('EVAL', SCRIPT, keys.length, ...keys, ...args)) as Buffer;
    }
  }

  return {
    async bump(scope, visits, now) {
      const longest = checkVisits(visits);
      const { keys, args, slotOf, order } = encode(`${prefix}{${scope}}:`, visits, now, longest, SHARDS);
      return decode(await run(keys, args), visits, order, slotOf);
    },
  };
}

/** Rows (or unique keys) in the order of their shard. */
interface Column {
  bytes: Buffer;
  sizes: Uint16Array;
  /** Of a row: its position in `bytes`, counted in keys. */
  at: Uint16Array;
  count: number;
  adds: Uint16Array;
}

function arrange(keys: readonly Uint8Array[], width: number, shards: number, unique: boolean): Column {
  const rows = keys.length;
  const flat = Buffer.allocUnsafe(rows * width);
  for (let i = 0; i < rows; i++) flat.set(keys[i], i * width);
  const ids = new Map<string, number>();
  const idOf = new Uint16Array(rows);
  const rowOf = new Uint16Array(rows);
  const shardOf = new Uint8Array(rows);
  const tally = new Uint16Array(rows);
  const sizes = new Uint16Array(shards);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    const start = i * width;
    const text = flat.latin1Slice(start, start + width);
    let id = unique ? ids.get(text) : undefined;
    if (id === undefined) {
      id = count++;
      ids.set(text, id);
      rowOf[id] = i;
      let sum = 0;
      for (let j = 0; j < width; j++) sum = (sum * 31 + flat[start + j]) & 0xffff;
      shardOf[id] = (sum ^ (sum >> 8)) & (shards - 1);
      sizes[shardOf[id]]++;
    }
    idOf[i] = id;
    tally[id]++;
  }
  const next = new Uint16Array(shards);
  for (let s = 1; s < shards; s++) next[s] = next[s - 1] + sizes[s - 1];
  const place = new Uint16Array(count);
  const adds = new Uint16Array(count);
  const bytes = Buffer.allocUnsafe(count * width);
  for (let id = 0; id < count; id++) {
    const p = next[shardOf[id]]++;
    place[id] = p;
    adds[p] = tally[id];
    const from = rowOf[id] * width;
    for (let j = 0; j < width; j++) bytes[p * width + j] = flat[from + j];
  }
  const at = new Uint16Array(rows);
  for (let i = 0; i < rows; i++) at[i] = place[idOf[i]];
  return { bytes, sizes, at, count, adds };
}

function encode(base: string, visits: Visits, now: number, longest: number, shards: number) {
  const rows = visits.who.length;
  const who = arrange(visits.who, WHO_BYTES, shards, false);
  const columns = visits.places.map((p) => arrange(p.keys, KEY_BYTES, shards, true));
  const C = columns.length;
  const slots = columns.reduce((n, c) => n + c.count, 0);
  const layout = Buffer.allocUnsafe(8 + 2 * shards * (C + 1));
  layout.writeUInt16BE(shards, 0);
  layout.writeUInt16BE(C, 2);
  layout.writeUInt16BE(rows, 4);
  layout.writeUInt16BE(slots, 6);
  let o = 8;
  for (const c of [who, ...columns]) for (let s = 0; s < shards; s++) o = layout.writeUInt16BE(c.sizes[s], o);
  const aliases: number[] = [];
  const firstOf = new Map<string, number>();
  for (let i = 0; i < rows; i++) {
    const p = i * WHO_BYTES;
    const t = who.bytes.latin1Slice(p, p + WHO_BYTES);
    const f = firstOf.get(t);
    if (f === undefined) firstOf.set(t, i + 1);
    else aliases.push(i + 1, f);
  }
  const alias = Buffer.allocUnsafe(aliases.length * 2);
  aliases.forEach((v, i) => alias.writeUInt16BE(v, i * 2));
  const len = RECORD_BYTES + C * ENTRY_BYTES;
  const records = Buffer.allocUnsafe(rows * len);
  const index = Buffer.allocUnsafe(rows * C * 2);
  const hitsBucket = Math.floor(now / visits.hitsWindowMs);
  const bucket0 = Math.floor(now / longest) * longest;
  for (let i = 0; i < rows; i++) {
    const p = who.at[i] * len;
    records[p] = hitsBucket >>> 24; records[p + 1] = hitsBucket >>> 16; records[p + 2] = hitsBucket >>> 8; records[p + 3] = hitsBucket;
    records[p + 4] = 0;
    records[p + 5] = 1;
  }
  let offset = 1;
  for (let c = 0; c < C; c++) {
    const col = columns[c];
    const rel = Math.floor((now - bucket0) / visits.places[c].windowMs);
    for (let i = 0; i < rows; i++) {
      const w = who.at[i];
      const p = w * len + RECORD_BYTES + c * ENTRY_BYTES;
      records[p] = c; records[p + 1] = rel >> 8; records[p + 2] = rel;
      const q = col.at[i] * KEY_BYTES;
      for (let j = 0; j < KEY_BYTES; j++) records[p + 3 + j] = col.bytes[q + j];
      const slot = offset + col.at[i];
      index[(c * rows + w) * 2] = slot >> 8;
      index[(c * rows + w) * 2 + 1] = slot;
    }
    offset += col.count;
  }
  const places = Buffer.concat(columns.map((c) => c.bytes));
  const adds = Buffer.allocUnsafe(slots * 2);
  let k = 0;
  for (const c of columns) for (let i = 0; i < c.count; i++) { adds[k++] = c.adds[i] >> 8; adds[k++] = c.adds[i]; }
  const keys: string[] = [];
  const args: (string | number | Buffer)[] = [layout, who.bytes, records, alias, places, adds, index];
  const add = (name: string, w: number) => {
    const b = Math.floor(now / w);
    for (let s = 0; s < shards; s++) keys.push(`${base}${name}:${b}:${s}`);
    args.push((b + 1) * w + 60_000);
  };
  add(`who-${visits.hitsWindowMs}-${longest}`, longest);
  for (const p of visits.places) add(`${p.name}-${p.windowMs}`, p.windowMs);
  return { keys, args, slotOf: columns, order: who.at };
}

function decode(reply: Buffer, visits: Visits, order: Uint16Array, columns: Column[]): Counts {
  const rows = visits.who.length;
  let at = 1;
  const tag = reply[0];
  if (tag >= 0x90 && tag < 0xa0) at = 1; else if (tag === 0xdc) at = 3; else at = 5;
  function int(): number {
    const b = reply[at++];
    if (b < 0x80) return b;
    if (b === 0xcc) return reply[at++];
    if (b === 0xcd) { at += 2; return reply.readUInt16BE(at - 2); }
    if (b === 0xce) { at += 4; return reply.readUInt32BE(at - 4); }
    throw new Error(`bad reply ${b}`);
  }
  const hits = new Uint32Array(rows).fill(1);
  const h = new Uint32Array(rows + 1);
  let n = int();
  const late = n > 0;
  while (n-- > 0) h[int()] = int();
  if (late) for (let i = 0; i < rows; i++) hits[i] = h[order[i] + 1] || 1;
  const distinct = columns.map((c) => {
    const v = new Uint32Array(c.count);
    for (let i = 0; i < c.count; i++) v[i] = int();
    const d = new Uint32Array(rows);
    for (let i = 0; i < rows; i++) d[i] = v[c.at[i]];
    return d;
  });
  return { hits, distinct, sums: visits.sums.map(int) };
}
