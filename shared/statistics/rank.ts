interface Numbered {
  number: number;
}

/** Most votes first; equal ones by number. */
export function inOrder<One extends Numbered>(all: readonly One[], votes: (one: One) => number): One[] {
  return [...all].sort((a, b) => votes(b) - votes(a) || a.number - b.number);
}

/** The rank of each number: one more than have more votes, so that equal votes share it and the next one skips (1, 2, 2, 4). */
export function ranksOf<One extends Numbered>(
  all: readonly One[],
  votes: (one: One) => number,
): Map<number, number> {
  const ranks = new Map<number, number>();
  let [rank, last] = [0, Number.NaN];
  inOrder(all, votes).forEach((one, i) => {
    if (votes(one) !== last) [rank, last] = [i + 1, votes(one)];
    ranks.set(one.number, rank);
  });
  return ranks;
}

/** As ranksOf, but nobody has a rank before anything is counted: all would share the first. */
export function placesOf<One extends Numbered>(
  all: readonly One[],
  votes: (one: One) => number,
): Map<number, number> {
  return all.some((one) => votes(one) > 0) ? ranksOf(all, votes) : new Map();
}
