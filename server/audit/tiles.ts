import { sql } from 'kysely';
import { equalBytes } from '@zuimei/shared/bytes.ts';
import { rootFromEdge } from '@zuimei/shared/log/prover.ts';
import { subtreeRoot, TILE_WIDTH, tileWidth } from '@zuimei/shared/log/tile.ts';
import type { Db } from '../db.ts';

const HASH = 32;
const PAGE = 1_000;

/**
 * Are the stored tiles those of the tree whose root was signed at `size`? Every full tile must hash to its place in the level above,
 * and the right edge to the root; then no hash in between can be another. Gives what is wrong, one line each.
 */
export async function checkTiles(db: Db, contest: number, size: number, root: Uint8Array): Promise<string[]> {
  const faults: string[] = [];
  const edge: Uint8Array[] = [];
  let below: Uint8Array[] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const hashes: Uint8Array[] = [];
    const above: Uint8Array[] = [];
    const last = Math.floor(size / TILE_WIDTH ** (level + 1));
    for (let from = 0; from <= last; from += PAGE) {
      const { rows } = await sql<{ index: string; hashes: Uint8Array }>`
        select index, hashes from log_tile where contest = ${contest} and level = ${level}
        and index >= ${from} and index < ${from + PAGE} and index <= ${last} order by index`.execute(db);
      for (const row of rows) {
        const width = tileWidth(level, Number(row.index), size);
        const tile = Uint8Array.from(row.hashes).subarray(0, width * HASH);
        hashes.push(tile);
        if (tile.length === TILE_WIDTH * HASH) above.push(subtreeRoot(tile));
        if (tile.length !== width * HASH) faults.push(`tile ${level}/${row.index} is cut short`);
      }
    }
    const held = joined(hashes);
    below.forEach((hash, i) => {
      if (!equalBytes(hash, held.subarray(i * HASH, i * HASH + HASH)))
        faults.push(`tile ${level - 1}/${i} is not what the level above holds`);
    });
    edge.push(held.slice(last * TILE_WIDTH * HASH));
    below = above;
  }
  if (size > 0 && !equalBytes(rootFromEdge(edge), root))
    faults.push(`the right edge does not give the root signed at ${size}`);
  return faults;
}

/**
 * The first of these entries (`indexes` ascending, without a gap) whose leaf is not the one that the stored tiles hold, and how: 'changed', 'missing' (the next one stands in
 * its place), 'inserted', or 'other'. Null where all are the same. Trust it only with tiles that checkTiles found sound.
 */
export async function findLeaf(
  db: Db,
  contest: number,
  indexes: readonly number[],
  leaves: ReadonlyMap<number, Uint8Array>,
): Promise<{ index: number; detail: string } | null> {
  const [from = 0, to = 0] = [indexes[0], indexes.at(-1)];
  const { rows } = await sql<{ index: string; hashes: Uint8Array }>`
    select index, hashes from log_tile where contest = ${contest} and level = 0
    and index between ${Math.floor(from / TILE_WIDTH)} and ${Math.floor(to / TILE_WIDTH) + 1} order by index`.execute(
    db,
  );
  const tiles = new Map(rows.map((row) => [Number(row.index), Uint8Array.from(row.hashes)]));
  const signed = (index: number): Uint8Array =>
    tiles
      .get(Math.floor(index / TILE_WIDTH))
      ?.subarray((index % TILE_WIDTH) * HASH, ((index % TILE_WIDTH) + 1) * HASH) ?? new Uint8Array(0);
  const same = (ours: number, theirs: number): boolean =>
    equalBytes(leaves.get(ours) ?? new Uint8Array(0), signed(theirs));
  const index = indexes.find((one) => !same(one, one));
  if (index === undefined) return null;
  if (same(index + 1, index + 1)) return { index, detail: 'changed' };
  if (same(index, index + 1)) return { index, detail: 'missing' };
  return { index, detail: same(index + 1, index) ? 'inserted' : 'other' };
}

function joined(tiles: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(tiles.reduce((sum, tile) => sum + tile.length, 0));
  let at = 0;
  for (const tile of tiles) {
    all.set(tile, at);
    at += tile.length;
  }
  return all;
}
