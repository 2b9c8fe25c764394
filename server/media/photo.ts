import { randomBytes } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';

/** One core a picture: two may be encoded at once beside the ballots. */
sharp.concurrency(1);

export const photoLimits = { bytes: 20 << 20, pixels: 50_000_000, minSide: 60 };

export type PhotoSize = 'thumb' | 'card' | 'full';
export type PhotoFormat = 'avif' | 'webp' | 'jpg';

export interface PhotoFile {
  /** `<size>.<format>`, as in the media table. */
  name: `${PhotoSize}.${PhotoFormat}`;
  type: string;
  bytes: Buffer;
}

export interface EncodedPhoto {
  /** Random, so that nobody who has a picture can ask whether it is here. */
  id: string;
  /** Of `full`. */
  width: number;
  height: number;
  files: PhotoFile[];
}

/** 24 hex digits that say nothing of what is kept under them. */
export const drawMediaId = (): string => randomBytes(12).toString('hex');

const formats: readonly PhotoFormat[] = ['avif', 'webp', 'jpg'];
const FULL_WIDTH = 1080;
const FULL_HEIGHT = 2160;

/**
 * Re-encodes an uploaded picture into what pages show. Only pixels survive: turned upright, no metadata, white behind
 * transparency, never enlarged. `thumb` (96) and `card` (480) are squares with the face in the upper third; `full` keeps the
 * whole picture. Returns null for what is not a readable JPEG, PNG, WebP, GIF or AVIF within the limits (SVG and HEIC included).
 */
export async function encodePhoto(bytes: Uint8Array): Promise<EncodedPhoto | null> {
  if (bytes.length > photoLimits.bytes || !isPicture(bytes)) return null;
  try {
    return await encode(bytes);
  } catch {
    // sharp throws for truncated, oversized and malformed pictures alike.
    return null;
  }
}

async function encode(bytes: Uint8Array): Promise<EncodedPhoto | null> {
  const { data, info } = await sharp(bytes, {
    limitInputPixels: photoLimits.pixels,
    failOn: 'error',
    pages: 1,
  })
    .rotate()
    .resize(FULL_WIDTH, FULL_HEIGHT, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (Math.min(info.width, info.height) < photoLimits.minSide) return null;
  const full = (): Sharp =>
    sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  const square = await squareOf(full, info.width, info.height);
  const side = Math.min(info.width, info.height);
  const sized = (to: number): Sharp =>
    sharp(square, { raw: { width: side, height: side, channels: info.channels } }).resize(Math.min(to, side));
  const files = [
    ...(await inFormats('thumb', sized(96))),
    ...(await inFormats('card', sized(480))),
    ...(await inFormats('full', full())),
  ];
  return { id: drawMediaId(), width: info.width, height: info.height, files };
}

/** A portrait keeps its upper part (a sixth of what is cut goes from above the head); a wide picture is cut around what draws the eye. */
function squareOf(full: () => Sharp, width: number, height: number): Promise<Buffer> {
  if (height < width)
    return full()
      .resize(height, height, { fit: 'cover', position: sharp.strategy.attention })
      .raw()
      .toBuffer();
  const top = Math.round((height - width) / 6);
  return full().extract({ left: 0, top, width, height: width }).raw().toBuffer();
}

/** One after another: each takes a thread of the pool that signatures and passwords need too. */
async function inFormats(size: PhotoSize, picture: Sharp): Promise<PhotoFile[]> {
  const files: PhotoFile[] = [];
  for (const format of formats)
    files.push({
      name: `${size}.${format}`,
      type: `image/${format === 'jpg' ? 'jpeg' : format}`,
      bytes: await fitted(format, size, picture),
    });
  return files;
}

/** A phone on a slow network waits for every card: a busy picture gives up quality. `full` is only fetched when asked for. */
const mostBytes: Record<PhotoSize, number> = {
  thumb: 8 << 10,
  card: 60 << 10,
  full: Number.POSITIVE_INFINITY,
};
const qualities: Record<PhotoFormat, readonly number[]> = {
  avif: [52, 38, 22],
  webp: [74, 50, 20],
  jpg: [76, 50, 22],
};

async function fitted(format: PhotoFormat, size: PhotoSize, picture: Sharp): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for (const quality of qualities[format]) {
    bytes = await encodeAs(format, quality, picture.clone()).timeout({ seconds: 20 }).toBuffer();
    if (bytes.length <= mostBytes[size]) break;
  }
  return bytes;
}

/** AVIF at effort 2 takes a third of the time of effort 3 and is 4 % larger. */
function encodeAs(format: PhotoFormat, quality: number, picture: Sharp): Sharp {
  if (format === 'avif') return picture.avif({ quality, effort: 2 });
  if (format === 'webp') return picture.webp({ quality, effort: 4 });
  return picture.jpeg({ quality, mozjpeg: true });
}

/** By its first bytes: sharp would also open SVG, TIFF and others, whose parsers no photograph needs. */
function isPicture(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return (
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('\x89PNG\r\n\x1a\n') ||
    head.startsWith('GIF8') ||
    (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') ||
    /^avi[fs]$/u.test(head.slice(4, 8) === 'ftyp' ? head.slice(8, 12) : '')
  );
}
