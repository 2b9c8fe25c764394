import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leafOf } from '@zuimei/shared/ledger/entry.ts';
import {
  checkReceiptCode,
  formatReceiptCode,
  parseReceiptCode,
  receiptCodeOf,
} from '@zuimei/shared/ledger/receiptcode.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { formatProof } from '@zuimei/shared/log/proof.ts';
import { leafHash, proveInclusion, rootOf } from '@zuimei/shared/merkle.ts';
import { createSigner, formatVerifierKey, signNote } from '@zuimei/shared/note.ts';
import { ownSealed } from './sealed.ts';

const slug = 'yunling-2026';
const leaf = new Uint8Array(32).map((_, i) => 255 - 7 * i);
const code = formatReceiptCode({ slug, index: 1204, leaf });

const faultOf = (text: string): unknown => {
  try {
    return parseReceiptCode(text);
  } catch (error) {
    return (error as { details: { fault: string } }).details.fault;
  }
};

test('a receipt code gives back what it was made of, whatever the slug, index and leaf', () => {
  const slugs = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);
  fc.assert(
    fc.property(
      slugs,
      fc.nat({ max: Number.MAX_SAFE_INTEGER - 1 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (slug, index, leaf) => {
        expect(parseReceiptCode(formatReceiptCode({ slug, index, leaf }))).toEqual({ slug, index, leaf });
      },
    ),
  );
});

test('it is short enough for a small picture code and holds only what a web address may', () => {
  expect(code).toMatch(/^ZM1-yunling-2026-1205-[\w-]{43}-[0-9a-f]{6}$/);
  expect(encodeURIComponent(code)).toBe(code);
});

test('it is taken as it comes: with line breaks, blanks, or inside the address that was scanned', () => {
  const broken = ` ${code.slice(0, 30)}\n  ${code.slice(30)}\u3000`;
  for (const text of [broken, `https://vote.example/verify#r=${code}`, `/verify#r=${code}\n`])
    expect(parseReceiptCode(text)).toEqual({ slug, index: 1204, leaf });
});

test.each([
  ['empty', ' \n'],
  ['empty', 'https://vote.example/verify#r='],
  ['version', code.replace('ZM1', 'ZM2')],
  ['form', '1204'],
  ['form', code.toLowerCase()],
  ['form', code.slice(0, -1)],
  ['form', code.replace('-1205-', '-01205-')],
  ['form', code.replace('-1205-', '-99999999999999999-')],
  ['form', code.replace('yunling', 'Yunling')],
  ['form', code.repeat(30)],
  ['form', code.replace('-1205-', '-0-')],
  ['check', code.replace('-1205-', '-1204-')],
  ['check', code.replace('yunling', 'yunlnig')],
])('what is none is refused, and why: %s %#', (fault, text) => {
  expect(faultOf(text)).toBe(fault);
});

test('every slip of one character is seen', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let at = 0; at < code.length; at++)
    for (const letter of letters)
      if (letter !== code[at])
        expect(faultOf(code.slice(0, at) + letter + code.slice(at + 1)), `${at} ${letter}`).toBeTypeOf(
          'string',
        );
});

const ballotId = '6f1f64b0-57a5-4b86-9c0e-0123456789ab';
const voter = '0123456789abcdef0123456789abcdef';
const { commitment, tag, opening } = ownSealed(slug, { ballotId, voter, picks: [2, 5] });
const at = '2026-03-28T06:06:31.000Z';
const receipt = { ballotId, index: 13, at, state: 'counted' as const };
const leaves = Array.from({ length: 20 }, (_, i) => leafHash(Uint8Array.of(i)));
leaves[13] = leafOf({ at, commitment, contest: slug, kind: 'ballot', tag });

test('made from a voter’s own ballot, it is found under the signed checkpoint, and no other code is', async () => {
  const origin = `vote.example/${slug}`;
  const signer = await createSigner(origin, new Uint8Array(32).fill(5));
  const note = await signNote(formatCheckpoint({ origin, size: 20, root: rootOf(leaves) }), signer);
  const proof = formatProof({ index: 13, hashes: proveInclusion(leaves, 13), checkpoint: note });
  const own = parseReceiptCode(receiptCodeOf(slug, receipt, opening));
  const claim = { code: own, proof, verifierKey: formatVerifierKey(signer) };
  expect(await checkReceiptCode(claim)).toEqual({ ok: true, origin, size: 20 });
  const altered = { ...own, leaf };
  expect(await checkReceiptCode({ ...claim, code: altered })).toEqual({ ok: false, step: 'inclusion' });
  const elsewhere = { ...own, slug: 'other' };
  expect(await checkReceiptCode({ ...claim, code: elsewhere })).toEqual({ ok: false, step: 'origin' });
  expect(await checkReceiptCode({ ...claim, code: { ...own, index: 12 } })).toEqual({
    ok: false,
    step: 'index',
  });
  const held = receiptCodeOf(slug, receipt, { ...opening, picks: [3, 5] });
  expect(await checkReceiptCode({ ...claim, code: parseReceiptCode(held) })).toMatchObject({ ok: false });
});
