import type { Rule } from './layers.ts';

/** The pages that never come together; within one of them every class is known to all. */
const ends = ['web/citizen/', 'web/console/', 'web/verify/'];

/** Text of the style blocks of a component, or a whole sheet; without comments. */
function stylesOf(path: string, text: string): string {
  const css = path.endsWith('.vue')
    ? [...text.matchAll(/<style\b(?![^>]*\bscoped\b)[^>]*>([\s\S]*?)<\/style>/g)]
        .map(([, css]) => css)
        .join('\n')
    : path.endsWith('.css')
      ? text
      : '';
  return css.replace(/\/\*[\s\S]*?\*\//g, '');
}

/** The first class that each selector names: what it is about. Of `.a:is(.b *)`, `[data-elder] .a > .b` `.a.b` and `body:has(.a) .b` it is a. */
export function classesOf(path: string, text: string): Set<string> {
  const found = new Set<string>();
  for (const [, head = ''] of stylesOf(path, text).matchAll(/([^{}]*)\{/g)) {
    if (head.trim().startsWith('@')) continue;
    let flat = head;
    for (let before = ''; before !== flat; )
      [before, flat] = [flat, flat.replace(/(?<!:has)\([^()]*\)/g, '')];
    for (const selector of flat.split(',')) {
      const name = /\.([a-z][\w-]*)/.exec(selector)?.[1];
      if (name) found.add(name);
    }
  }
  return found;
}

/** Each rule of a page's styles: its selectors, and what it sets. */
function rulesOf(path: string, text: string): { selector: string; sets: Map<string, string> }[] {
  return [...stylesOf(path, text).matchAll(/([^{};]*)\{([^{}]*)\}/g)].flatMap(([, head = '', body = '']) => {
    const sets = new Map(
      body.split(';').map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
    );
    return head.split(',').map((selector) => ({ selector: selector.trim(), sets }));
  });
}

const pressedNot = /(?<!:not\():disabled|\[aria-disabled='true'\]/;

/** Relative luminance of #rrggbb (WCAG 2.2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

export const style: Record<string, Rule> = {
  // A sign without words (.tool) may be paler.
  'what cannot be pressed is drawn in --off and --off-ink, and a pointer over it changes nothing': (
    sources,
  ) =>
    ends.flatMap((end) => {
      const rules = sources
        .filter(({ path }) => path.startsWith(end))
        .flatMap(({ path, text }) => rulesOf(path, text).map((rule) => ({ path, ...rule })));
      const off = rules.filter(({ selector }) => pressedNot.test(selector) && !selector.startsWith('.tool'));
      const classes = new Set(off.map(({ selector }) => /\.[a-z][\w-]*/.exec(selector)?.[0] ?? ''));
      const odd = off.filter(
        ({ sets }) =>
          (sets.get('color') ?? 'var(--off-ink)') !== 'var(--off-ink)' ||
          (sets.get('background') ?? 'var(--off)') !== 'var(--off)',
      );
      const hovered = rules.filter(
        ({ selector, sets }) =>
          selector.includes(':hover') &&
          (sets.has('color') || sets.has('background')) &&
          !selector.includes(':not(:disabled)') &&
          (selector.match(/\.[a-z][\w-]*/g) ?? []).some((name) => classes.has(name)),
      );
      return [...odd, ...hovered].map(({ path, selector }) => `${path}: ${selector}`);
    }),

  'words on what cannot be pressed have a contrast of 4.5 at least': (sources) =>
    sources.flatMap(({ path, text }) => {
      const [off, ink] = ['--off', '--off-ink'].map(
        (name) => new RegExp(`${name}: (#[0-9a-f]{6})`).exec(stylesOf(path, text))?.[1],
      );
      return off && ink && contrast(off, ink) < 4.5 ? [`${path}: ${ink} on ${off}`] : [];
    }),

  // Which of two files the build reads last would decide how both look. A file that changes another's piece names its own class first.
  'a class has one owner: selectors that begin with it stand in one file': (sources) =>
    ends.flatMap((end) => {
      const owners = new Map<string, string[]>();
      for (const { path, text } of sources)
        if (path.startsWith(end))
          for (const name of classesOf(path, text)) owners.set(name, [...(owners.get(name) ?? []), path]);
      return [...owners]
        .filter(([, paths]) => paths.length > 1)
        .map(
          ([name, paths]) => `.${name} stands in ${paths.map((path) => path.slice(end.length)).join(', ')}`,
        );
    }),
};
