import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyFromTiles,
  createProver,
  inclusionFromTiles,
  rootFromEdge,
  rootFromTiles,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
} from '@zuimei/shared/log/prover.ts';
import {
  extendTiles,
  formatBundle,
  parseBundle,
  parseTilePath,
  tileLevels,
  tilePath,
  tilesChanged,
} from '@zuimei/shared/log/tile.ts';
import { createTileTree } from '@zuimei/shared/log/tree.ts';
import { leafHash, proveConsistency, proveInclusion, rootOf } from '@zuimei/shared/merkle.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { logVectors } from './vectors.ts';

const { published, derived } = logVectors;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const many = Array.from({ length: 3000 }, (_, i) => leafHash(Buffer.from(`entry-${i}`)));
const flat = new Uint8Array(Buffer.concat(many));

/** A log that keeps of each tile its widest form, as the sealer's table does. */
function createStore() {
  const tiles = new Map<string, Uint8Array>();
  const asked: string[] = [];
  let size = 0;
  let edge: Uint8Array[] = [];
  return {
    asked,
    edge: () => edge,
    grow(to: number) {
      const grown = extendTiles(size, edge, flat.subarray(size * 32, to * 32));
      const changed = tilesChanged(size, to);
      expect(grown.tiles.map(({ level, index, width }) => ({ level, index, width }))).toEqual(changed);
      for (const { level, index, bytes } of grown.tiles) {
        const before = tiles.get(`${level}/${index}`) ?? new Uint8Array(0);
        expect(hex(bytes.subarray(0, before.length))).toBe(hex(before));
        tiles.set(`${level}/${index}`, bytes);
      }
      expect(grown.size).toBe(to);
      [size, edge] = [to, grown.edge];
      return grown;
    },
    read(level: number, index: number): Uint8Array {
      asked.push(`${level}/${index}`);
      const tile = tiles.get(`${level}/${index}`);
      if (!tile) throw new Error(`no tile ${level}/${index}`);
      return tile;
    },
  };
}

describe('the vectors', () => {
  test('paths', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe(
      `tile/0/${published.tile_math.index1234067}`,
    );
    expect(parseTilePath('tile/0/x001/x234/067')).toEqual({ level: 0, index: 1_234_067, width: 256 });
    expect(parseTilePath('tile/entries/001.p/44')).toEqual({ level: 'entries', index: 1, width: 44 });
  });

  test('how many tiles a tree has', () => {
    const of70000 = published.tile_math.size70000;
    expect(tileLevels(70_000)).toEqual([
      { full: of70000.level0_full, partial: of70000.level0_partial_width },
      { full: of70000.level1_full, partial: of70000.level1_partial_width },
      { full: 0, partial: of70000.level2_partial_width },
    ]);
    const of256 = published.tile_math.size256;
    expect(tileLevels(256)).toEqual([
      { full: of256.level0_full, partial: 0 },
      { full: 0, partial: of256.level1_partial_width },
    ]);
    expect(tileLevels(0)).toEqual([]);
  });

  test('the tiles and roots of the derived log', async () => {
    const store = createStore();
    const { tiles } = store.grow(300);
    expect(tiles.map((tile) => tilePath(tile)).sort()).toEqual(Object.keys(derived.tiles).sort());
    for (const tile of tiles) {
      const wanted = derived.tiles[tilePath(tile)];
      expect(tile.bytes.length).toBe(wanted?.bytes);
      expect(digest(tile.bytes)).toBe(wanted?.sha256 ?? digest(Buffer.from(wanted?.base64 ?? '', 'base64')));
    }
    expect(Buffer.from(await rootFromTiles(300, store.read)).toString('base64')).toBe(derived.root300);
    expect(Buffer.from(await rootFromTiles(256, store.read)).toString('base64')).toBe(derived.root256);
    expect(Buffer.from(rootFromEdge(store.edge())).toString('base64')).toBe(derived.root300);
  });

  test('the entry bundles of the derived log', () => {
    const entries = Array.from({ length: 300 }, (_, i) => Buffer.from(`entry-${i}`));
    for (const [index, some] of [entries.slice(0, 256), entries.slice(256)].entries()) {
      const bundle = formatBundle(some);
      const wanted = derived.entryBundles[tilePath({ level: 'entries', index, width: some.length })];
      expect([bundle.length, digest(bundle)]).toEqual([wanted?.bytes, wanted?.sha256]);
      expect(parseBundle(bundle).map(String)).toEqual(some.map((entry) => String(new Uint8Array(entry))));
    }
  });
});

describe('paths', () => {
  test('every tile has one path, and every path that is read is that one', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 63 }),
        fc.nat({ max: 10 ** 14 }),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) => {
          expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width });
        },
      ),
    );
  });

  test.each([
    '',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/x000/001',
    'tile/0/x001/x234/067/',
    'tile/0/x1/067',
    'tile/0/001/067',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/',
    'tile/0/000.p',
    'tile/0/../000',
    'tile/0/000?a',
    '/tile/0/000',
    'tile/Entries/000',
    'tile/0/x999/x999/x999/x999/x999/999',
  ])('%j names no tile', (path) => {
    expect(parseTilePath(path)).toBeNull();
  });
});

