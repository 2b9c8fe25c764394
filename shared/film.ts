/** A film comes in pieces of so many bytes, the last with what is left: no server holds more of one, and what was sent stays sent. */
export const PIECE_BYTES = 2 << 20;

/** One that is on its way. `received`: so many bytes from its beginning are kept. */
export interface FilmView {
  id: string;
  field: string;
  name: string;
  size: number;
  received: number;
}

/** What is in an MP4, by the codes of its tracks (avc1, mp4a …). */
export interface FilmShape {
  tracks: string[];
}

const BRANDS = /^(isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|qt {2})$/u;
/** The index of three hours. */
const MOST_INDEX = 16 << 20;
const MOST_BOXES = 200;
const inside: readonly string[] = ['moov', 'trak', 'mdia', 'minf', 'stbl'];

type Read = (from: number, to: number) => Promise<Uint8Array>;

/** Looks into a file of `size` bytes, of which `read` gives [from, to): no more than its boxes' heads and its index. null = no MP4, or one that breaks off. */
export async function readShape(size: number, read: Read): Promise<FilmShape | null> {
  let first = true;
  for (let at = 0, boxes = 0; at < size && boxes < MOST_BOXES; boxes++) {
    const head = await read(at, Math.min(size, at + 32));
    const box = boxAt(head, 0, size - at);
    if (!box) return null;
    if (first && (box.type !== 'ftyp' || !BRANDS.test(text(head, 8)))) return null;
    first = false;
    if (box.type === 'moov') {
      if (box.size > MOST_INDEX || at + box.size > size) return null;
      const index = await read(at, at + box.size);
      return { tracks: tracksIn(index, box.head, index.length) };
    }
    at += box.size;
  }
  return null;
}

interface Box {
  type: string;
  head: number;
  size: number;
}

/** The box at a place; `rest`: bytes from there to the end. ISO/IEC 14496-12, 4.2. */
function boxAt(bytes: Uint8Array, at: number, rest: number): Box | null {
  if (at + 8 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = view.getUint32(at);
  const long = short === 1;
  if (long && at + 16 > bytes.length) return null;
  const size = long ? Number(view.getBigUint64(at + 8)) : short === 0 ? rest : short;
  const head = long ? 16 : 8;
  return size < head ? null : { type: text(bytes, at + 4), head, size };
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function tracksIn(bytes: Uint8Array, from: number, to: number): string[] {
  const tracks: string[] = [];
  for (let at = from; at < to; ) {
    const box = boxAt(bytes, at, to - at);
    if (!box || at + box.size > to) return tracks;
    if (inside.includes(box.type)) tracks.push(...tracksIn(bytes, at + box.head, at + box.size));
    // Version and flags, how many, then the first entry with its size and its code.
    if (box.type === 'stsd' && box.size >= box.head + 16) tracks.push(text(bytes, at + box.head + 12));
    at += box.size;
  }
  return tracks;
}

const codecs: Record<string, string> = {
  hvc1: 'H.265（HEVC）',
  hev1: 'H.265（HEVC）',
  av01: 'AV1',
  vp08: 'VP8',
  vp09: 'VP9',
  mp4v: 'MPEG-4',
  dvh1: '杜比视界',
  dvhe: '杜比视界',
};

/** What of a film every phone plays is missing: null = nothing; '' = it has no picture; else what its picture is coded in. */
export function foreignCodec({ tracks }: FilmShape): string | null {
  if (tracks.some((code) => code === 'avc1' || code === 'avc3')) return null;
  const found = tracks.find((code) => codecs[code] !== undefined);
  return found === undefined ? '' : (codecs[found] ?? '');
}
