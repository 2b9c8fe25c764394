import { expect, test } from 'vitest';
import { createLimit } from '@zuimei/server/http/limit.ts';

const now = 1_000;
const names = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `n${from + i}`);

test('whoever sends more than is allowed in a minute is refused until the minute is over, and nobody else is', () => {
  const limit = createLimit({ most: 2, mostKept: 10 });
  limit.take('a', 0);
  limit.take('a', 20_000);
  expect(() => limit.take('a', 20_000)).toThrow(
    expect.objectContaining({ code: 'too_many_requests', details: { retryAfterMs: 40_000 } }),
  );
  limit.take('b', 20_000);
  limit.take('a', 60_000);
});

test('however many others come, nobody is refused because of them', () => {
  const limit = createLimit({ most: 3, mostKept: 100 });
  limit.take('witness', now);
  for (const name of names(0, 5_000)) limit.take(name, now);
  expect(() => limit.take('witness', now)).not.toThrow();
});

test('what is full forgets who has not come for longest, so that a busy one stays limited', () => {
  const limit = createLimit({ most: 3, mostKept: 100 });
  for (let i = 0; i < 3; i++) limit.take('busy', now);
  for (const name of names(0, 90)) limit.take(name, now);
  expect(() => limit.take('busy', now)).toThrow('too_many_requests');
  for (const name of names(100, 90)) limit.take(name, now);
  expect(() => limit.take('busy', now)).toThrow('too_many_requests');
});
