import type { ContributorLine, ContributorLink } from '@zuimei/shared/publicity/contributor.ts';
import { contributorKindWords } from '@zuimei/shared/words.ts';
import type { PaperTable } from '../out/paper.ts';

/** Links of contributors as a sheet, under the address that they are opened at. No telephone: who hands them out has those. */
export function linkTable(
  links: readonly ContributorLink[],
  lines: readonly ContributorLine[],
  origin: string,
): PaperTable {
  const byId = new Map(lines.map((line) => [line.id, line]));
  return {
    name: '供稿单位链接',
    title: '供稿单位链接清单',
    notes: ['谁拿到链接，谁就能以该单位的名义报送稿件，请只发给宣传员，用后删除本表。'],
    columns: [
      { title: '序号', width: 7, align: 'center' },
      { title: '单位', width: 30 },
      { title: '板块或科室', width: 14 },
      { title: '宣传员', width: 20 },
      { title: '链接', width: 80 },
    ],
    rows: links.map(({ id, name, link }, at) => {
      const line = byId.get(id);
      const filers = (line?.filers ?? []).filter(({ until }) => until === null);
      return [
        at + 1,
        name,
        line ? contributorKindWords[line.kind] : '',
        filers.map((filer) => filer.name).join('、'),
        new URL(link, origin).href,
      ];
    }),
    foot: [],
    remarks: [],
  };
}
