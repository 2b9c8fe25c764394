import { heicAdvice } from '@zuimei/shared/picture.ts';

/** Why a picked file is not taken, or null. `accept` as of a file input: endings, types, or a family such as image/*. */
export function fileProblem(
  file: Pick<File, 'name' | 'size' | 'type'>,
  accept: string,
  maxBytes: number,
): string | null {
  if (/\.hei[cf]$/i.test(file.name) || /^image\/hei[cf]/.test(file.type))
    return `“${file.name}”是 HEIC 格式，这里打不开。${heicAdvice}。`;
  if (!accepted(file, accept)) return `“${file.name}”的格式不在可接收的范围内（${acceptWords(accept)}）。`;
  if (file.size === 0) return `“${file.name}”是空文件，请重新选择。`;
  if (file.size > maxBytes)
    return `“${file.name}”有 ${sizeWords(file.size)}，超过 ${sizeWords(maxBytes)}，请压缩后再选。`;
  return null;
}

/** "820 KB", "4.5 MB". */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  const mega = bytes / 1024 ** 2;
  return `${Number.isInteger(mega) || mega >= 100 ? Math.round(mega) : mega.toFixed(1)} MB`;
}

function accepted(file: Pick<File, 'name' | 'type'>, accept: string): boolean {
  const name = file.name.toLowerCase();
  return kinds(accept).some((kind) => {
    if (kind.startsWith('.')) return name.endsWith(kind);
    // Some systems give no type; then the server judges.
    if (file.type === '') return true;
    return kind.endsWith('/*') ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
  });
}

const families: Record<string, string> = {
  'image/*': '图片',
  'video/*': '视频',
  'image/jpeg': 'JPG',
  'image/png': 'PNG',
  'image/webp': 'WebP',
  'video/mp4': 'MP4',
  'application/pdf': 'PDF',
};

function acceptWords(accept: string): string {
  return kinds(accept)
    .map((kind) => families[kind] ?? kind.replace(/^\./, '').toUpperCase())
    .join('、');
}

function kinds(accept: string): string[] {
  return accept
    .toLowerCase()
    .split(',')
    .map((kind) => kind.trim())
    .filter(Boolean);
}
