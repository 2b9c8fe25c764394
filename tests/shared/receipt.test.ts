import { expect, test } from 'vitest';
import { leafOf } from '@zuimei/shared/ledger/entry.ts';
import { checkReceipt, type ReceiptClaim, type ReceiptStep } from '@zuimei/shared/ledger/receipt.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { formatProof } from '@zuimei/shared/log/proof.ts';
import { leafHash, proveInclusion, rootOf } from '@zuimei/shared/merkle.ts';
import { createSigner, formatVerifierKey, type Signer, signNote } from '@zuimei/shared/note.ts';
import { ownSealed } from './sealed.ts';

const contest = 'yunling-2026';
const origin = `vote.example/${contest}`;
const at = '2026-03-28T06:06:31.000Z';
const ballotId = '6f1f64b0-57a5-4b86-9c0e-0123456789ab';
const voter = '0123456789abcdef0123456789abcdef';

const { commitment, tag, opening } = ownSealed(contest, { ballotId, voter, picks: [2, 5] });
const leaves = Array.from({ length: 20 }, (_, i) => leafHash(Uint8Array.of(i)));
leaves[13] = leafOf({ at, commitment, contest, kind: 'ballot', tag });
const signer = await createSigner(origin, new Uint8Array(32).fill(5));

async function noteOf(by: Signer, named = origin): Promise<string> {
  return signNote(formatCheckpoint({ origin: named, size: leaves.length, root: rootOf(leaves) }), by);
}

const hashes = proveInclusion(leaves, 13);
const good: ReceiptClaim = {
  proof: formatProof({ index: 13, hashes, checkpoint: await noteOf(signer) }),
  verifierKey: formatVerifierKey(signer),
  contest,
  receipt: { ballotId, index: 13, at, state: 'counted' },
  opening,
};

test('a voter who holds the opening sees that the ballot, with these picks, is under the signed checkpoint', async () => {
  expect(await checkReceipt(good)).toEqual({ ok: true, origin, size: 20 });
  expect(await checkReceipt({ ...good, picks: [5, 2] })).toEqual({ ok: true, origin, size: 20 });
});

const stranger = await createSigner('vote.example/other', new Uint8Array(32).fill(6));
const otherKey = await createSigner(origin, new Uint8Array(32).fill(6));
const { receipt } = good;
const withNote = async (note: Promise<string>): Promise<string> =>
  formatProof({ index: 13, hashes, checkpoint: await note });

test.each<[ReceiptStep, string, Partial<ReceiptClaim>]>([
  ['proof', 'when the proof is not one', { proof: 'not sealed yet' }],
  ['proof', 'when the proof lost its first line', { proof: good.proof.slice(good.proof.indexOf('\n') + 1) }],
  ['signature', 'when another key of the same name signed', { proof: await withNote(noteOf(otherKey)) }],
  ['signature', 'when the key asked for is another', { verifierKey: formatVerifierKey(otherKey) }],
  ['signature', 'when the key is unreadable', { verifierKey: 'key' }],
  ['signature', 'when the root was changed after signing', { proof: good.proof.replace('\n20\n', '\n21\n') }],
  [
    'origin',
    'when the checkpoint names another log',
    { proof: await withNote(noteOf(signer, 'vote.example/other')) },
  ],
  [
    'origin',
    'when another host’s log of this contest is named',
    { proof: await withNote(noteOf(signer, `other.example/${contest}`)) },
  ],
  ['origin', 'when the log is that of another contest', { contest: 'yunling-2025' }],
  ['origin', 'when the contest only ends like the one asked for', { contest: '2026' }],
  [
    'origin',
    'when key and checkpoint are those of another contest',
    {
      proof: await withNote(noteOf(stranger, 'vote.example/other')),
      verifierKey: formatVerifierKey(stranger),
    },
  ],
  ['index', 'when it is of another entry', { receipt: { ...receipt, index: 12 } }],
  ['ballot', 'when this device chose otherwise', { picks: [2, 6] }],
  ['ballot', 'when this device chose less', { picks: [2] }],
  ['ballot', 'when this device chose more', { picks: [2, 5, 6] }],
  [
    'ballot',
    'when the opening is of another ballot',
    { opening: { ...opening, ballotId: '00000000-0000-4000-8000-000000000000' } },
  ],
  ['ballot', 'when it was held and the receipt says counted', { opening: { ...opening, state: 'held' } }],
  ['ballot', 'when the opening is malformed', { opening: { ...opening, salt: 'x' } }],
  [
    'inclusion',
    'when the committed picks are not those of the opening',
    { opening: { ...opening, picks: [2, 6] } },
  ],
  ['inclusion', 'when the salt is another', { opening: { ...opening, salt: '00'.repeat(32) } }],
  ['inclusion', 'when the voter is another', { opening: { ...opening, voter: '0'.repeat(32) } }],
  ['inclusion', 'when the time is another', { receipt: { ...receipt, at: '2026-03-28T06:06:31.001Z' } }],
  [
    'inclusion',
    'when the proof climbs from elsewhere',
    {
      proof: formatProof({ index: 13, hashes: proveInclusion(leaves, 12), checkpoint: await noteOf(signer) }),
    },
  ],
])('a receipt fails at %s %s', async (step, _, change) => {
  expect(await checkReceipt({ ...good, ...change })).toEqual({ ok: false, step });
});
