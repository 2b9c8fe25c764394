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
