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

export const style: Record<string, Rule> = {
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
