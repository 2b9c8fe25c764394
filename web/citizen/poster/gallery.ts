import { hasVote } from '@zuimei/shared/contest.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { photoUrl } from '../../lib/media.ts';
import { numberLabel } from '../../lib/words.ts';
import { cover, fitLines, loadPicture, rounded, sans, serif, writeLines } from './brush.ts';
import { EDGE, MIDDLE_BOTTOM, type Paint, ROOM, WIDTH } from './layout.ts';

/** Up to nine portraits with their names, in rows of three that fill the middle. */
export async function gallery(paint: Paint, contest: ContestView, top: number): Promise<void> {
  const some = contest.candidates.filter((one) => !one.withdrawn && one.kind !== 'case').slice(0, 9);
  if (some.length === 0) return titles(paint, contest, top);
  const photos = await Promise.all(
    some.map((one) => (one.photos[0] ? loadPicture(photoUrl(one.photos[0], 'full', 'jpg')) : null)),
  );
  const gap = 18;
  const width = (ROOM - gap * 2) / 3;
  const rows = Math.ceil(some.length / 3);
  const height = Math.min(width * 1.4, (MIDDLE_BOTTOM - top - gap * (rows - 1)) / rows);
  some.forEach((one, index) => {
    const x = EDGE + (index % 3) * (width + gap);
    const y = top + Math.floor(index / 3) * (height + gap);
    const photo = photos[index];
    paint.save();
    rounded(paint, x, y, width, height, 22);
    paint.clip();
    paint.fillStyle = '#fbeeea';
    paint.fillRect(x, y, width, height);
    if (photo) cover(paint, photo, x, y, width, height);
    paint.fillStyle = 'rgba(35,31,29,.76)';
    paint.fillRect(x, y + height - 58, width, 58);
    paint.fillStyle = '#fff';
    paint.font = `700 30px ${serif}`;
    const label = hasVote(contest) ? `${numberLabel(one.number)} ` : '';
    const name = fitLines(paint, `${label}${one.name}`, width - 36, 1);
    writeLines(paint, name, x + 18, y + height - 18, 0);
    paint.restore();
  });
  if (some.length % 3 !== 0 && some.length > 3)
    rest(
      paint,
      contest,
      EDGE + (some.length % 3) * (width + gap),
      top + (rows - 1) * (height + gap),
      WIDTH - EDGE,
      height,
    );
}

/** What remains of the last row says how many there are. */
function rest(paint: Paint, contest: ContestView, x: number, y: number, right: number, height: number): void {
  paint.fillStyle = '#fbf4e4';
  rounded(paint, x, y, right - x, height, 22);
  paint.fill();
  paint.textAlign = 'center';
  paint.fillStyle = '#8f1a14';
  paint.font = `700 84px ${serif}`;
  const middle = (x + right) / 2;
  paint.fillText(
    String(contest.candidates.filter((one) => !one.withdrawn).length),
    middle,
    y + height / 2 + 10,
  );
  paint.fillStyle = '#5f4513';
  paint.font = `400 30px ${sans}`;
  paint.fillText(
    `${contest.noun.measure}${hasVote(contest) ? '候选' : contest.noun.name}`,
    middle,
    y + height / 2 + 62,
  );
  paint.textAlign = 'start';
}

/** A contest of cases has titles instead of faces, spread over the card. */
function titles(paint: Paint, contest: ContestView, top: number): void {
  paint.fillStyle = '#fff';
  rounded(paint, EDGE, top, ROOM, MIDDLE_BOTTOM - top, 28);
  paint.fill();
  const some = contest.candidates.filter((each) => !each.withdrawn).slice(0, 7);
  const step = Math.min(190, (MIDDLE_BOTTOM - top - 60) / Math.max(1, some.length));
  some.forEach((one, index) => {
    const y = top + 30 + step * index + step / 2;
    paint.fillStyle = '#b8261c';
    paint.font = `700 56px ${serif}`;
    paint.fillText(numberLabel(one.number), EDGE + 48, y + 12);
    paint.fillStyle = '#231f1d';
    paint.font = `700 40px ${serif}`;
    writeLines(paint, fitLines(paint, one.name, ROOM - 216, 1), EDGE + 148, y - 4, 0);
    paint.fillStyle = '#726963';
    paint.font = `400 28px ${sans}`;
    writeLines(paint, fitLines(paint, one.unit, ROOM - 216, 1), EDGE + 148, y + 42, 0);
  });
}
