import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { markInterval } from '@zuimei/shared/bundle/interval.ts';
import { drawSample, revealedSecrets, sampleSeed } from '@zuimei/shared/bundle/sample.ts';
import { lotDigest } from '@zuimei/shared/lot.ts';

/* Which ballots are drawn, and what that says of all of them. */

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

test('the draw is what its description says, done by hand', () => {
  const secrets = { organizer: 'ab'.repeat(32), auditor: 'cd'.repeat(32) };
  const seed = sampleSeed('00'.repeat(32), secrets);
  expect(seed).toBe(sha('00'.repeat(32) + secrets.organizer + secrets.auditor));
  const drawn = new Set<number>();
  for (let i = 0; drawn.size < 4; i++) {
    const x = BigInt(`0x${sha(`${seed}/${i}`).slice(0, 13)}`);
    if (x < 2n ** 52n - (2n ** 52n % 7n)) drawn.add(Number(x % 7n));
  }
  expect(drawSample(seed, 7, 4)).toEqual([...drawn].sort((a, b) => a - b));
  expect(drawSample(seed, 3, 9)).toEqual([0, 1, 2]);
});

test('each ballot is drawn about as often as any other', () => {
  const times = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 2_000; seed++)
    for (const one of drawSample(`${seed}`, 10, 3)) times[one] = (times[one] ?? 0) + 1;
  for (const count of times) expect(Math.abs(count - 600)).toBeLessThan(110);
});

test('secrets count only as they were committed to', () => {
  const [organizer, auditor] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const lots = [lotDigest(organizer), lotDigest(auditor)];
  const said = (secrets: { organizer: string; auditor: string } | null) => [
    { index: 9, at: '', kind: 'count', act: { actor: '', reason: '', reference: '', secrets } },
  ];
  expect(revealedSecrets(said({ organizer, auditor }), lots)).toEqual({ organizer, auditor });
  expect(revealedSecrets(said({ organizer: auditor, auditor: organizer }), lots)).toBeNull();
  expect(revealedSecrets(said(null), lots)).toBeNull();
  expect(revealedSecrets(said({ organizer, auditor }), [])).toBeNull();
});

/** How many of `all` may have the mark, by the chances of each sample in whole numbers. */
function exact(all: number, drawn: number, seen: number): { low: number; high: number } {
  const choose = (n: number, k: number): bigint => {
    if (k < 0 || k > n) return 0n;
    let product = 1n;
    for (let i = 0; i < k; i++) product = (product * BigInt(n - i)) / BigInt(i + 1);
    return product;
  };
  const fits = (marked: number): boolean => {
    const of = (x: number): bigint => choose(marked, x) * choose(all - marked, drawn - x);
    const range = (from: number, to: number): bigint => {
      let sum = 0n;
      for (let x = from; x <= to; x++) sum += of(x);
      return sum;
    };
    const enough = (sum: bigint): boolean => sum * 40n > choose(all, drawn);
    return enough(range(0, seen)) && enough(range(seen, drawn));
  };
  const fitting = Array.from({ length: all + 1 }, (_, marked) => marked).filter(fits);
  return { low: fitting[0] ?? -1, high: fitting.at(-1) ?? -1 };
}

test('the interval is the exact one of drawing without replacement', () => {
  for (const all of [1, 2, 9, 40])
    for (const drawn of [1, Math.ceil(all / 3), all])
      for (let seen = 0; seen <= drawn; seen += Math.max(1, Math.floor(drawn / 4)))
        expect([all, drawn, seen, markInterval(all, drawn, seen)]).toEqual([
          all,
          drawn,
          seen,
          exact(all, drawn, seen),
        ]);
});
