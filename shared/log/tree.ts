import { copyHash } from '../bytes.ts';
import { createTree, foldPeaks } from '../merkle.ts';
import { tilePeaks } from './prover.ts';
import { subtreeRoot, TILE_WIDTH } from './tile.ts';

export interface TileTree {
  size(): number;
  /** Appends the leaf hash at leaves[at, at + 32). */
  push(leaves: Uint8Array, at: number): void;
  root(): Uint8Array;
}

/**
 * createTree for millions of leaves: it hashes a tile at a time, at a third of the cost a leaf. A root in the middle of a tile
 * costs the hashing of that part again, some microseconds.
 */
export function createTileTree(): TileTree {
  const tile = new Uint8Array(TILE_WIDTH * 32);
  const tiles = createTree();
  let width = 0;
  return {
    size: () => tiles.size() * TILE_WIDTH + width,
    push(leaves, at) {
      copyHash(leaves, at, tile, width++ * 32);
      if (width < TILE_WIDTH) return;
      tiles.push(subtreeRoot(tile));
      width = 0;
    },
    root: () => foldPeaks([...tiles.peaks(), ...tilePeaks(tile.subarray(0, width * 32))]),
  };
}
