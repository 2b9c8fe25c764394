import { dayTime } from '@zuimei/shared/moment.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import type { UnitLine, UnitLink } from '@zuimei/shared/unit.ts';
import type { PaperTable } from './paper.ts';

/** Links of units as a sheet, under the address that they are opened at. No telephone: who hands them out has those. */
export function linkTable(
  { title, collection, origin }: { title: string; collection: Collection; origin: string },
  links: readonly UnitLink[],
  lines: readonly UnitLine[],
): PaperTable {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const kinds = new Map(collection.unitKinds.map(({ id, name }) => [id, name]));
  return {
    name: '单位链接',
    title: `${title}单位链接清单`,
    notes: [
      `${dayTime(collection.closes)} 截止。谁拿到链接，谁就能以该单位的名义填写，请只发给单位联系人，用后删除本表。`,
    ],
    columns: [
      { title: '序号', width: 7, align: 'center' },
      { title: '单位', width: 30 },
      { title: '单位类别', width: 14 },
      { title: '联系人', width: 12 },
      { title: '已提交', width: 9, align: 'right' },
      { title: '链接', width: 80 },
    ],
    rows: links.map(({ id, name, link }, at) => {
      const line = byId.get(id);
      return [
        at + 1,
        name,
        kinds.get(line?.kind ?? '') ?? '',
        line?.contact.name ?? '',
        line?.used ?? 0,
        new URL(link, origin).href,
      ];
    }),
    foot: [],
    remarks: [],
  };
}
