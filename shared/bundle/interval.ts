/**
 * How far a sample bears out a count: of `all` ballots `drawn` were drawn without replacement, and `seen` of these have the mark. The lower
 * and the upper bound of how many of all may have it, such that fewer (or more) would give such a sample in less than 2.5 % of draws: the
 * exact 95 % interval of the hypergeometric distribution. Floating point is good enough: it words a remark and decides nothing.
 */
export function markInterval(all: number, drawn: number, seen: number): { low: number; high: number } {
  const [least, most] = [seen, all - (drawn - seen)];
  return {
    low: firstOf(least, most, (marked) => tail(all, drawn, marked, seen, drawn) > TAIL),
    high: most - firstOf(0, most - least, (less) => tail(all, drawn, most - less, 0, seen) > TAIL),
  };
}

/** A little more, so that a chance of exactly 2.5 % is none, whatever the last digit of a logarithm. */
const TAIL = 0.025 * (1 + 1e-9);

/** The first number in [from, to] from which on it holds. */
function firstOf(from: number, to: number, holds: (one: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How likely between `from` and `to` of the drawn have the mark when `marked` of all have it. */
function tail(all: number, drawn: number, marked: number, from: number, to: number): number {
  const first = Math.max(from, drawn - (all - marked));
  const last = Math.min(to, marked);
  let sum = 0;
  for (let x = first; x <= last; x++)
    sum += Math.exp(logChoose(marked, x) + logChoose(all - marked, drawn - x) - logChoose(all, drawn));
  return sum;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Stirling's series; below 10 by the product. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}
