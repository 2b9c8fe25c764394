import { expect, test } from 'vitest';
import { actCommitment, entryBytes } from '@zuimei/shared/ledger/entry.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { formatProof } from '@zuimei/shared/log/proof.ts';
import { leafHash, proveInclusion, rootOf } from '@zuimei/shared/merkle.ts';
import {
  certificateText,
  checkTail,
  formatCertificateCode,
  parseCertificateCode,
} from '@zuimei/shared/result/certificate.ts';

const [slug, at] = ['yunling', '2026-10-10T00:00:00.000Z'];

test('of every entry of every small log the tail is taken whole, and neither shortened, nor swapped, nor longer', () => {
  for (let size = 1; size <= 20; size++) {
    const bytes = Array.from({ length: size }, (_, i) =>
      entryBytes({
        at,
        commitment: actCommitment({ i }),
        contest: slug,
        kind: i === size - 1 ? 'revoke' : 'count',
      }),
    );
    const leaves = bytes.map(leafHash);
    const checkpoint = `${formatCheckpoint({ origin: `x/${slug}`, size, root: rootOf(leaves) })}\n— x AAAA\n`;
    for (let index = 0; index < size; index++) {
      const proof = formatProof({ index, hashes: proveInclusion(leaves, index), checkpoint });
      const tail = bytes.slice(index);
      const place = `${index} of ${size}`;
      expect(checkTail(proof, tail)?.at(-1)?.kind, place).toBe('revoke');
      const [first = new Uint8Array()] = tail;
      expect(checkTail(proof, [...tail, first]), place).toBeNull();
      expect(checkTail(proof, tail.slice(0, -1)), place).toBeNull();
      if (tail.length > 1) expect(checkTail(proof, [...tail.slice(0, -1), first]), place).toBeNull();
    }
  }
  expect(checkTail('nonsense', [])).toBeNull();
});

test('a code is read as it was written, and nothing else is one', () => {
  const code = { slug: 'a-b', entry: 1204, place: 3, leaf: '0123456789abcdef' };
  expect(formatCertificateCode(code)).toBe('a-b.1205.3.01234567');
  expect(parseCertificateCode('a-b.1205.3.01234567')).toEqual({ ...code, leaf: '01234567' });
  for (const odd of [
    '',
    'a-b.1204.0.01234567',
    'a-b.01.1.01234567',
    'a-b.0.1.01234567',
    'A.1.1.01234567',
    'a.1.1.0123456',
    'a.1.1.0123456G',
  ])
    expect(parseCertificateCode(odd)).toBeNull();
});

test('the text of a certificate has its person in every place, and keeps brackets that mean nothing', () => {
  const person = { name: '何静姝', unit: '青石镇人民政府', honour: '最美应急人' };
  expect(certificateText('〔单位〕〔姓名〕：授予“〔荣誉〕”（〔活动〕〔2026〕）', person, '推选活动')).toBe(
    '青石镇人民政府何静姝：授予“最美应急人”（推选活动〔2026〕）',
  );
});
