import { type PaperView, paperLimits } from '@zuimei/shared/paper.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Paper } from '../document/paper.ts';
import { createReader, type Reader } from '../document/reader.ts';
import { shrinkPhoto } from '../media/photo.ts';
import type { Turns } from '../turn.ts';

/** Wide enough for the smallest print of a scanned form. */
const box = { width: 1400, height: 2000 };
/** Of all pictures of one paper together, as sent: a data: address has a third more. */
const PICTURES_BYTES = 6 << 20;

/**
 * A stored file to be read in place: what a document says and shows, the pages of a PDF, or a picture. It is opened within a turn, in a thread that can be
 * ended; pictures are decoded and encoded anew, so that nothing of the file itself reaches a browser. What cannot be read is `unread`,
 * never an error. Refuses with busy.
 */
export async function readPaper(
  turns: Turns,
  { name, type, bytes }: { name: string; type: string; bytes: Uint8Array },
): Promise<PaperView> {
  const unread: PaperView = { name, kind: 'unread', parts: [], pictures: [], cut: false };
  if (type.startsWith('video/')) return unread;
  using _turn = await turns.take();
  if (type.startsWith('image/')) {
    const [picture] = await encoded([bytes]);
    return picture ? { ...unread, kind: 'picture', pictures: [picture] } : unread;
  }
  const reader = createReader();
  try {
    const isPdf = type === 'application/pdf';
    const paper = isPdf ? await reader.pages(bytes) : await readWords(reader, name, bytes);
    if ('refused' in paper) return unread;
    const { parts, pictures, cut } = paper;
    return { name, kind: isPdf ? 'pages' : 'text', parts, pictures: await encoded(pictures), cut };
  } finally {
    await reader.close();
  }
}

async function readWords(
  reader: Reader,
  name: string,
  bytes: Uint8Array,
): Promise<Paper | { refused: true }> {
  const ending = /\.([^.]{1,5})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
  const reply = await reader.read({ bytes, file: name, ending, paper: true });
  return 'refused' in reply || !reply.paper ? { refused: true } : reply.paper;
}

/** In their places; '' for one that is no picture, or for which there is no room left. */
async function encoded(pictures: readonly Uint8Array[]): Promise<string[]> {
  const shown: string[] = [];
  let left = PICTURES_BYTES;
  for (const bytes of pictures.slice(0, paperLimits.pictures)) {
    const webp = await shrinkPhoto(bytes, box, (picture) => picture.webp({ quality: 72 }).toBuffer()).catch(
      (error: unknown) => {
        if (error instanceof Refusal) return null;
        throw error;
      },
    );
    left -= webp?.length ?? 0;
    shown.push(webp && left >= 0 ? `data:image/webp;base64,${webp.toString('base64')}` : '');
  }
  return shown;
}
