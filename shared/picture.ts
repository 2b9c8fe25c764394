import type { CandidateKind } from './contest.ts';

export type PictureKind = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'heic';

/** What a picture is by its first bytes (32 are enough), whatever it is called; null for everything that no camera or phone makes. */
export function pictureKind(bytes: Uint8Array): PictureKind | null {
  const head = String.fromCharCode(...bytes.subarray(0, 32));
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (head.slice(4, 8) !== 'ftyp') return null;
  const brands = head.slice(8);
  if (/^avi[fs]/.test(brands)) return 'avif';
  // `mif1` and `msf1` are any coding in that container; phones put HEVC into it.
  return /^(he[iv][cxms]|mif1|msf1)/.test(brands) ? 'heic' : null;
}

/** Why a picture is not taken; refusals and what is wrong with a document name it alike. */
export const photoFaults = [
  'photo_none',
  'photo_heic',
  'photo_points',
  'photo_small',
  'photo_bytes',
  'photo_broken',
] as const;
export type PhotoFault = (typeof photoFaults)[number];

/** Said of a HEIC picture where it is picked, sent or found in a document: which the picture library cannot decode (patents). */
export const heicAdvice = '请在苹果手机“设置 › 相机 › 格式”里选“兼容性最佳”后重拍，或把照片另存为 JPG 再上传';

interface Size {
  width: number;
  height: number;
}

/** The shape a picture is cut to, and how large it is wanted. */
export interface PictureFrame extends Size {
  /** It keeps its own shape, either way up; width and height then say how large, not how wide. */
  own: boolean;
  word: ReturnType<typeof pictureWord>;
}

/** As large as a picture is kept; a form that asks for more cannot hold it against anybody. */
export const keptSize: Size = { width: 1080, height: 2160 };
const filmCover: Size = { width: 1080, height: 608 };

/** A face is cut to a frame; the picture of anything else keeps its shape. */
export function hasOwnShape(kind: CandidateKind): boolean {
  return kind !== 'person' && kind !== 'team';
}

/** What the first picture is called: of a work it is no photo of anybody, but the cover of its film or the work itself. */
export function pictureWord(kind: CandidateKind, film: boolean): '照片' | '封面' | '画面' {
  if (kind !== 'work') return '照片';
  return film ? '封面' : '画面';
}

/**
 * The frame of a nominee's first picture. A face is cut to what the form asks for; the picture of a case and a work that is looked at keep
 * their shape; the cover of a film is as wide as the film. `film`: the nomination has one.
 */
export function frameOf(asked: Size, kind: CandidateKind, film: boolean): PictureFrame {
  const { width, height } = asked;
  const word = pictureWord(kind, film);
  if (word === '封面') return { ...filmCover, own: false, word };
  return { width, height, own: hasOwnShape(kind), word };
}

/** Filled with what smallness gives, wherever a small picture is told of. */
export const smallWords = '只有 {has} 像素，不到要求（{asked}）的一半，放大后会模糊，请换一张更清晰的';

/** Has and asked size of a picture under half of what is wanted, by its sides or, where it keeps its shape, by the longer one; else null. */
export function smallness(has: Size, wanted: Pick<PictureFrame, 'width' | 'height' | 'own'>) {
  const most = Math.min(1, keptSize.width / wanted.width, keptSize.height / wanted.height);
  const long = ({ width, height }: Size): number => Math.max(width, height);
  const half = most / 2;
  const small = wanted.own
    ? long(has) < long(wanted) * half
    : has.width < wanted.width * half || has.height < wanted.height * half;
  return small ? { has: `${has.width}×${has.height}`, asked: `${wanted.width}×${wanted.height}` } : null;
}
