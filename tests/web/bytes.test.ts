import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { staffRefusalCodes } from '@zuimei/shared/staffrefusal.ts';

const DIST = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const CONSOLE_LIMIT = 350 * 1024;
const VOTE_LIMIT = 70 * 1000;
const JUDGE_LIMIT = 120 * 1000;
const assets = join(DIST, 'console/console-assets');
const votes = join(DIST, 'client/assets');

function gzipped(path: string): number {
  return gzipSync(readFileSync(path), { level: 6 }).length;
}

/** The named scripts and everything they import before they run, with the sheets those parts ask for. */
function closure(names: string[], folder = assets): Set<string> {
  const found = new Set<string>();
  const walk = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    if (!name.endsWith('.js')) return;
    const code = readFileSync(join(folder, name), 'utf8');
    for (const [, next = ''] of code.matchAll(/\b(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) walk(next);
  };
  names.forEach(walk);
  return found;
}

test('the citizen’s page holds nothing of the console', () => {
  const files = readdirSync(join(DIST, 'client'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((name) => /\.(js|css|html)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(DIST, 'client', name), 'utf8') }));
  expect(texts.length).toBeGreaterThan(5);
  // Codes of one word (archived, csrf) are words of other things too.
  const codes = staffRefusalCodes.filter((code) => code.includes('_'));
  const marks = ['/api/console', 'x-csrf-token', 'console-assets', '--side', ...codes];
  for (const { name, text } of texts)
    for (const mark of marks)
      expect(new RegExp(`(?<![\\w-])${mark}(?![\\w-])`).test(text), `${name} holds ${mark}`).toBe(false);
});

test('what a first vote needs is at most 70 KB of script, and holds nothing of what few are asked for: the proof, WeChat', () => {
  const html = readFileSync(join(DIST, 'client/index.html'), 'utf8');
  const linked = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name = '']) => name);
  const scripts = [...closure(linked, votes)];
  const bytes = scripts.reduce((sum, name) => sum + gzipped(join(votes, name)), 0);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThanOrEqual(VOTE_LIMIT);
  const texts = scripts.map((name) => readFileSync(join(votes, name), 'utf8')).join('');
  const rare = ['PBKDF2', 'speechSynthesis', 'new Worker', '朗读题目', 'preVerifyJSAPI', '还没有确认身份'];
  for (const mark of rare) expect({ mark, there: texts.includes(mark) }).toEqual({ mark, there: false });
  const all = readdirSync(votes).filter((name) => name.endsWith('.js'));
  const everything = all.map((name) => readFileSync(join(votes, name), 'utf8')).join('');
  for (const mark of rare) expect({ mark, there: everything.includes(mark) }).toEqual({ mark, there: true });
});

test('nothing of WeChat’s is asked for: its SDK is in the page, and what it would report to them is not', () => {
  const all = readdirSync(votes).filter((name) => name.endsWith('.js'));
  const texts = all.map((name) => readFileSync(join(votes, name), 'utf8'));
  const sdk = texts.filter((text) => text.includes('preVerifyJSAPI'));
  expect(sdk).toHaveLength(1);
  for (const text of texts) expect(/weixin\.qq\.com|qpic\.cn/.test(text)).toBe(false);
  for (const text of sdk) expect(/\beval\(|new Function|https?:\/\//.test(text)).toBe(false);
});

test('the console’s first screen is at most 350 KB, whichever page comes first', () => {
  const html = readFileSync(join(DIST, 'console/console.html'), 'utf8');
  const linked = [...html.matchAll(/(?:src|href)="\/console-assets\/([^"]+\.(?:js|css))"/g)].map(
    ([, name = '']) => name,
  );
  expect(linked.some((name) => name.endsWith('.css'))).toBe(true);
  const files = readdirSync(assets);
  for (const page of ['SignInPage', 'ContestsPage', 'PortalPage']) {
    const own = files.filter((name) => name.startsWith(`${page}-`));
    expect(own.length, page).toBeGreaterThan(0);
    const bytes = [...closure([...linked, ...own])].reduce(
      (sum, name) => sum + gzipped(join(assets, name)),
      0,
    );
    expect(bytes, page).toBeLessThanOrEqual(CONSOLE_LIMIT);
  }
});

test('a judge’s first load is at most 120 KB of script, and the sheet comes with nobody else’s page', () => {
  const html = readFileSync(join(DIST, 'console/console.html'), 'utf8');
  const linked = [...html.matchAll(/(?:src|href)="\/console-assets\/([^"]+\.js)"/g)].map(
    ([, name = '']) => name,
  );
  const own = readdirSync(assets).filter((name) => /^SheetPage-[\w-]+\.js$/.test(name));
  expect(own).toHaveLength(1);
  const first = closure(linked);
  const scripts = [...closure([...linked, ...own])];
  const bytes = scripts.reduce((sum, name) => sum + gzipped(join(assets, name)), 0);
  expect(bytes).toBeGreaterThan(40_000);
  expect(bytes).toBeLessThanOrEqual(JUDGE_LIMIT);
  for (const name of first)
    expect(readFileSync(join(assets, name), 'utf8'), name).not.toContain('我的分数分布');
});

test('the console’s page has nothing inline that its policy would refuse', () => {
  const html = readFileSync(join(DIST, 'console/console.html'), 'utf8');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)/);
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});
