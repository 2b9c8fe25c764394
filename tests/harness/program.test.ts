import { expect, test } from 'vitest';
import { findProgram, needProgram, packages, programs } from './program.ts';

test('every program the tests need is found on this machine', () => {
  for (const program of programs) expect(needProgram(program)).toMatch(/\S/);
});

test('with an empty PATH what is looked for there is missing, and the message says how to get it', () => {
  expect(findProgram('redis-server', '/nowhere')).toBeNull();
  expect(packages['redis-server'].debian).toBe('redis-server');
});
