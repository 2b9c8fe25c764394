import { consistencyRanges, foldPeaks, inclusionRanges, type Range } from '../merkle.ts';
import { expandTile, nodePlace, TILE_WIDTH, type TileId, tileWidth } from './tile.ts';

/** Gives a tile's bytes: at least its `width` hashes, more if the tree has grown since. */
export type ReadTile = (level: number, index: number, width: number) => Uint8Array | Promise<Uint8Array>;

export interface Prover {
  /** Root of the tree when it had `size` leaves. */
  root(size: number): Promise<Uint8Array>;
  /** As proveInclusion of merkle.ts; throws RangeError for an index outside the tree. */
  inclusion(index: number, size: number): Promise<Uint8Array[]>;
  /** As proveConsistency of merkle.ts; throws RangeError unless 1 ≤ size1 ≤ size2. */
  consistency(size1: number, size2: number): Promise<Uint8Array[]>;
}

const EDGES_KEPT = 200;

/**
 * Makes proofs from tiles. The tiles a proof needs are read all at once and kept with their inner nodes worked out, so a
 * proof near recent ones costs some copies instead of hundreds of hashes. `keep`: how many tiles (16 KB each).
 * One prover serves one tree for good: it trusts that the tree only grows.
 */
export function createProver(readTile: ReadTile, keep = 256): Prover {
  const kept = new Map<string, Promise<Uint8Array>>();
  // The right edge is the same for all proofs under one checkpoint, and the only part that takes hashing.
  const edges = new Map<string, Uint8Array>();

  const open = (tile: TileId): Promise<Uint8Array> => {
    const key = `${tile.level}/${tile.index}/${tile.width}`;
    const found = kept.get(key);
    const nodes = found ?? read(readTile, tile);
    if (found) kept.delete(key);
    else nodes.catch(() => kept.delete(key));
    kept.set(key, nodes);
    for (const oldest of kept.keys()) {
      if (kept.size <= keep) break;
      kept.delete(oldest);
    }
    return nodes;
  };

  const prove = async (ranges: Range[], size: number): Promise<Uint8Array[]> => {
    const tiles = tilesOf(
      ranges.filter((range) => !edges.has(edgeKey(range))),
      size,
    );
    const opened = await Promise.all(tiles.map(open));
    const nodesOfTile = new Map(tiles.map((tile, i) => [tileKey(tile.level, tile.index), opened[i]]));
    return ranges.map((range) => {
      const known = edges.get(edgeKey(range));
      if (known) return known;
      const peaks = peaksOf(range).map((peak) => nodeIn(nodesOfTile.get(tileKeyOf(peak)), peak));
      const root = foldPeaks(peaks);
      if (peaks.length > 1) {
        if (edges.size >= EDGES_KEPT) edges.clear();
        edges.set(edgeKey(range), root);
      }
      return root;
    });
  };

  return {
    async root(size) {
      const [root] = await prove([{ start: 0, end: size }], size);
      return root ?? foldPeaks([]);
    },
    inclusion: async (index, size) => prove(inclusionRanges(index, size), size),
    consistency: async (size1, size2) => prove(consistencyRanges(size1, size2), size2),
  };
}

async function read(readTile: ReadTile, { level, index, width }: TileId): Promise<Uint8Array> {
  const bytes = await readTile(level, index, width);
  if (bytes.length < width * 32) throw new Error(`tile ${level}/${index} has less than ${width} hashes`);
  return expandTile(bytes.subarray(0, width * 32));
}

function edgeKey(range: Range): string {
  return `${range.start}-${range.end}`;
}

/** A complete subtree: leaves [index·2^height, (index+1)·2^height). */
interface Peak {
  height: number;
  index: number;
}

/** A range of a proof as complete subtrees, the largest first. */
function peaksOf({ start, end }: Range): Peak[] {
  const peaks: Peak[] = [];
  let [height, width] = [0, 1];
  while (start % (width * 2) === 0 && width * 2 <= end - start) [height, width] = [height + 1, width * 2];
  for (let at = start; at < end; at += width) {
    while (width > end - at) [height, width] = [height - 1, width / 2];
    peaks.push({ height, index: at / width });
  }
  return peaks;
}

/** Where a subtree's hash is: tile level and index, and its height and place inside the tile. */
function placeOf({ height, index }: Peak): { level: number; tile: number; inner: number; place: number } {
  const level = Math.floor(height / 8);
  const inner = height % 8;
  const places = TILE_WIDTH / 2 ** inner;
  return { level, tile: Math.floor(index / places), inner, place: index % places };
}

function tileKey(level: number, index: number): string {
  return `${level}/${index}`;
}

function tileKeyOf(peak: Peak): string {
  const { level, tile } = placeOf(peak);
  return tileKey(level, tile);
}

function nodeIn(nodes: Uint8Array | undefined, peak: Peak): Uint8Array {
  if (!nodes) throw new Error('a proof needs a tile that was not read');
  const { inner, place } = placeOf(peak);
  const at = nodePlace(inner, place) * 32;
  return nodes.slice(at, at + 32);
}

/** The tiles of the tree of `size` that hold the subtrees of these ranges, each once. */
function tilesOf(ranges: Range[], size: number): TileId[] {
  const tiles = new Map<string, TileId>();
  for (const peak of ranges.flatMap(peaksOf)) {
    const { level, tile } = placeOf(peak);
    tiles.set(tileKey(level, tile), { level, index: tile, width: tileWidth(level, tile, size) });
  }
  return [...tiles.values()];
}

/** Tiles that the proof of leaf `index` in the tree of `size` is made of. */
export function tilesForInclusion(index: number, size: number): TileId[] {
  return tilesOf(inclusionRanges(index, size), size);
}

/** Tiles that the root of the tree of `size` is made of. */
export function tilesForRoot(size: number): TileId[] {
  return tilesOf([{ start: 0, end: size }], size);
}

/** Tiles that the consistency proof between two sizes is made of. */
export function tilesForConsistency(size1: number, size2: number): TileId[] {
  return tilesOf(consistencyRanges(size1, size2), size2);
}

export function rootFromTiles(size: number, readTile: ReadTile): Promise<Uint8Array> {
  return createProver(readTile).root(size);
}

export function inclusionFromTiles(index: number, size: number, readTile: ReadTile): Promise<Uint8Array[]> {
  return createProver(readTile).inclusion(index, size);
}

export function consistencyFromTiles(
  size1: number,
  size2: number,
  readTile: ReadTile,
): Promise<Uint8Array[]> {
  return createProver(readTile).consistency(size1, size2);
}

/** Roots of the complete subtrees of a tile's hashes, the largest first. */
export function tilePeaks(tile: Uint8Array): Uint8Array[] {
  const nodes = expandTile(tile);
  return peaksOf({ start: 0, end: tile.length / 32 }).map(({ height, index }) => {
    const at = nodePlace(height, index) * 32;
    return nodes.slice(at, at + 32);
  });
}

/** The root of a tree from nothing but its right edge (see extendTiles). */
export function rootFromEdge(edge: readonly Uint8Array[]): Uint8Array {
  return foldPeaks(edge.toReversed().flatMap(tilePeaks));
}
