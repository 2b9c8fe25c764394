/** Bytes asked for, both ends included. */
export interface Range {
  from: number;
  to: number;
}

/**
 * One range of a file of `size` bytes as a player asks for it (RFC 9110 §14.2). 'whole' when there is none, or one that need not be
 * kept to (several, malformed); 'outside' when nothing of it is there.
 */
export function parseRange(header: string | undefined, size: number): Range | 'whole' | 'outside' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'whole';
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 || size === 0 ? 'outside' : { from: Math.max(0, size - last), to: size - 1 };
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (match[2] !== '' && Number(match[2]) < from) return 'whole';
  return from >= size ? 'outside' : { from, to };
}
