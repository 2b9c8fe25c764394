import type { Rule } from './layers.ts';

/** Words of the judging (评分表, 评审组, 公示, 综合得分) and what else people used to call by them. */
const reserved = /[sS]heet|[pP]anel|[nN]otice|[sS]tanding/u;
const judging =
  /^(shared|server)\/(judging|judgedtables|course|objection|calendar|panel|sheet|standing|notice|score|result|verdict|bundle)|^web\/console\/(expert|organizer\/(panels|standing|course|objections|papers|certificates|plan\/judging))\/|^web\/console\/organizer\/(Panels|Standing)Page\.vue$|^web\/citizen\/(course|objection)\/|^tests\//;
const said =
  /^export (?:async )?(?:function|const|let|interface|type) (\w+)|^\s*(?:\.|<[a-z]+ class=")([a-z][\w-]*)/u;
/** A page of a workbook. */
const other = /[wW]orksheet/u;

/** Words that one place has for itself: a desk is the browser of somebody on the staff, in tests; what the staff prove again is reauth. */
const taken: readonly [word: RegExp, where: RegExp][] = [
  [/\b[dD]esk|Desk/u, /^(web|server|shared)\//],
  [/[pP]roof/u, /^(web\/console|server\/staff|shared\/staff)/],
  [/[eE]ntry|[eE]ntries/u, /^web\/console\/(unit|frame)\/|^server\/wechat\//],
];

export const names: Record<string, Rule> = {
  'desk, proof and entry mean one thing each': (sources) =>
    sources.flatMap(({ path, text }) =>
      taken
        .filter(([, where]) => where.test(path))
        .flatMap(([word]) => [
          ...(word.test(path) ? [`${path} is called as something else is`] : []),
          ...text.split('\n').flatMap((line, at) => {
            const [, exported] = said.exec(line) ?? [];
            return exported && word.test(exported) ? [`${path}:${at + 1} ${exported}`] : [];
          }),
        ]),
    ),
  'sheet, panel, notice and standing are words of the judging': (sources) =>
    sources
      .filter(({ path }) => !judging.test(path))
      .flatMap(({ path, text }) => [
        ...(reserved.test(path) ? [`${path} is called as something of the judging is`] : []),
        ...text.split('\n').flatMap((line, at) => {
          const [, exported, styled] = said.exec(line) ?? [];
          const name = exported ?? styled ?? '';
          return reserved.test(name.replace(other, ''))
            ? [`${path}:${at + 1} ${name} is a word of the judging`]
            : [];
        }),
      ]),
};