describe('a log that grows by random steps', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });

  test('has at each size the root and proofs of the tree over the same leaves, from tiles of that size or later', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), fc.nat(), async (growth, a, b) => {
        const store = createStore();
        const sizes: number[] = [];
        for (const step of growth) sizes.push(Math.min(many.length, (sizes.at(-1) ?? 0) + step));
        for (const size of sizes) {
          store.grow(size);
          expect(hex(rootFromEdge(store.edge()))).toBe(hex(rootOf(many.slice(0, size))));
        }
        const prover = createProver(store.read, 3);
        for (const size of sizes) {
          const leaves = many.slice(0, size);
          expect(hex(await prover.root(size))).toBe(hex(rootOf(leaves)));
          const [index, size1] = [a % size, 1 + (b % size)];
          expect((await prover.inclusion(index, size)).map(hex)).toEqual(
            proveInclusion(leaves, index).map(hex),
          );
          expect((await inclusionFromTiles(index, size, store.read)).map(hex)).toEqual(
            proveInclusion(leaves, index).map(hex),
          );
          expect((await consistencyFromTiles(size1, size, store.read)).map(hex)).toEqual(
            proveConsistency(leaves, size1).map(hex),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  test('is the same log whatever the steps were', () => {
    fc.assert(
      fc.property(steps, (growth) => {
        const [slow, fast] = [createStore(), createStore()];
        let size = 0;
        for (const step of growth) {
          size = Math.min(many.length, size + step);
          slow.grow(size);
        }
        fast.grow(size);
        expect(slow.edge().map(hex)).toEqual(fast.edge().map(hex));
      }),
      { numRuns: 20 },
    );
  });

  test('has the root of a tree fed leaf by leaf, in the middle of tiles too', () => {
    const tree = createTileTree();
    for (let size = 0; size < 1200; size++) {
      if (size % 37 === 0 || size % 256 < 3) expect(hex(tree.root())).toBe(hex(rootOf(many.slice(0, size))));
      expect(tree.size()).toBe(size);
      tree.push(flat, size * 32);
    }
  });
});

describe('a prover', () => {
  const store = createStore();
  store.grow(2900);

  test('reads the tiles that are listed for a proof and no others, each once', async () => {
    const keys = (tiles: { level: number; index: number }[]): string[] =>
      tiles.map(({ level, index }) => `${level}/${index}`).sort();
    for (const [listed, prove] of [
      [tilesForInclusion(1000, 2900), () => inclusionFromTiles(1000, 2900, store.read)],
      [tilesForConsistency(1000, 2900), () => consistencyFromTiles(1000, 2900, store.read)],
      [tilesForRoot(2900), () => rootFromTiles(2900, store.read)],
    ] as const) {
      store.asked.length = 0;
      await prove();
      expect([...store.asked].sort()).toEqual(keys(listed));
      expect(new Set(store.asked).size).toBe(store.asked.length);
    }
  });

  test('does not read again what it keeps', async () => {
    const prover = createProver(store.read);
    await prover.inclusion(1000, 2900);
    store.asked.length = 0;
    await prover.inclusion(1001, 2900);
    expect(store.asked).toEqual([]);
  });

  test('is told the width that the size of the tree asks for', async () => {
    const widths: number[][] = [];
    await rootFromTiles(300, (level, index, width) => {
      widths.push([level, index, width]);
      return store.read(level, index);
    });
    expect(widths.sort()).toEqual([
      [0, 1, 44],
      [1, 0, 1],
    ]);
  });

  test('fails on a tile that is cut short or missing, and reads it again the next time', async () => {
    let broken = true;
    const prover = createProver((level, index) =>
      store.read(level, index).subarray(0, broken ? 31 : undefined),
    );
    await expect(prover.root(2900)).rejects.toThrow('less than');
    broken = false;
    expect(hex(await prover.root(2900))).toBe(hex(rootOf(many.slice(0, 2900))));
    await expect(rootFromTiles(3000, store.read)).rejects.toThrow();
    await expect(prover.inclusion(2900, 2900)).rejects.toThrow(RangeError);
    await expect(prover.consistency(0, 2900)).rejects.toThrow(RangeError);
  });
});

test('an edge of another size than the tree, or broken leaves, are a bug and said so', () => {
  expect(() => extendTiles(5, [], flat.subarray(0, 32))).toThrow(RangeError);
  expect(() => extendTiles(0, [], flat.subarray(0, 33))).toThrow(RangeError);
});

test('nothing given is changed by growing, and nothing grown is shared with it', () => {
  const leaves = new Uint8Array(randomBytes(300 * 32));
  const before = hex(leaves);
  const first = extendTiles(0, [], leaves);
  const tiles = first.tiles.map((tile) => hex(tile.bytes));
  extendTiles(300, first.edge, leaves);
  expect(hex(leaves)).toBe(before);
  leaves.fill(0);
  expect(first.tiles.map((tile) => hex(tile.bytes))).toEqual(tiles);
});

test.each<[string, number[]]>([
  ['half a length', [0]],
  ['an entry cut short', [0, 5, 1, 2]],
  ['more than 256 entries', Array(257 * 2).fill(0)],
])('a bundle with %s is refused', (_, bytes) => {
  expect(() => parseBundle(Uint8Array.from(bytes))).toThrow(Refusal);
});
