import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readPaper } from '@zuimei/server/nomination/paper.ts';
import { createTurns } from '@zuimei/server/turn.ts';
import { pdfOf } from './paper.ts';

const turns = createTurns({ atOnce: 2, waiting: 8, retryAfterMs: 5_000 });
const read = (bytes: Buffer) => readPaper(turns, { name: '报送表.pdf', type: 'application/pdf', bytes });

test('a PDF is shown as pictures of its pages: the first twelve, and that there are more', async () => {
  const paper = await read(pdfOf('1 0 0 rg 0 0 200 100 re f', 14));
  expect(paper).toMatchObject({ name: '报送表.pdf', kind: 'pages', parts: [], cut: true });
  expect(paper.pictures).toHaveLength(12);
  const page = Buffer.from(paper.pictures[0]?.split(',')[1] ?? '', 'base64');
  const { width, height, format } = await sharp(page).metadata();
  expect([width, height, format]).toEqual([1400, 700, 'webp']);
  const { dominant } = await sharp(page).stats();
  expect(dominant.r - dominant.b).toBeGreaterThan(200);
});

test('one that is broken, or no PDF at all, can only be saved', async () => {
  const broken = pdfOf('1 0 0 rg 0 0 200 100 re f').subarray(0, 60);
  for (const bytes of [broken, Buffer.from('%PDF-1.7 nothing'), Buffer.from('<script>alert(1)</script>')])
    expect(await read(bytes)).toMatchObject({ kind: 'unread', pictures: [] });
});
