import { copyHash } from '../bytes.ts';
import { createLanes, type Lanes } from '../hash/lanes.ts';
import { Refusal } from '../refusal.ts';

/**
 * C2SP tlog-tiles: the tree published as files. Tile (level, index) holds hashes [256·index, 256·index + width) of that level;
 * hash i of level L is the root over leaves [i·256^L, (i+1)·256^L). A partial tile is a prefix of every later one.
 */
export interface TileId {
  level: number;
  index: number;
  /** Hashes in it: 1 to 256. */
  width: number;
}

export interface Tile extends TileId {
  /** width × 32 bytes. */
  bytes: Uint8Array;
}

export const TILE_WIDTH = 256;
const HASH = 32;

/** `tile/0/x001/x234/067`, with `.p/<width>` when partial; level 'entries' is the path of an entry bundle. */
export function tilePath({
  level,
  index,
  width,
}: {
  level: number | 'entries';
  index: number;
  width: number;
}): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** The tile (or entry bundle) that a path names; null for every path that tilePath would not give. */
export function parseTilePath(
  path: string,
): { level: number | 'entries'; index: number; width: number } | null {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!match) return null;
  const [, l = '', n = '', w = '256'] = match;
  const tile = {
    level: l === 'entries' ? ('entries' as const) : Number(l),
    index: Number(n.replace(/[x/]/g, '')),
    width: Number(w),
  };
  const real = (tile.level === 'entries' || tile.level < 64) && tile.width >= 1;
  return real && tilePath(tile) === path ? tile : null;
}

/** Hashes at a level of a tree of `size`. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of tile (level, index) in a tree of `size`; 0 if the tree has no such tile. */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAt(level, size) - index * TILE_WIDTH));
}

/** What tiles a tree of `size` has: full ones and the width of the partial one (0 = none), by level. */
export function tileLevels(size: number): { full: number; partial: number }[] {
  const levels: { full: number; partial: number }[] = [];
  for (let count = size; count > 0; count = Math.floor(count / TILE_WIDTH))
    levels.push({ full: Math.floor(count / TILE_WIDTH), partial: count % TILE_WIDTH });
  return levels;
}

/** Tiles of the tree of `size` that the tree of `oldSize` did not have or had narrower. From 0: all its tiles. */
export function tilesChanged(oldSize: number, size: number): TileId[] {
  const tiles: TileId[] = [];
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    const [before, now] = [hashesAt(level, oldSize), hashesAt(level, size)];
    if (now > before)
      for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < now; index++)
        tiles.push({ level, index, width: tileWidth(level, index, size) });
  }
  return tiles;
}

export interface Extension {
  size: number;
  /** For every level the bytes of its partial tile, empty if its last tile is full: give it to the next extendTiles. */
  edge: Uint8Array[];
  /** Every tile that is new or wider than before, as tilesChanged(old size, size) lists them. */
  tiles: Tile[];
}

/**
 * Appends leaf hashes (count × 32 bytes) to a tree of `size` whose partial tiles are `edge` ([] for an empty tree).
 * Pure: nothing given is changed; tile bytes are their own memory. Costs one node hash a leaf.
 */
export function extendTiles(size: number, edge: readonly Uint8Array[], leaves: Uint8Array): Extension {
  if (leaves.length % HASH !== 0) throw new RangeError('leaves are not whole hashes');
  const newEdge: Uint8Array[] = [];
  const tiles: Tile[] = [];
  let added = leaves;
  for (let level = 0; added.length > 0 || level < edge.length; level++) {
    const partial = edge[level] ?? new Uint8Array(0);
    const before = hashesAt(level, size);
    if (partial.length !== (before % TILE_WIDTH) * HASH) throw new RangeError(`wrong edge at level ${level}`);
    if (added.length === 0) {
      newEdge.push(partial);
      continue;
    }
    const row = new Uint8Array(partial.length + added.length);
    row.set(partial);
    row.set(added, partial.length);
    const full = Math.floor(row.length / HASH / TILE_WIDTH);
    const roots = new Uint8Array(full * HASH);
    const first = Math.floor(before / TILE_WIDTH);
    for (let at = 0; at < row.length; at += TILE_WIDTH * HASH) {
      const bytes = row.slice(at, at + TILE_WIDTH * HASH);
      const nth = at / HASH / TILE_WIDTH;
      tiles.push({ level, index: first + nth, width: bytes.length / HASH, bytes });
      if (nth < full) roots.set(subtreeRoot(bytes), nth * HASH);
    }
    newEdge.push(row.slice(full * TILE_WIDTH * HASH));
    added = roots;
  }
  return { size: size + leaves.length / HASH, edge: newEdge, tiles };
}

/** The root over 2^k ≤ 256 hashes laid end to end. */
export function subtreeRoot(hashes: Uint8Array): Uint8Array {
  let row = hashes;
  for (let pairs = hashes.length / HASH / 2; pairs >= 1; pairs /= 2) row = hashPairs(row, pairs);
  return row.slice(0, HASH);
}

/** Hashes of complete in-tile subtrees of height 0 to 7, height after height: 256, 128 … 2 places of 32 bytes. */
export function expandTile(tile: Uint8Array): Uint8Array {
  const nodes = new Uint8Array(nodePlace(8, 0) * HASH);
  nodes.set(tile);
  let row = tile;
  for (let height = 1; height < 8; height++) {
    row = hashPairs(row, Math.floor(row.length / HASH / 2));
    nodes.set(row, nodePlace(height, 0) * HASH);
  }
  return nodes;
}

/** Where expandTile puts subtree `index` of a height. */
export function nodePlace(height: number, index: number): number {
  return 512 - 2 ** (9 - height) + index;
}

let nodeLanes: Lanes | undefined;

/** The node hashes, end to end, of the first 2·pairs hashes; pairs ≤ 128. */
function hashPairs(hashes: Uint8Array, pairs: number): Uint8Array {
  nodeLanes ??= createLanes(TILE_WIDTH / 2, 65);
  const lanes = nodeLanes;
  for (let i = 0; i < pairs; i++) {
    const start = lanes.start(i);
    lanes.bytes[start] = 1;
    copyHash(hashes, 2 * i * HASH, lanes.bytes, start + 1);
    copyHash(hashes, (2 * i + 1) * HASH, lanes.bytes, start + 1 + HASH);
    lanes.end(i, 65);
  }
  lanes.run(pairs);
  const out = new Uint8Array(pairs * HASH);
  for (let i = 0; i < pairs; i++) copyHash(lanes.bytes, lanes.start(i) - HASH, out, i * HASH);
  return out;
}

/** An entry bundle: each entry behind its length as a big-endian uint16. */
export function formatBundle(entries: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff) throw new RangeError('entry too long for a bundle');
    out[at] = entry.length >> 8;
    out[at + 1] = entry.length & 0xff;
    out.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return out;
}

/** The entries of a bundle; refuses with `bad_request` {part: 'bundle'} what is cut short or holds more than 256. */
export function parseBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (at + 2 > bytes.length || end > bytes.length || entries.length >= TILE_WIDTH)
      throw new Refusal('bad_request', { part: 'bundle' });
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
