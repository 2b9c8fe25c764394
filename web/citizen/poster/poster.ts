import { encode } from 'uqr';
import type { Candidate } from '@zuimei/shared/contest.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { photoUrl } from '../../lib/media.ts';
import { numberLabel } from '../../lib/words.ts';
import { cover, evenLines, fitLines, loadPicture, rounded, sans, serif, writeLines } from './brush.ts';
import { gallery } from './gallery.ts';
import { EDGE, HEIGHT, MIDDLE_BOTTOM, MIDDLE_TOP, type Paint, ROOM, WIDTH } from './layout.ts';
import { type Roll, roll } from './roll.ts';

export interface PosterWish {
  contest: ContestView;
  /** For one candidate, or for the whole contest. */
  candidate: Candidate | null;
  /** For a notice or a result, in place of faces. */
  roll: Roll | null;
  /** Beside the code: why to scan it, and by when. */
  words: { scan: string; until: string };
  /** What the QR code opens. */
  link: string;
}

/** Draws the poster, 1080 × 1620, and gives it as a JPEG data URL. Rejects where a canvas cannot be had or read. */
export async function drawPoster({
  contest,
  candidate,
  roll: names,
  link,
  words,
}: PosterWish): Promise<string> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const paint = canvas.getContext('2d');
  if (!paint) throw new Error('no canvas');
  ground(paint);
  const top = Math.max(heading(paint, contest) + 4, MIDDLE_TOP);
  if (candidate) await portrait(paint, contest, candidate, top);
  else if (names) roll(paint, names, top);
  else await gallery(paint, contest, top);
  foot(paint, link, words);
  return canvas.toDataURL('image/jpeg', 0.9);
}

function ground(paint: Paint): void {
  paint.fillStyle = '#faf7f3';
  paint.fillRect(0, 0, WIDTH, HEIGHT);
  const red = paint.createLinearGradient(0, 0, 300, 900);
  red.addColorStop(0, '#a8211a');
  red.addColorStop(0.62, '#8f1a14');
  red.addColorStop(1, '#7a1511');
  paint.fillStyle = red;
  paint.fillRect(0, 0, WIDTH, 880);
  paint.lineWidth = 2;
  const rings = [
    [240, 0.34],
    [330, 0.2],
    [440, 0.13],
    [580, 0.08],
  ] as const;
  for (const [radius, alpha] of rings) {
    paint.strokeStyle = `rgba(255,226,170,${alpha})`;
    paint.beginPath();
    paint.arc(910, 170, radius, 0, Math.PI * 2);
    paint.stroke();
  }
}

/** Organizers, title, slogan; gives the y below them. */
function heading(paint: Paint, contest: ContestView): number {
  paint.fillStyle = 'rgba(255,255,255,.92)';
  paint.font = `400 30px ${sans}`;
  let y = writeLines(paint, fitLines(paint, contest.organizers.join('　'), ROOM, 2), EDGE, 116, 44);
  paint.fillStyle = '#fff';
  paint.font = `700 66px ${serif}`;
  const [, before = contest.title, honour = ''] = /^(.*?)(“.*)$/.exec(contest.title) ?? [];
  if (before.trim()) y = writeLines(paint, evenLines(paint, before.trim(), ROOM, 2), EDGE, y + 42, 86) - 42;
  if (honour) y = writeLines(paint, evenLines(paint, honour, ROOM, 2), EDGE, y + 42, 86) - 42;
  paint.font = `400 32px ${sans}`;
  paint.fillStyle = 'rgba(255,255,255,.92)';
  if (contest.slogan) y = writeLines(paint, fitLines(paint, contest.slogan, ROOM, 1), EDGE, y + 26, 40);
  return y;
}

