import { keptSize, type PictureFrame, type smallness, smallWords } from '@zuimei/shared/picture.ts';

/** “只有 120×160 像素，不到…”, to stand behind what the picture is called. */
export function smallSentence({ has, asked }: NonNullable<ReturnType<typeof smallness>>): string {
  return `${smallWords.replace('{has}', has).replace('{asked}', asked)}。`;
}

/** The most pixels that are worth sending: what is asked for, or, of a picture in its own shape, as much as is kept. */
export function mostOf(wanted: PictureFrame): { width: number; height: number } {
  return wanted.own ? keptSize : { width: wanted.width, height: wanted.height };
}

const WIDE = 1080;
const AT_SECONDS = 1;
const WAIT_MS = 8_000;

/** The frame of a film that stands still on a page, a second into it, as a JPEG; null where this browser cannot draw it. */
export async function frameOfFilm(file: File): Promise<Blob | null> {
  const source = URL.createObjectURL(file);
  const film = document.createElement('video');
  film.muted = true;
  film.playsInline = true;
  film.preload = 'auto';
  film.src = source;
  try {
    await once(film, 'loadedmetadata');
    film.currentTime = Math.min(AT_SECONDS, (film.duration || 0) / 2);
    await once(film, 'seeked');
    return await drawn(film);
  } catch {
    return null;
  } finally {
    film.removeAttribute('src');
    URL.revokeObjectURL(source);
  }
}

function drawn(film: HTMLVideoElement): Promise<Blob | null> {
  const share = Math.min(1, WIDE / film.videoWidth);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(film.videoWidth * share);
  canvas.height = Math.round(film.videoHeight * share);
  canvas.getContext('2d')?.drawImage(film, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
}

function once(film: HTMLVideoElement, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(reject, WAIT_MS);
    film.addEventListener('error', reject, { once: true });
    film.addEventListener(
      event,
      () => {
        clearTimeout(late);
        resolve();
      },
      { once: true },
    );
  });
}
