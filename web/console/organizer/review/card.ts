import { encode } from 'uqr';
import { dayTime } from '@zuimei/shared/moment.ts';
import type { ShortlistView } from '@zuimei/shared/shortlist.ts';
import { numberLabel } from '../../../lib/words.ts';
import type { PictureUrl } from '../../pictures.ts';

const WIDTH = 1080;
const EDGE = 72;
const HEAD = 420;
const FOOT = 330;
const COLUMNS = 3;
const MOST_FACES = 12;
const sans = '-apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const serif = '"Songti SC", "STSong", "Noto Serif CJK SC", "Source Han Serif SC", serif';

type Paint = CanvasRenderingContext2D;

/** The link that a share card opens. */
export function shareLink({ base, link }: ShortlistView): string {
  return `${base}${link ?? ''}`;
}

/** What to write beside the link in a group or a notice. */
export function shareText(view: ShortlistView): string {
  const { title, organizers, noun, lines, votingOpens, votingCloses } = view;
  const count = lines.filter((one) => one.state === 'published' && !one.withdrawn).length;
  const when =
    votingOpens && votingCloses
      ? `投票时间：${dayTime(votingOpens)} 至 ${dayTime(votingCloses)}。不需要转发，也没有奖品，请按本人意愿推选。`
      : '';
  return [
    `${title}候选名单公布，共 ${count} ${noun.measure}${noun.name}，请了解他们的事迹。`,
    when,
    shareLink(view),
    organizers.join('、'),
  ]
    .filter(Boolean)
    .join('\n');
}

/** Draws the share card, 1080 wide, as a JPEG data URL. Rejects where a canvas cannot be had. */
export async function drawCard(view: ShortlistView, pictureUrl: PictureUrl): Promise<string> {
  const shown = view.lines
    .filter((one) => one.state === 'published' && !one.withdrawn)
    .toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0));
  const faces = shown.slice(0, MOST_FACES);
  const photos = await Promise.all(
    faces.map((one) => (one.photo ? load(pictureUrl(one.photo, 'card', 'jpg')) : null)),
  );
  const gap = 20;
  const cell = (WIDTH - EDGE * 2 - gap * (COLUMNS - 1)) / COLUMNS;
  const row = cell + 92;
  const rows = Math.ceil(faces.length / COLUMNS);
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEAD + rows * row + (shown.length > faces.length ? 60 : 0) + FOOT;
  const paint = canvas.getContext('2d');
  if (!paint) throw new Error('no canvas');
  ground(paint, canvas.height);
  heading(paint, view, shown.length);
  faces.forEach((one, at) => {
    const x = EDGE + (at % COLUMNS) * (cell + gap);
    const y = HEAD + Math.floor(at / COLUMNS) * row;
    face(paint, photos[at] ?? null, one.name, x, y, cell);
    paint.fillStyle = '#231f1d';
    paint.font = `700 32px ${serif}`;
    paint.fillText(shorten(paint, `${numberLabel(one.number ?? 0)} ${one.name}`, cell), x, y + cell + 42);
    paint.fillStyle = '#726963';
    paint.font = `400 24px ${sans}`;
    paint.fillText(shorten(paint, one.unit, cell), x, y + cell + 74);
  });
  if (shown.length > faces.length) {
    paint.fillStyle = '#726963';
    paint.font = `400 28px ${sans}`;
    paint.fillText(`等 ${shown.length} ${view.noun.measure}，扫码查看全部`, EDGE, HEAD + rows * row + 30);
  }
  foot(paint, view, canvas.height - FOOT + 40);
  return canvas.toDataURL('image/jpeg', 0.9);
}

function ground(paint: Paint, height: number): void {
  paint.fillStyle = '#faf7f3';
  paint.fillRect(0, 0, WIDTH, height);
  const red = paint.createLinearGradient(0, 0, 200, HEAD);
  red.addColorStop(0, '#a8211a');
  red.addColorStop(1, '#7a1511');
  paint.fillStyle = red;
  paint.fillRect(0, 0, WIDTH, HEAD - 56);
}

