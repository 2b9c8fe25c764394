import type { Curve } from '@zuimei/shared/live.ts';

/** The newer curve laid over the older one, at most the last `most` spans. What both know is as the newer says. */
export function joinCurves(old: Curve | null, fresh: Curve, spanMs: number, most: number): Curve {
  if (!old || old.counts.length === 0) return fresh;
  const shift = Math.round((Date.parse(fresh.from) - Date.parse(old.from)) / spanMs);
  // Nothing of the old one reaches the new one: between them nobody knows.
  if (shift < 0 || shift > old.counts.length) return fresh;
  const counts = [...old.counts.slice(0, shift), ...fresh.counts];
  const dropped = Math.max(0, counts.length - most);
  return {
    from: new Date(Date.parse(old.from) + dropped * spanMs).toISOString(),
    counts: counts.slice(dropped),
  };
}
