import { expect, test } from 'vitest';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { formatProof, parseProof } from '@zuimei/shared/log/proof.ts';
import { checkInclusion, leafHash, proveInclusion } from '@zuimei/shared/merkle.ts';
import { openNote } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { logVectors } from './vectors.ts';

const { published, derived } = logVectors;
const hash = new Uint8Array(32).fill(7);
const line = Buffer.from(hash).toString('base64');
const HEADER = 'c2sp.org/tlog-proof@v1\n';

test('the published examples are written and read', () => {
  for (const { index, hashes, checkpoint, text } of published.tlog_proof.examples) {
    const proof = {
      index,
      hashes: hashes.map((one) => new Uint8Array(Buffer.from(one, 'base64'))),
      checkpoint,
    };
    expect(formatProof(proof)).toBe(text);
    expect(parseProof(text)).toEqual(proof);
  }
});

test('extra bytes, empty ones too, and large indexes go there and back', () => {
  for (const extra of [new Uint8Array(0), new Uint8Array(Buffer.from('extra information'))]) {
    const proof = { index: 2 ** 40, hashes: [hash, hash], checkpoint: 'a\n\nb\n', extra };
    expect(parseProof(formatProof(proof))).toEqual(proof);
  }
});

test('the derived proof is made to the letter and proves its entry', async () => {
  const leaves = Array.from({ length: 300 }, (_, i) => leafHash(Buffer.from(`entry-${i}`)));
  const text = derived.tlogProof_index42_size300;
  const hashes = proveInclusion(leaves, 42);
  expect(formatProof({ index: 42, hashes, checkpoint: derived.checkpoint300 })).toBe(text);
  const proof = parseProof(text);
  const note = await openNote(proof.checkpoint, [published.golang_note_sign.vkey]);
  const { size, root } = parseCheckpoint(note.text);
  const claim = {
    index: proof.index,
    size,
    leaf: leafHash(Buffer.from('entry-42')),
    root,
    proof: proof.hashes,
  };
  expect(checkInclusion(claim)).toBe(true);
  expect(checkInclusion({ ...claim, leaf: leafHash(Buffer.from('entry-43')) })).toBe(false);
});

test.each([
  ...published.tlog_proof.invalid,
  '',
  HEADER,
  `${HEADER}index 0\n`,
  `${HEADER}index 0\ncheckpoint\n`,
  `${HEADER}index 0\n\n`,
  `${HEADER}index 00\n\ncheckpoint\n`,
  `${HEADER}index 01\n\ncheckpoint\n`,
  `${HEADER}index +1\n\ncheckpoint\n`,
  `${HEADER}index 1.0\n\ncheckpoint\n`,
  `${HEADER}index 9007199254740992\n\ncheckpoint\n`,
  `${HEADER}index  1\n\ncheckpoint\n`,
  `${HEADER}index 1 \n\ncheckpoint\n`,
  `${HEADER}index 1\nextra AAAA\n\ncheckpoint\n`,
  `${HEADER}extra AAAA\nextra AAAA\nindex 1\n\ncheckpoint\n`,
  `${HEADER}extra AAB=\nindex 1\n\ncheckpoint\n`,
  `${HEADER}index 1\n${line.slice(0, -4)}\n\ncheckpoint\n`,
  `${HEADER}index 1\n${Buffer.alloc(64).toString('base64')}\n\ncheckpoint\n`,
  `${HEADER}index 1\n ${line}\n\ncheckpoint\n`,
  `${HEADER}index 1\n${`${line}\n`.repeat(64)}\ncheckpoint\n`,
  `${HEADER}index 1\n${line}\r\n\r\ncheckpoint\n`,
  `\n${HEADER}index 1\n\ncheckpoint\n`,
])('%j is refused', (text) => {
  expect(() => parseProof(text)).toThrow(Refusal);
});

test('a text longer than 64 KB is refused unread', () => {
  expect(() => parseProof(`${HEADER}index 0\n\n${'a'.repeat(65_536)}`)).toThrow(Refusal);
});
