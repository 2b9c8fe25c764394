import { fromBase64, toBase64, toHex } from '@zuimei/shared/bytes.ts';
import { canonical } from '@zuimei/shared/ledger/canonical.ts';
import { checkConsistency, checkInclusion, leafHash, rootOf } from '@zuimei/shared/merkle.ts';
import { openNote, type VerifierKey } from '@zuimei/shared/note.ts';

/**
 * What would be signed over the trees of all lanes of one contest (infra/CAPACITY.md). The note's text:
 *
 *   <origin>                          host/slug/lanes
 *   lanes <count>
 *   <root over the lanes, base64>
 *   lane <i> <size> <root, base64>    one a lane, from 0, in order
 *
 * The root is that of RFC 6962 over one leaf a lane. The bytes of leaf i are the canonical JSON, ASCII,
 *   {"lane":i,"origin":"<origin>","root":"<the lane's root, hex>","size":<entries under it>,"v":1}
 * and the leaf is SHA-256(0x00 ‖ bytes). The second line is no number, so that nobody takes the note for a tlog-checkpoint: its tree never
 * grows, and to a witness of C2SP every second one would be a fork.
 */
export interface LaneRoot {
  size: number;
  root: Uint8Array;
}

export function laneLeaf(origin: string, lane: number, { size, root }: LaneRoot): Uint8Array {
  return leafHash(canonical({ lane, origin, root: toHex(root), size, v: 1 }));
}

export function leavesOf(origin: string, lanes: readonly LaneRoot[]): Uint8Array[] {
  return lanes.map((one, i) => laneLeaf(origin, i, one));
}

export function formatLanes(origin: string, lanes: readonly LaneRoot[]): string {
  const root = toBase64(rootOf(leavesOf(origin, lanes)));
  const lines = lanes.map((one, i) => `lane ${i} ${one.size} ${toBase64(one.root)}`);
  return `${[origin, `lanes ${lanes.length}`, root, ...lines].join('\n')}\n`;
}

export interface SignedLanes {
  origin: string;
  root: Uint8Array;
  lanes: LaneRoot[];
}

/** Opens a note over lanes: throws unless the key signed it and its root is that of the lanes it names, under the key's own origin. */
export async function openLanes(note: string, key: VerifierKey): Promise<SignedLanes> {
  const { text } = await openNote(note, [key]);
  const [origin = '', , , ...lines] = text.trimEnd().split('\n');
  const lanes = lines.map((line): LaneRoot => {
    const [, , size, root = ''] = line.split(' ');
    return { size: Number(size), root: fromBase64(root) ?? new Uint8Array(0) };
  });
  if (origin !== key.name || formatLanes(origin, lanes) !== text) throw new Error('no note over lanes');
  return { origin, root: rootOf(leavesOf(origin, lanes)), lanes };
}

/** That an entry is logged: in its lane, and the lane's root under the note. */
export interface LaneReceipt {
  lane: number;
  /** In the lane. */
  index: number;
  /** From the entry's sibling up to the lane's root, and from the lane's leaf up to the root over the lanes. */
  hashes: readonly Uint8Array[];
  laneHashes: readonly Uint8Array[];
}

export function checkReceipt(receipt: LaneReceipt, leaf: Uint8Array, { origin, root, lanes }: SignedLanes) {
  const { lane, index, hashes, laneHashes } = receipt;
  const own = lanes[lane];
  if (!own) return false;
  const above = {
    index: lane,
    size: lanes.length,
    leaf: laneLeaf(origin, lane, own),
    root,
    proof: laneHashes,
  };
  return (
    checkInclusion({ index, size: own.size, leaf, root: own.root, proof: hashes }) && checkInclusion(above)
  );
}

/** Does the second note extend the first: as many lanes, each by its own proof? */
export function checkGrown(
  first: SignedLanes,
  second: SignedLanes,
  proofs: readonly (readonly Uint8Array[])[],
): boolean {
  if (first.origin !== second.origin || first.lanes.length !== second.lanes.length) return false;
  return first.lanes.every((old, i) => {
    const { size = 0, root = old.root } = second.lanes[i] ?? {};
    const proof = proofs[i] ?? [];
    return checkConsistency({ size1: old.size, root1: old.root, size2: size, root2: root, proof });
  });
}
