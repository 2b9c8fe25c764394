import type { Rule } from './layers.ts';

/** Words of the judging (评分表, 评审组, 公示, 综合得分) and what else people used to call by them. */
const reserved = /[sS]heet|[pP]anel|[nN]otice|[sS]tanding/u;
const judging =
  /^(shared|server)\/(panel|sheet|standing|notice|score|result)|^web\/console\/(expert|organizer\/(panels|result|notice))\/|^web\/citizen\/(notice|result)\/|^tests\//;
const said =
  /^export (?:async )?(?:function|const|let|interface|type) (\w+)|^\s*(?:\.|<[a-z]+ class=")([a-z][\w-]*)/u;
/** A page of a workbook. */
const other = /[wW]orksheet/u;

export const names: Record<string, Rule> = {
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
