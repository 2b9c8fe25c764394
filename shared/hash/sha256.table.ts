const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);

// None is nearer than 1/1024 to a whole number, so the last digits of an engine's cbrt do not matter.
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32);

/** The constants of SHA-256 (FIPS 180-4): fractions of the square roots of the first 8 primes, of the cube roots of 64. */
export const startWords: readonly number[] = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
export const roundWords: readonly number[] = primes.map((prime) => fraction(Math.cbrt(prime)));
