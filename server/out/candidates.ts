import type { Candidate } from '@zuimei/shared/contest.ts';
import { momentWords } from './moment.ts';
import { categoryName, type Source } from './nominees.ts';
import type { PaperTable } from './paper.ts';

const LF = '\n';

/** 候选名单: what is public of every candidate, by number; withdrawn ones stay and say so. */
export function candidateTables(source: Source, candidates: readonly Candidate[]): PaperTable[] {
  const { settings, now } = source;
  const withdrawn = candidates.filter((one) => one.withdrawn).length;
  return [
    {
      name: '候选名单',
      title: `${settings.title}候选名单`,
      notes: [
        `主办单位：${settings.organizers.join('、')}　生成时间：${momentWords(now)}　共 ${candidates.length} ${settings.noun.measure}${
          withdrawn > 0 ? `（其中 ${withdrawn} ${settings.noun.measure}已退出）` : ''
        }`,
      ],
      columns: [
        { title: '编号', width: 7, align: 'center' },
        { title: '名称', width: 16 },
        { title: '组别', width: 12, align: 'center' },
        { title: '单位', width: 28 },
        { title: '职务', width: 20 },
        { title: '从业年限', width: 10, align: 'center' },
        { title: '推荐理由', width: 44 },
        { title: '主要事迹', width: 60 },
        { title: '表彰奖励', width: 30 },
        { title: '状态', width: 18 },
        { title: '退出时间', width: 17, align: 'center' },
      ],
      rows: candidates.map((one) => [
        one.number,
        one.name,
        categoryName(source, one.category),
        one.unit,
        one.post,
        one.years,
        one.reason,
        one.deeds
          .flatMap(({ title, paragraphs }) =>
            one.deeds.length > 1 ? [`【${title}】`, ...paragraphs] : paragraphs,
          )
          .join(LF),
        one.honours.join(LF),
        one.withdrawn ? `已退出：${one.withdrawn.reason}` : '候选',
        one.withdrawn ? { at: one.withdrawn.at } : null,
      ]),
      foot: [],
      remarks: [],
    },
  ];
}
