import type { Section } from './contest.ts';

/** A short answer with what it answers: 使用面积 · 260 平方米. */
export interface Fact {
  title: string;
  text: string;
}

const MOST_CHARS = 40;

/** Is this section one short line, to be told beside others rather than under a heading of its own? */
export function isFact({ title, paragraphs }: Section): boolean {
  return title !== '' && paragraphs.length === 1 && (paragraphs[0] ?? '').length <= MOST_CHARS;
}

/** The short ones, in order; the measure that a title has in brackets stands behind the figure. */
export function factsIn(sections: readonly Section[]): Fact[] {
  return sections.filter(isFact).map(({ title, paragraphs: [text = ''] }) => {
    const [, bare = '', measure = ''] = /^(.+?)[（(]([^（）()]{1,6})[）)]$/u.exec(title) ?? [];
    return bare !== '' && /^[\d.,]+$/u.test(text)
      ? { title: bare, text: `${text} ${measure}` }
      : { title, text };
  });
}
