import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../web/checked.ts';
import { citizenEngines } from '../../web/engines.ts';

/** What the check of the build says of one script. */
async function saidOf(script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'zuimei-engines-'));
  writeFileSync(join(folder, 'page.js'), script);
  try {
    return (await faultsOf(folder, citizenEngines)).join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the check of the build', () => {
  test.each([
    ['Set.prototype.union', 'export const f = (a) => new Set(a).union(new Set([1]));', 'SetUnion'],
    ['Promise.withResolvers', 'export const f = () => Promise.withResolvers();', 'PromiseWithResolvers'],
    ['Array.fromAsync', 'export const f = (a) => Array.fromAsync(a);', 'ArrayFromAsync'],
    ['Object.groupBy', 'export const f = (a) => Object.groupBy(a, (b) => b);', 'ObjectGroupBy'],
    ['Uint8Array.fromBase64', 'export const f = (a) => Uint8Array.fromBase64(a);', 'Uint8ArrayFromBase64'],
    ['a static block', 'export class A { static { A.b = 1; } }', 'ClassStaticBlocks'],
    ['a pattern in sets', 'export const f = (a) => /[a--b]/v.test(a);', 'RegExpUnicodeSetFlag'],
  ])('stops at %s and names the script', async (_, script, name) => {
    const said = await saidOf(script);
    expect(said).toContain(name);
    expect(said).toMatch(/^page\.js: /);
  });

  test('lets go what every engine has and what lib/engine.ts gives', async () => {
    expect(await saidOf('export const f = (a) => a?.at(-1) ?? [...new Set(a)].toSorted();')).toBe('');
  });
});

test('what an old engine is given does the same as what it lacks', () => {
  const engine = readFileSync(new URL('../../web/lib/engine.ts', import.meta.url), 'utf8');
  const said = `JSON.stringify([[3, 1, 2, 2], Uint8Array.of(3, 1, 2, 2)].map((row) => [
    [0, 3, 4, -1, -4, -5, 1.7, NaN].map((index) => row.at(index) ?? 'none'),
    [(one) => one > 1, (one, index) => index === 0, () => false].map((test) => [row.findLast(test) ?? 'none', row.findLastIndex(test)]),
    [...row.toReversed()], [...row.toSorted()], [...row.toSorted((a, b) => b - a)], [...row.with(-1, 9)], [...row],
    [4, -5].map((index) => { try { return row.with(index, 1); } catch (error) { return error.name; } }),
    [row.toReversed(), row.toSorted(), row.with(0, 1)].map((copy) => copy.constructor === row.constructor && copy !== row),
  ]).concat([
    ['𠮷x'.at(-1), 'x'.at(1) ?? 'none'],
    [[1, 2, 3].toSpliced(1, 1, 8, 9), [1, 2, 3].toSpliced(1), [1, 2, 3].toSpliced(-1, 1)],
    [Object.hasOwn({ a: 1 }, 'a'), Object.hasOwn({ a: 1 }, 'toString'), Object.hasOwn(Object.create({ a: 1 }), 'a')],
    [0, 1, 2].map((place) => Object.keys([Object, Array.prototype, String.prototype][place]).length),
  ]))`;
  const modern = createContext({});
  const old = createContext({});
  runInContext(
    `for (const kind of [Array.prototype, String.prototype, Object.getPrototypeOf(Uint8Array.prototype), Object])
       for (const name of ['at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with', 'hasOwn']) delete kind[name];`,
    old,
  );
  expect(() => runInContext(said, old)).toThrow(/is not a function/);
  runInContext(stripTypeScriptTypes(engine), old);
  expect(runInContext(said, old)).toBe(runInContext(said, modern));
});
