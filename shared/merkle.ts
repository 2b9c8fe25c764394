import { sha256, sha256Into } from '#sha256';
import { equalBytes } from './bytes.ts';

/**
 * The Merkle tree of RFC 6962 section 2.1. Leaves, nodes and roots are SHA-256 hashes, Uint8Array(32). Sizes and indexes are
 * whole numbers up to 2^53 - 1, so nothing here uses 32-bit operators on them.
 */

const pair = new Uint8Array(65);
pair[0] = 1;

/** SHA-256(0x00 ‖ bytes). */
export function leafHash(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(bytes.length + 1);
  block.set(bytes, 1);
  return sha256(block);
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(32);
  pair.set(left, 1);
  pair.set(right, 33);
  sha256Into(pair, out, 0);
  return out;
}

/** The root over hashes of complete subtrees whose sizes fall from left to right; the hash of nothing if there are none. */
export function foldPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  let root: Uint8Array | null = null;
  for (let i = peaks.length - 1; i >= 0; i--) {
    const peak = peaks[i];
    if (peak) root = root ? nodeHash(peak, root) : peak;
  }
  return root ?? sha256(new Uint8Array(0));
}

export interface Tree {
  size(): number;
  /** Appends a leaf hash; about one node hash each. The bytes are copied. */
  push(leaf: Uint8Array): void;
  root(): Uint8Array;
  /** Roots of its complete subtrees, the largest first: see foldPeaks. */
  peaks(): Uint8Array[];
}

/**
 * A tree that only grows and holds no more than the peaks of its complete subtrees, end to end in one block: two neighbours
 * are hashed where they lie, behind a 0x01 that for a moment takes the place of the byte before them.
 */
export function createTree(): Tree {
  const block = new Uint8Array(1 + 64 * 32);
  const pairs = Array.from({ length: 63 }, (_, i) => block.subarray(32 * i, 32 * i + 65));
  let count = 0;
  let size = 0;
  const peaks = (): Uint8Array[] =>
    Array.from({ length: count }, (_, i) => block.slice(1 + 32 * i, 33 + 32 * i));
  return {
    size: () => size,
    push(leaf) {
      block.set(leaf, 1 + 32 * count++);
      for (let rest = size++; rest % 2 === 1; rest = (rest - 1) / 2) {
        count--;
        const pair = pairs[count - 1] ?? block;
        const borrowed = pair[0] ?? 0;
        pair[0] = 1;
        sha256Into(pair, pair, 1);
        pair[0] = borrowed;
      }
    },
    root: () => foldPeaks(peaks()),
    peaks,
  };
}

/** The root over leaf hashes; SHA-256 of nothing if there are none. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOfRange(leaves, { start: 0, end: leaves.length });
}

function rootOfRange(leaves: readonly Uint8Array[], range: Range): Uint8Array {
  const tree = createTree();
  for (let i = range.start; i < range.end; i++) {
    const leaf = leaves[i];
    if (leaf?.length !== 32) throw new RangeError(`leaf ${i} is not a hash`);
    tree.push(leaf);
  }
  return tree.root();
}

/** Leaves [start, end) whose root is one hash of a proof. */
export interface Range {
  start: number;
  end: number;
}

/** The ranges whose roots prove that leaf `index` is in the tree of `size`, from the leaf up (RFC 6962 section 2.1.1). */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    ranges.push(index < middle ? { start: middle, end } : { start, end: middle });
    if (index < middle) end = middle;
    else start = middle;
  }
  return ranges.reverse();
}

/** The ranges whose roots prove that the tree of `size2` extends the tree of `size1` (RFC 6962 section 2.1.2). */
export function consistencyRanges(size1: number, size2: number): Range[] {
  if (!Number.isSafeInteger(size1) || !Number.isSafeInteger(size2) || size1 < 1 || size1 > size2)
    throw new RangeError(`a tree of ${size2} does not extend one of ${size1}`);
  const ranges: Range[] = [];
  let [start, end] = [0, size2];
  while (end > size1) {
    const middle = start + splitOf(end - start);
    ranges.push(size1 <= middle ? { start: middle, end } : { start, end: middle });
    if (size1 <= middle) end = middle;
    else start = middle;
  }
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** The largest power of two below n > 1. */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

export function proveInclusion(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  return inclusionRanges(index, leaves.length).map((range) => rootOfRange(leaves, range));
}

/** Proves that the tree over all leaves extends the tree over the first `size1` ≥ 1. */
export function proveConsistency(leaves: readonly Uint8Array[], size1: number): Uint8Array[] {
  return consistencyRanges(size1, leaves.length).map((range) => rootOfRange(leaves, range));
}

export interface InclusionClaim {
  index: number;
  size: number;
  /** Leaf hash. */
  leaf: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}

/** Is `leaf` at `index` of the tree of `size` under `root`? RFC 9162 section 2.1.3.2. False for every malformed claim; never throws. */
export function checkInclusion(claim: InclusionClaim): boolean {
  if (typeof claim !== 'object' || claim === null) return false;
  const { index, size, leaf, root, proof } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  if (!isHash(leaf) || !isHash(root) || !isProof(proof)) return false;
  let [position, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

export interface ConsistencyClaim {
  size1: number;
  size2: number;
  root1: Uint8Array;
  root2: Uint8Array;
  proof: readonly Uint8Array[];
}

/**
 * Does the tree of `size2` under `root2` extend the tree of `size1` under `root1`? RFC 9162 section 2.1.4.2. False for every
 * malformed claim, and for size1 = 0, which every tree extends and so proves nothing; never throws.
 */
export function checkConsistency(claim: ConsistencyClaim): boolean {
  if (typeof claim !== 'object' || claim === null) return false;
  const { size1, size2, root1, root2, proof } = claim;
  if (!isCount(size1) || !isCount(size2) || size1 < 1 || size1 > size2) return false;
  if (!isHash(root1) || !isHash(root2) || !isProof(proof)) return false;
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2);
  let [position, last] = [size1 - 1, size2 - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  // The old tree is one complete subtree of the new one exactly if its size is a power of two; then its root starts the climb.
  const hashes = position === 0 ? [root1, ...proof] : proof;
  const [first, ...rest] = hashes;
  if (!first || proof.length === 0) return false;
  let [old, current] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      old = nodeHash(sibling, old);
      current = nodeHash(sibling, current);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      current = nodeHash(current, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(old, root1) && equalBytes(current, root2);
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32;
}

function isProof(value: unknown): value is Uint8Array[] {
  if (!Array.isArray(value) || value.length > 64) return false;
  for (const hash of value) if (!isHash(hash)) return false;
  return true;
}
