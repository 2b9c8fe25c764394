interface Size {
  width: number;
  height: number;
}

/** What of a picture shows behind a frame: `x` and `y` are the middle of it, in pixels of the picture as it stands after its turns. */
export interface View {
  /** Quarters to the right, 0–3. */
  turns: number;
  /** 1 = the frame is just filled. */
  zoom: number;
  x: number;
  y: number;
}

const MOST_ZOOM = 8;

/** The picture as it stands after its turns. */
function turned({ width, height }: Size, turns: number): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** The shape of the frame: the one that is asked for, or the picture's own. */
export function ratioOf(picture: Size, turns: number, ratio: number | null): number {
  const { width, height } = turned(picture, turns);
  return ratio ?? width / height;
}

/** The size of what shows, in pixels of the picture: never more than the picture has, whatever its shape and the frame's. */
export function shownSize(picture: Size, { turns, zoom }: View, ratio: number | null): Size {
  const { width, height } = turned(picture, turns);
  const shape = ratioOf(picture, turns, ratio);
  const wide = Math.min(width, height * shape) / zoom;
  return { width: wide, height: wide / shape };
}

/** The view that shows most: the frame filled, from the middle. */
export function cover(picture: Size, turns = 0): View {
  const { width, height } = turned(picture, turns);
  return { turns, zoom: 1, x: width / 2, y: height / 2 };
}

/** The same view, brought back to where the frame holds picture and nothing else. */
function kept(picture: Size, view: View, ratio: number | null): View {
  const zoom = clamp(view.zoom, 1, MOST_ZOOM);
  const whole = turned(picture, view.turns);
  const { width, height } = shownSize(picture, { ...view, zoom }, ratio);
  return {
    turns: view.turns,
    zoom,
    x: clamp(view.x, width / 2, whole.width - width / 2),
    y: clamp(view.y, height / 2, whole.height - height / 2),
  };
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** Moves the picture under the frame, by shares of the frame's width and height. */
export function moved(picture: Size, view: View, ratio: number | null, right: number, down: number): View {
  const { width, height } = shownSize(picture, view, ratio);
  return kept(picture, { ...view, x: view.x - right * width, y: view.y - down * height }, ratio);
}

/** Makes the picture `factor` times as large around a point of the frame, in shares of it from the middle. */
export function zoomed(
  picture: Size,
  view: View,
  ratio: number | null,
  factor: number,
  at = { x: 0, y: 0 },
): View {
  const zoom = clamp(view.zoom * factor, 1, MOST_ZOOM);
  const before = shownSize(picture, view, ratio);
  const after = shownSize(picture, { ...view, zoom }, ratio);
  const x = view.x + at.x * (before.width - after.width);
  const y = view.y + at.y * (before.height - after.height);
  return kept(picture, { ...view, zoom, x, y }, ratio);
}

/** A quarter to the right, from the middle again. */
export function quarter(picture: Size, view: View): View {
  return cover(picture, (view.turns + 1) % 4);
}

/** How the picture lies behind a frame `wide` CSS pixels across, as a transform around its own middle. */
export function transformOf(picture: Size, view: View, ratio: number | null, wide: number): string {
  const { width, height } = turned(picture, view.turns);
  const scale = wide / shownSize(picture, view, ratio).width;
  const right = (width / 2 - view.x) * scale;
  const down = (height / 2 - view.y) * scale;
  return `translate(-50%, -50%) translate(${right}px, ${down}px) rotate(${view.turns * 90}deg) scale(${scale})`;
}

/** What the cut gives: the size that is wanted, or less where the picture has no more. */
export function cutSize(picture: Size, view: View, ratio: number | null, most: Size): Size {
  const shown = shownSize(picture, view, ratio);
  const share = Math.min(1, most.width / shown.width, most.height / shown.height);
  return {
    width: Math.max(1, Math.round(shown.width * share)),
    height: Math.max(1, Math.round(shown.height * share)),
  };
}

/** What the frame holds as a JPEG; null when the browser cannot. */
export function cut(
  image: HTMLImageElement,
  view: View,
  ratio: number | null,
  most: Size,
): Promise<Blob | null> {
  const picture = { width: image.naturalWidth, height: image.naturalHeight };
  const { width, height } = cutSize(picture, view, ratio, most);
  const whole = turned(picture, view.turns);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  if (!pen) return Promise.resolve(null);
  const scale = width / shownSize(picture, view, ratio).width;
  pen.imageSmoothingQuality = 'high';
  // A picture with see-through parts is on white, as the server would have it.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  pen.translate(width / 2, height / 2);
  pen.scale(scale, scale);
  pen.translate(whole.width / 2 - view.x, whole.height / 2 - view.y);
  pen.rotate((view.turns * Math.PI) / 2);
  pen.drawImage(image, -picture.width / 2, -picture.height / 2);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
}
