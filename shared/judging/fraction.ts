/** n ÷ d rounded half up, for numbers of any size; d > 0. The same rounding as `divide`. */
export function divideBig(n: bigint, d: bigint): number {
  const [over, under] = [2n * n + d, 2n * d];
  const rest = ((over % under) + under) % under;
  return Number((over - rest) / under);
}

/** The smallest number that all of these divide; 1 of none. */
export function leastMultiple(numbers: Iterable<number>): bigint {
  let multiple = 1n;
  for (const number of numbers) {
    let [a, b] = [multiple, BigInt(number)];
    while (b > 0n) [a, b] = [b, a % b];
    multiple = (multiple / a) * BigInt(number);
  }
  return multiple;
}

export function absolute(n: bigint): bigint {
  return n < 0n ? -n : n;
}
