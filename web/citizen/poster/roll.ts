import { fitLines, rounded, sans, serif, writeLines } from './brush.ts';
import { EDGE, MIDDLE_BOTTOM, type Paint, ROOM, WIDTH } from './layout.ts';

/** What a poster says of a notice or a result: its word, and who stands on it, as they are printed. */
export interface Roll {
  word: string;
  /** Beside the word: until when, by which document. */
  note: string;
  /** `mark`: the honour; '' where all have the same. */
  names: { name: string; unit: string; mark: string }[];
  measure: string;
}

const MOST = 8;

/** The word over the names, one a line; those for whom there is no room are counted. */
export function roll(paint: Paint, { word, note, names, measure }: Roll, top: number): void {
  paint.fillStyle = '#fffdf9';
  rounded(paint, EDGE, top, ROOM, MIDDLE_BOTTOM - top, 28);
  paint.fill();
  paint.textAlign = 'center';
  paint.fillStyle = '#b8261c';
  paint.font = `700 64px ${serif}`;
  paint.fillText([...word].join(' '), WIDTH / 2, top + 94);
  paint.fillStyle = '#5e5753';
  paint.font = `400 28px ${sans}`;
  paint.fillText(fitLines(paint, note, ROOM - 96, 1)[0] ?? '', WIDTH / 2, top + 144);
  const shown = names.slice(0, names.length > MOST ? MOST - 1 : MOST);
  const [from, room] = [top + 176, MIDDLE_BOTTOM - top - 176 - 24];
  const step = Math.min(100, room / Math.max(1, Math.min(names.length, MOST)));
  paint.textAlign = 'start';
  shown.forEach(({ name, unit, mark }, index) => {
    const y = from + step * index + step / 2 + 12;
    paint.fillStyle = '#ead9b4';
    if (index > 0) paint.fillRect(EDGE + 48, from + step * index, ROOM - 96, 2);
    paint.fillStyle = '#231f1d';
    paint.font = `700 38px ${serif}`;
    writeLines(paint, fitLines(paint, name, 380, 1), EDGE + 48, y, 0);
    paint.fillStyle = '#5e5753';
    paint.font = `400 28px ${sans}`;
    const [line = ''] = fitLines(paint, mark || unit, ROOM - 96 - 400, 1);
    paint.textAlign = 'end';
    paint.fillText(line, WIDTH - EDGE - 48, y);
    paint.textAlign = 'start';
  });
  if (shown.length === names.length) return;
  paint.textAlign = 'center';
  paint.fillStyle = '#5f4513';
  paint.font = `400 30px ${sans}`;
  paint.fillText(`共 ${names.length} ${measure}`, WIDTH / 2, from + step * shown.length + step / 2 + 10);
  paint.textAlign = 'start';
}
