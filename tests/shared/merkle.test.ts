import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkConsistency,
  checkInclusion,
  consistencyRanges,
  createTree,
  inclusionRanges,
  leafHash,
  nodeHash,
  proveConsistency,
  proveInclusion,
  rootOf,
} from '@zuimei/shared/merkle.ts';

interface Vectors {
  leafInputsHex: string[];
  leafHashesHex: string[];
  rootsBySizeHex: string[];
  emptyRootHex: string;
  inclusionProofsHex: { leafIdx: number; treeSize: number; proof: string[] }[];
  consistencyProofsHex: { size1: number; size2: number; proof: string[] }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/rfc6962-reference.json', import.meta.url), 'utf8'),
);
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(hex);
const at = <T>(list: readonly T[], i: number): T => {
  const found = list[i];
  if (found === undefined) throw new Error(`nothing at ${i}`);
  return found;
};

/** MTH of RFC 6962 section 2.1, word for word. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return at(leaves, 0);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return createHash('sha256')
    .update(Uint8Array.of(1))
    .update(definition(leaves.slice(0, k)))
    .update(definition(leaves.slice(k)))
    .digest();
}

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`entry-${i}`)));
const some = leavesOf(71);
const roots = Array.from({ length: 72 }, (_, size) => rootOf(some.slice(0, size)));

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const other = hash.slice();
  const place = Math.floor(bit / 8);
  other[place] = at([...other], place) ^ (1 << (bit % 8));
  return other;
}

describe('the reference vectors', () => {
  const leaves = vectors.leafHashesHex.map(bytes);

  test('leaves and roots', () => {
    expect(vectors.leafInputsHex.map((input) => hex(leafHash(bytes(input))))).toEqual(vectors.leafHashesHex);
    vectors.rootsBySizeHex.forEach((root, size) => {
      expect(hex(rootOf(leaves.slice(0, size)))).toBe(root);
    });
    expect(hex(rootOf([]))).toBe(vectors.emptyRootHex);
  });

  test('inclusion proofs', () => {
    expect(vectors.inclusionProofsHex).toHaveLength(36);
    for (const { leafIdx: index, treeSize: size, proof } of vectors.inclusionProofsHex) {
      expect(hexes(proveInclusion(leaves.slice(0, size), index))).toEqual(proof);
      const root = bytes(at(vectors.rootsBySizeHex, size));
      expect(checkInclusion({ index, size, leaf: at(leaves, index), root, proof: proof.map(bytes) })).toBe(
        true,
      );
    }
  });

  test('consistency proofs', () => {
    expect(vectors.consistencyProofsHex).toHaveLength(36);
    for (const { size1, size2, proof } of vectors.consistencyProofsHex) {
      expect(hexes(proveConsistency(leaves.slice(0, size2), size1))).toEqual(proof);
      const [root1, root2] = [
        bytes(at(vectors.rootsBySizeHex, size1)),
        bytes(at(vectors.rootsBySizeHex, size2)),
      ];
      expect(checkConsistency({ size1, size2, root1, root2, proof: proof.map(bytes) })).toBe(true);
    }
  });
});

test('a root is what RFC 6962 defines, at every size and however it came about', () => {
  const tree = createTree();
  for (let size = 0; size <= 71; size++) {
    expect(hex(at(roots, size))).toBe(hex(definition(some.slice(0, size))));
    expect(hex(tree.root())).toBe(hex(at(roots, size)));
    expect(tree.size()).toBe(size);
    if (size < 71) tree.push(at(some, size));
  }
});

test('every leaf of every tree up to 70 is proven, and nothing else by its proof', () => {
  for (let size = 1; size <= 70; size++)
    for (let index = 0; index < size; index++) {
      const claim = {
        index,
        size,
        leaf: at(some, index),
        root: at(roots, size),
        proof: proveInclusion(some.slice(0, size), index),
      };
      expect(checkInclusion(claim)).toBe(true);
      expect(checkInclusion({ ...claim, index: (index + 1) % size })).toBe(size === 1);
      expect(checkInclusion({ ...claim, leaf: at(some, index + 1) })).toBe(false);
      expect(checkInclusion({ ...claim, root: at(roots, size + 1) })).toBe(false);
      expect(checkInclusion({ ...claim, proof: [...claim.proof, at(some, 0)] })).toBe(false);
      if (claim.proof.length > 0)
        expect(checkInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
      if (claim.proof.length > 0)
        expect(checkInclusion({ ...claim, proof: claim.proof.slice(0, -1) })).toBe(false);
    }
});

test('every tree up to 70 is proven to extend every earlier one, and no other by that proof', () => {
  for (let size2 = 1; size2 <= 70; size2++)
    for (let size1 = 1; size1 <= size2; size1++) {
      const proof = proveConsistency(some.slice(0, size2), size1);
      const claim = { size1, size2, root1: at(roots, size1), root2: at(roots, size2), proof };
      expect(checkConsistency(claim)).toBe(true);
      expect(checkConsistency({ ...claim, root1: at(roots, size1 - 1) })).toBe(false);
      expect(checkConsistency({ ...claim, root2: at(roots, size2 + 1) })).toBe(false);
      expect(checkConsistency({ ...claim, proof: [...proof, at(some, 0)] })).toBe(false);
      if (proof.length > 0) expect(checkConsistency({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
      if (proof.length > 0) expect(checkConsistency({ ...claim, proof: proof.slice(1) })).toBe(false);
    }
});

describe('in trees up to 5000', () => {
  const many = leavesOf(5000);
  const sizes = fc
    .integer({ min: 1, max: 5000 })
    .chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size - 1 })));

  test('a proof holds, and not with any bit of it changed', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat({ max: 255 }), ([size, index], which, bit) => {
        const leaves = many.slice(0, size);
        const claim = {
          index,
          size,
          leaf: at(many, index),
          root: rootOf(leaves),
          proof: proveInclusion(leaves, index),
        };
        expect(checkInclusion(claim)).toBe(true);
        expect(checkInclusion({ ...claim, leaf: flipped(claim.leaf, bit) })).toBe(false);
        expect(checkInclusion({ ...claim, root: flipped(claim.root, bit) })).toBe(false);
        const spoilt = which % Math.max(1, claim.proof.length);
        const proof = claim.proof.map((hash, i) => (i === spoilt ? flipped(hash, bit) : hash));
        expect(checkInclusion({ ...claim, proof })).toBe(proof.length === 0);
      }),
      { numRuns: 40 },
    );
  });

  test('a tree extends its past, and not with any bit of the proof changed', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat({ max: 255 }), ([size2, index], which, bit) => {
        const size1 = index + 1;
        const leaves = many.slice(0, size2);
        const proof = proveConsistency(leaves, size1);
        const claim = { size1, size2, root1: rootOf(many.slice(0, size1)), root2: rootOf(leaves), proof };
        expect(checkConsistency(claim)).toBe(true);
        const spoilt = which % Math.max(1, proof.length);
        const other = proof.map((hash, i) => (i === spoilt ? flipped(hash, bit) : hash));
        expect(checkConsistency({ ...claim, proof: other })).toBe(proof.length === 0);
      }),
      { numRuns: 40 },
    );
  });
});

test('sizes beyond 32 bits are climbed rightly', () => {
  const size = 2 ** 40 + 3;
  const index = 2 ** 40 + 1;
  const ranges = inclusionRanges(index, size);
  expect(ranges).toEqual([
    { start: 2 ** 40, end: 2 ** 40 + 1 },
    { start: 2 ** 40 + 2, end: size },
    { start: 0, end: 2 ** 40 },
  ]);
  const [left, right, rest] = [at(some, 1), at(some, 2), at(some, 3)];
  const leaf = at(some, 0);
  const root = nodeHash(rest, nodeHash(nodeHash(left, leaf), right));
  const claim = { index, size, leaf, root, proof: [left, right, rest] };
  expect(checkInclusion(claim)).toBe(true);
  expect(checkInclusion({ ...claim, index: 1, size: 3 })).toBe(false);
  const whole = consistencyRanges(2 ** 40, size);
  expect(whole).toEqual([{ start: 2 ** 40, end: size }]);
  const grown = { size1: 2 ** 40, size2: size, root1: rest, root2: nodeHash(rest, leaf), proof: [leaf] };
  expect(checkConsistency(grown)).toBe(true);
  expect(checkConsistency({ ...grown, size1: 2 ** 40 - 1 })).toBe(false);
});

describe('malformed claims are false, not thrown', () => {
  const inclusion = {
    index: 1,
    size: 3,
    leaf: at(some, 1),
    root: at(roots, 3),
    proof: proveInclusion(some.slice(0, 3), 1),
  };
  const consistency = {
    size1: 2,
    size2: 3,
    root1: at(roots, 2),
    root2: at(roots, 3),
    proof: proveConsistency(some.slice(0, 3), 2),
  };
  const badNumbers = [
    -1,
    3.5,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '1',
    1n,
    null,
    undefined,
    {},
    [1],
  ];
  const badHashes = [
    new Uint8Array(31),
    new Uint8Array(33),
    new Uint8Array(0),
    'a'.repeat(32),
    null,
    undefined,
    {},
    Array(32).fill(0),
  ];
  const badProofs = [
    null,
    undefined,
    'proof',
    {},
    5,
    Array(3),
    [null],
    [new Uint8Array(31)],
    ['a'.repeat(32)],
    [[]],
    Array(65).fill(at(some, 0)),
  ];

  test('inclusion', () => {
    expect(checkInclusion(inclusion)).toBe(true);
    const bad: object[] = [
      ...badNumbers.flatMap((value) => [{ index: value }, { size: value }]),
      ...badHashes.flatMap((value) => [{ leaf: value }, { root: value }]),
      ...badProofs.map((proof) => ({ proof })),
      { index: 3 },
      { size: 1 },
      { size: 0 },
      { index: 0, size: 4, leaf: at(some, 0), root: at(roots, 2), proof: [at(some, 1)] },
      { index: 0, size: 2, leaf: at(some, 0), root: at(some, 0), proof: [] },
    ];
    for (const change of bad) expect(checkInclusion({ ...inclusion, ...change })).toBe(false);
    for (const claim of [null, undefined, 'claim', 5, []])
      expect(Reflect.apply(checkInclusion, null, [claim])).toBe(false);
  });

  test('consistency', () => {
    expect(checkConsistency(consistency)).toBe(true);
    const bad: object[] = [
      ...badNumbers.flatMap((value) => [{ size1: value }, { size2: value }]),
      ...badHashes.flatMap((value) => [{ root1: value }, { root2: value }]),
      ...badProofs.map((proof) => ({ proof })),
      { size1: 4 },
      { size1: 0 },
      { size1: 0, proof: [] },
      { size1: 0, size2: 0, proof: [] },
      { size1: 0, size2: 0, root1: at(roots, 0), root2: at(roots, 0), proof: [] },
      { size1: 1, size2: 4, root1: at(some, 0), root2: at(roots, 2), proof: [at(some, 1)] },
      { size1: 3, proof: [] },
      { size1: 3, root1: at(roots, 3) },
      { proof: [] },
    ];
    for (const change of bad) expect(checkConsistency({ ...consistency, ...change })).toBe(false);
    for (const claim of [null, undefined, 'claim', 5, []])
      expect(Reflect.apply(checkConsistency, null, [claim])).toBe(false);
  });
});

test('what cannot be proven is not attempted', () => {
  expect(() => proveInclusion(some, 71)).toThrow(RangeError);
  expect(() => proveInclusion(some, -1)).toThrow(RangeError);
  expect(() => proveInclusion([], 0)).toThrow(RangeError);
  expect(() => proveConsistency(some, 0)).toThrow(RangeError);
  expect(() => proveConsistency(some, 72)).toThrow(RangeError);
  expect(() => rootOf([new Uint8Array(31)])).toThrow(RangeError);
});
