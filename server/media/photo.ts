import { randomBytes } from 'node:crypto';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { keptSize, type PictureKind, pictureKind } from '@zuimei/shared/picture.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { createTurns } from '../turn.ts';

/** One core a picture: two may be encoded at once beside the ballots. */
sharp.concurrency(1);

/**
 * `pixels`: of a JPEG or a PNG, which phones make of 108 million (12 000 × 9 000) and which are read shrunk or row by row. `wholePixels`:
 * of every other kind, whose decoder holds the whole picture.
 */
export const photoLimits = { bytes: 50 << 20, pixels: 125_000_000, wholePixels: 50_000_000, minSide: 60 };

/** A JPEG or PNG that is stored in passes has to be held whole: 300 MB for 108 million pixels, so one at a time. */
const heavy = createTurns({ atOnce: 1, waiting: 20, retryAfterMs: 10_000 });

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
const ownCard = { width: 640, height: 640, fit: 'inside', withoutEnlargement: true } as const;

/**
 * Re-encodes an uploaded picture into what pages show. Only pixels survive: turned upright, no metadata, white behind
 * transparency, never enlarged. `thumb` (96) and `card` (480) are squares with the face in the upper third; `full` keeps the
 * whole picture. A case's or a work's picture keeps its shape as `card`, too. Takes JPEG, PNG, WebP, GIF and AVIF; refuses as shrinkPhoto, and with photo_small {width, height, least}.
 */
export async function encodePhoto(bytes: Uint8Array, card: 'face' | 'own' = 'face'): Promise<EncodedPhoto> {
  const { data, info } = await shrinkPhoto(bytes, keptSize, (picture) =>
    picture
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = info;
  const side = Math.min(width, height);
  if (side < photoLimits.minSide) {
    const least = `${photoLimits.minSide}×${photoLimits.minSide}`;
    throw new Refusal('photo_small', { width, height, least });
  }
  const full = (): Sharp => sharp(data, { raw: { width, height, channels } });
  const square = await squareOf(full, width, height);
  const sized = (to: number): Sharp =>
    sharp(square, { raw: { width: side, height: side, channels } }).resize(Math.min(to, side));
  const files = [
    ...(await inFormats('thumb', sized(96))),
    ...(await inFormats('card', card === 'face' ? sized(480) : full().resize(ownCard))),
    ...(await inFormats('full', full())),
  ];
  return { id: drawMediaId(), width, height, files };
}

/**
 * Opens a picture upright and no larger than `box`, and gives what `use` makes of it: the one place where pictures from outside are
 * decoded. Refuses with photo_bytes {megabytes, most}, photo_none, photo_heic, photo_points {points, most}, both in units of 10 000, and
 * photo_broken.
 */
export async function shrinkPhoto<T>(
  bytes: Uint8Array,
  box: { width: number; height: number },
  use: (picture: Sharp) => Promise<T>,
): Promise<T> {
  if (bytes.length > photoLimits.bytes)
    throw new Refusal('photo_bytes', { megabytes: mega(bytes.length), most: mega(photoLimits.bytes) });
  // By its first bytes: sharp would also open SVG, TIFF and others, whose parsers no photograph needs.
  const kind = pictureKind(bytes);
  if (kind === null) throw new Refusal('photo_none');
  if (kind === 'heic') throw new Refusal('photo_heic');
  try {
    const head = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
    const most = mostPixels(kind);
    const pixels = head.width * head.height;
    if (pixels > most)
      throw new Refusal('photo_points', { points: Math.round(pixels / 1e4), most: Math.round(most / 1e4) });
    using _turn = isHeavy(head, pixels) ? await heavy.take() : null;
    const picture = sharp(bytes, { limitInputPixels: most, failOn: 'error', pages: 1 })
      .autoOrient()
      .resize(box.width, box.height, { fit: 'inside', withoutEnlargement: true })
      .timeout({ seconds: 30 });
    return await use(picture);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // sharp throws for truncated and malformed pictures alike.
    throw new Refusal('photo_broken');
  }
}

const mega = (bytes: number): number => Math.round(bytes / (1 << 20));

const mostPixels = (kind: PictureKind): number =>
  kind === 'jpeg' || kind === 'png' ? photoLimits.pixels : photoLimits.wholePixels;

const isHeavy = ({ isProgressive }: Metadata, pixels: number): boolean =>
  isProgressive === true && pixels > photoLimits.wholePixels;

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