function heading(paint: Paint, { title, organizers, noun }: ShortlistView, count: number): void {
  paint.fillStyle = 'rgba(255,255,255,.9)';
  paint.font = `400 28px ${sans}`;
  paint.fillText(shorten(paint, organizers.join('　'), WIDTH - EDGE * 2), EDGE, 92);
  paint.fillStyle = '#fff';
  let size = 64;
  do paint.font = `700 ${size}px ${serif}`;
  while (size > 38 && paint.measureText(title).width > (WIDTH - EDGE * 2) * 2 && --size);
  const lines = wrap(paint, title, WIDTH - EDGE * 2, 2);
  lines.forEach((line, at) => {
    paint.fillText(line, EDGE, 178 + at * (size + 16));
  });
  paint.font = `400 32px ${sans}`;
  paint.fillText(
    `候选名单公布 · 共 ${count} ${noun.measure}${noun.name}`,
    EDGE,
    196 + lines.length * (size + 16) - 20,
  );
}

function face(
  paint: Paint,
  photo: HTMLImageElement | null,
  name: string,
  x: number,
  y: number,
  side: number,
): void {
  paint.save();
  paint.beginPath();
  paint.rect(x, y, side, side);
  paint.clip();
  paint.fillStyle = '#f1ebe5';
  paint.fillRect(x, y, side, side);
  if (photo) {
    const scale = Math.max(side / photo.naturalWidth, side / photo.naturalHeight);
    const [width, height] = [photo.naturalWidth * scale, photo.naturalHeight * scale];
    paint.drawImage(photo, x - (width - side) / 2, y - (height - side) * 0.3, width, height);
  } else {
    paint.fillStyle = '#a3968c';
    paint.font = `500 120px ${serif}`;
    paint.textAlign = 'center';
    paint.fillText([...name].at(-1) ?? '', x + side / 2, y + side / 2 + 44);
  }
  paint.restore();
}

function foot(paint: Paint, view: ShortlistView, top: number): void {
  const size = 230;
  const left = WIDTH - EDGE - size;
  const { data, size: cells } = encode(shareLink(view), { ecc: 'M', border: 0 });
  const cell = size / cells;
  paint.fillStyle = '#fff';
  paint.fillRect(left - 14, top - 14, size + 28, size + 28);
  paint.fillStyle = '#231f1d';
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) paint.fillRect(left + x * cell, top + y * cell, Math.ceil(cell), Math.ceil(cell));
    });
  });
  paint.font = `700 42px ${serif}`;
  paint.fillText('扫一扫，了解他们的事迹', EDGE, top + 60);
  paint.fillStyle = '#5e5753';
  paint.font = `400 28px ${sans}`;
  if (view.votingOpens) paint.fillText(`投票开始：${dayTime(view.votingOpens)}`, EDGE, top + 122);
  if (view.votingCloses) paint.fillText(`投票截止：${dayTime(view.votingCloses)}`, EDGE, top + 166);
  paint.fillText('每一票都记入公开账本，人人可以核验', EDGE, top + 210);
}

function wrap(paint: Paint, text: string, room: number, most: number): string[] {
  const lines: string[] = [''];
  for (const sign of text) {
    const last = lines.length - 1;
    if (paint.measureText(lines[last] + sign).width <= room || /[，。、”》）]/u.test(sign))
      lines[last] += sign;
    else lines.push(sign);
  }
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most - 1), shorten(paint, lines.slice(most - 1).join(''), room)];
}

function shorten(paint: Paint, text: string, room: number): string {
  if (paint.measureText(text).width <= room) return text;
  let kept = [...text];
  while (kept.length > 1 && paint.measureText(`${kept.join('')}…`).width > room) kept = kept.slice(0, -1);
  return `${kept.join('')}…`;
}

/** null when the picture does not come: the card then shows the name's last character. */
function load(url: string): Promise<HTMLImageElement | null> {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = url;
  });
}
