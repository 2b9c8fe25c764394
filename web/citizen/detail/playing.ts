let last: HTMLMediaElement | null = null;

/** One film plays at a time: whatever begins stops what played before. */
export function playAlone(event: Event): void {
  const film = event.target;
  if (!(film instanceof HTMLMediaElement)) return;
  if (last !== film) last?.pause();
  last = film;
}

export function stopPlaying(): void {
  last?.pause();
}