async function portrait(paint: Paint, contest: ContestView, one: Candidate, top: number): Promise<void> {
  const height = MIDDLE_BOTTOM - top;
  paint.save();
  paint.shadowColor = 'rgba(60,20,10,.22)';
  paint.shadowBlur = 50;
  paint.shadowOffsetY = 16;
  paint.fillStyle = '#fff';
  rounded(paint, EDGE, top, ROOM, height, 28);
  paint.fill();
  paint.restore();
  const photo = one.photos[0] ? await loadPicture(photoUrl(one.photos[0], 'full', 'jpg')) : null;
  const left = EDGE + 48;
  if (!photo) {
    const y = name(paint, contest, one, left, top + 88, ROOM - 96, 4);
    return deeds(paint, one, left, ROOM - 96, quote(paint, one, left, y + 30, ROOM - 96) + 14);
  }
  const photoWidth = 408;
  const photoHeight = 544;
  paint.save();
  rounded(paint, left, top + 48, photoWidth, photoHeight, 16);
  paint.clip();
  cover(paint, photo, left, top + 48, photoWidth, photoHeight);
  paint.restore();
  const beside = left + photoWidth + 44;
  name(paint, contest, one, beside, top + 92, WIDTH - EDGE - 40 - beside, 3);
  const below = top + 48 + photoHeight + 44;
  paint.fillStyle = '#ead9b4';
  paint.fillRect(left, below, ROOM - 96, 2);
  quote(paint, one, left, below + 74, ROOM - 96);
}

/** Number and category, the name, the unit and post; gives the baseline after them. */
function name(
  paint: Paint,
  contest: ContestView,
  one: Candidate,
  x: number,
  from: number,
  room: number,
  most: number,
): number {
  const category = contest.categories.find((each) => each.id === one.category)?.name ?? '';
  paint.fillStyle = '#b8261c';
  paint.font = `600 30px ${sans}`;
  let y = writeLines(
    paint,
    fitLines(paint, `${numberLabel(one.number)} 号　${category}`, room, 1),
    x,
    from,
    86,
  );
  paint.fillStyle = '#231f1d';
  paint.font = `700 ${[...one.name].length > 4 ? 54 : 68}px ${serif}`;
  y = writeLines(paint, evenLines(paint, one.name, room, most), x, y, 76) - 6;
  paint.fillStyle = '#5e5753';
  paint.font = `400 30px ${sans}`;
  y = writeLines(paint, fitLines(paint, one.unit, room, 2), x, y, 46);
  return one.post ? writeLines(paint, fitLines(paint, one.post, room, 2), x, y, 46) : y;
}

function quote(paint: Paint, one: Candidate, x: number, y: number, room: number): number {
  paint.fillStyle = '#4a2a20';
  paint.font = `500 42px ${serif}`;
  return writeLines(paint, fitLines(paint, one.reason, room, 3), x, y, 66);
}

/** Where there is no picture, the deeds themselves fill the card. */
function deeds(paint: Paint, one: Candidate, left: number, room: number, from: number): void {
  let y = from;
  for (const section of one.deeds) {
    const text = section.paragraphs.join('　');
    paint.font = `400 30px ${sans}`;
    const lines = fitLines(paint, text, room, 3);
    if (y + 46 + lines.length * 46 > MIDDLE_BOTTOM - 30) return;
    paint.fillStyle = '#b8261c';
    paint.font = `600 28px ${sans}`;
    y = writeLines(paint, [section.title], left, y, 46);
    paint.fillStyle = '#5e5753';
    paint.font = `400 30px ${sans}`;
    y = writeLines(paint, lines, left, y, 46) + 22;
  }
}

function foot(paint: Paint, link: string, words: PosterWish['words']): void {
  const size = 212;
  const top = 1352;
  const left = WIDTH - EDGE - size;
  const { data, size: cells } = encode(link, { ecc: 'M', border: 0 });
  const cell = size / cells;
  paint.fillStyle = '#231f1d';
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) paint.fillRect(left + x * cell, top + y * cell, Math.ceil(cell), Math.ceil(cell));
    });
  });
  paint.font = `700 46px ${serif}`;
  writeLines(paint, [words.scan], EDGE, top + 52, 60);
  paint.fillStyle = '#5e5753';
  paint.font = `400 30px ${sans}`;
  if (words.until) writeLines(paint, [words.until], EDGE, top + 126, 44);
  writeLines(paint, ['每一票都记入公开账本，人人可以核验'], EDGE, top + 182, 44);
}
