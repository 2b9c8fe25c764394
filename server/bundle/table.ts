import { rulesInForce } from '@zuimei/shared/bundle/counted.ts';
import type { CandidateLine, TallyFile } from '@zuimei/shared/bundle/format.ts';
import { printFigure } from '@zuimei/shared/judging/figure.ts';
import { partIds } from '@zuimei/shared/judging/outcome.ts';
import type { Course, CourseEntry } from '@zuimei/shared/result/course.ts';
import { csvHead, csvRow } from '@zuimei/shared/text/csv.ts';
import type { StandingDocument } from '@zuimei/shared/verdict.ts';
import { partWords } from '@zuimei/shared/words.ts';

/* The tables of a bundle for eyes and office programs: the same as its .json files, and not checked. */

export function voteTable({ rounds }: TallyFile, candidates: readonly CandidateLine[]): string {
  const head = ['编号', '姓名', '单位', ...rounds.map(({ round }) => `第${round + 1}轮票数`)];
  return table(
    head,
    candidates.map(({ number, name, unit }) => [
      number,
      name,
      unit,
      ...rounds.map(({ votes }) => votes.find((one) => one.number === number)?.votes ?? ''),
    ]),
  );
}

export function scoreTable(
  { order, parts, votes }: StandingDocument,
  candidates: readonly CandidateLine[],
  acts: readonly CourseEntry[],
  standing: number,
): string {
  const { decimals } = rulesInForce(acts, standing).outcome;
  const named = partIds.filter((id) => parts[id]);
  const figure = (units: number | undefined): string =>
    units === undefined ? '' : printFigure(units, decimals);
  return table(
    ['名次', '编号', '姓名', '综合得分', '票数', ...named.map((id) => `${partWords[id]}分`)],
    order.map(({ number, rank, total }) => [
      rank,
      number,
      candidates.find((one) => one.number === number)?.name ?? '',
      figure(total),
      votes[number] ?? '',
      ...named.map((id) => figure(parts[id]?.[number])),
    ]),
  );
}

export function resultTable({ results }: Pick<Course, 'results'>): string {
  return table(
    ['编号', '姓名', '单位', '组别', '荣誉', '证书编号', '文号', '日期'],
    results.flatMap(({ items, document, date }) =>
      items.map(({ number, name, unit, category, honour, serial }) => [
        number,
        name,
        unit,
        category,
        honour,
        serial,
        document,
        date,
      ]),
    ),
  );
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return csvHead(head) + rows.map(csvRow).join('');
}
