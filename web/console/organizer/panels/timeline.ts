import type { PanelsView } from '@zuimei/shared/panel.ts';
import type { Instant } from '@zuimei/shared/time.ts';

export interface LockMark {
  code: string;
  at: Instant;
  entry: number | null;
  revision: number;
  /** Before anybody could know a count; null = counts are not public yet, so it was. */
  before: boolean;
  /** Where it stands between the ends, per mille. */
  x: number;
}

export interface LockLine {
  marks: LockMark[];
  /** Where counts became public, per mille; null = they did not yet. */
  counts: number | null;
  from: Instant;
  to: Instant;
}

/** Every lock in force in the order of time, held against the moment at which counts became public; null = nothing is locked. */
export function lockLine({ panels, countsAt }: Pick<PanelsView, 'panels' | 'countsAt'>): LockLine | null {
  const locked = panels
    .flatMap(({ seats }) => seats)
    .flatMap(({ code, kind, locked: lock }) => (kind === 'full' && lock ? [{ code, ...lock }] : []))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (locked.length === 0) return null;
  const moments = [...locked.map(({ at }) => at), ...(countsAt ? [countsAt] : [])].map((at) =>
    Date.parse(at),
  );
  const [from, to] = [Math.min(...moments), Math.max(...moments)];
  const place = (at: Instant): number =>
    to > from ? Math.round((1000 * (Date.parse(at) - from)) / (to - from)) : 500;
  return {
    marks: locked.map(({ code, at, entry, revision }) => ({
      code,
      at,
      entry,
      revision,
      before: !countsAt || Date.parse(at) < Date.parse(countsAt),
      x: place(at),
    })),
    counts: countsAt ? place(countsAt) : null,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  };
}

/** What the order of locks and counts says, in a sentence. */
export function lockSentence({ marks, counts }: LockLine): string {
  if (counts === null) return `${marks.length} 份评分表已锁定，票数还没有公布。`;
  const after = marks.filter(({ before }) => !before);
  if (after.length === 0) return `${marks.length} 份评分表都在票数公布之前锁定。`;
  return `${after.map(({ code }) => code).join('、')} 在票数公布之后锁定，其余 ${marks.length - after.length} 份在公布之前锁定。`;
}
