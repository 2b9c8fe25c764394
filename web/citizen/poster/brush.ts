export const sans =
  '-apple-system, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
export const serif = '"Songti SC", "STSong", "Noto Serif CJK SC", "Source Han Serif SC", serif';

/** Breaks a text into at most `most` lines no wider than `room` in the current font; the last one ends in … if cut. */
export function fitLines(
  paint: CanvasRenderingContext2D,
  text: string,
  room: number,
  most: number,
): string[] {
  const lines: string[] = [];
  let line = '';
  // Figures and Latin words are not torn apart, and no line begins with a name's middle dot.
  for (const sign of text.match(/(?:[\w.,%+-]+|.)·?/gu) ?? []) {
    const tooWide = paint.measureText(line + sign).width > room;
    // A closing mark may hang over rather than begin a line.
    if (tooWide && !/[，。、；：”』」）》！？]/.test(sign)) {
      lines.push(line);
      line = '';
    }
    line += sign;
  }
  if (line) lines.push(line);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${(lines[most - 1] ?? '').slice(0, -1)}…`];
}

/** As fitLines, but a heading breaks after a mark where both halves then fit, or else into lines of about the same width. */
export function evenLines(
  paint: CanvasRenderingContext2D,
  text: string,
  room: number,
  most: number,
): string[] {
  let best = fitLines(paint, text, room, most);
  if (best.length === 2) {
    const marks = [...text.matchAll(/[：，、”》）—]/g)].map((mark) => mark.index + 1);
    const middle = text.length / 2;
    const halves = marks
      .sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))
      .map((at) => [text.slice(0, at), text.slice(at)])
      .find((pair) => pair.every((half) => half !== '' && paint.measureText(half).width <= room));
    if (halves) return halves;
  }
  for (let narrower = room - 20; narrower > room / 2; narrower -= 20) {
    const lines = fitLines(paint, text, narrower, most + 1);
    if (lines.length > best.length) break;
    best = lines;
  }
  return best;
}

/** Writes lines from the baseline `y` down, an opening “ hanging in the margin; gives the baseline after the last. */
export function writeLines(
  paint: CanvasRenderingContext2D,
  lines: readonly string[],
  x: number,
  y: number,
  leading: number,
): number {
  lines.forEach((line, index) => {
    const hang = line.startsWith('“') ? paint.measureText('“').width * 0.42 : 0;
    paint.fillText(line, x - hang, y + index * leading);
  });
  return y + lines.length * leading;
}

/** A path with rounded corners (roundRect is younger than the phones met). */
export function rounded(
  paint: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): void {
  paint.beginPath();
  paint.moveTo(x + radius, y);
  paint.arcTo(x + width, y, x + width, y + height, radius);
  paint.arcTo(x + width, y + height, x, y + height, radius);
  paint.arcTo(x, y + height, x, y, radius);
  paint.arcTo(x, y, x + width, y, radius);
  paint.closePath();
}

/** A picture over the whole box, cut rather than stretched; of what is cut above and below, 30 % above (faces sit high). */
export function cover(
  paint: CanvasRenderingContext2D,
  photo: HTMLImageElement,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const scale = Math.max(width / photo.naturalWidth, height / photo.naturalHeight);
  const shownWidth = width / scale;
  const shownHeight = height / scale;
  const left = (photo.naturalWidth - shownWidth) / 2;
  const top = (photo.naturalHeight - shownHeight) * 0.3;
  paint.drawImage(photo, left, top, shownWidth, shownHeight, x, y, width, height);
}

/** Null when the picture does not come: the poster then goes without. */
export function loadPicture(url: string): Promise<HTMLImageElement | null> {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = url;
  });
}
