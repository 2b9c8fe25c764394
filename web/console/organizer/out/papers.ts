import { fullDayOf } from '@zuimei/shared/moment.ts';
import {
  type PaperFormat,
  type PaperLine,
  type PaperName,
  type PrintName,
  paperTitles,
} from '@zuimei/shared/out.ts';
import { faultSentence } from '../../lib/words.ts';

export const formatWords: Record<PaperFormat, string> = { docx: 'Word 文档', xlsx: 'Excel 表格' };

interface PaperWords {
  holds: string;
  reader: string;
  /** What will be here, and when. */
  later: string;
  /** What its rows are counted in. */
  measure: string;
}

export const paperWords: Record<PaperName, PaperWords> = {
  candidates: {
    holds: '已公布候选的编号、名称、组别、单位、推荐理由、事迹和荣誉；已退出的注明时间和原因。',
    reader: '用于张贴公布、会议材料和存档',
    later: '候选公布后可以生成。',
    measure: '行',
  },
  nominations: {
    holds: '全部报送及其状态、填报内容、各级意见、评审得分，另附按单位统计的一页。',
    reader: '用于审核会议和工作底稿',
    later: '单位开始报送后可以生成。',
    measure: '份',
  },
  summary: {
    holds: '按通知规定的格式逐行列出人选：姓名、单位职务、年限、联系电话、推荐理由等。',
    reader: '用于向上级报送、内部备案',
    later: '单位开始报送后可以生成。',
    measure: '行',
  },
  card: {
    holds: '一位人选的报送表，格式与通知附件一致，含照片和各级意见，可打印后盖章。',
    reader: '用于纸质归档、补盖公章',
    later: '单位开始报送后可以生成。',
    measure: '份',
  },
  ballots: {
    holds: '选票按天、小时、渠道和轮次统计，区分计票与待核，并注明可供核对的账本存证点。不含谁得了多少票。',
    reader: '用于投票情况报告、审计核对',
    later: '收到第一张选票后可以生成。',
    measure: '张选票',
  },
  rank: {
    holds: '各候选的票数和名次，注明统计时刻和账本存证点；设为“排名不分先后”的按编号排列，不列名次。',
    reader: '用于评审会、公示附件',
    later: '投票开始、票数可以公布时生成。',
    measure: '行',
  },
  sheet: {
    holds: '每个评审组一张空白评分表，列出评分项、满分和评分尺度；综合得分算出以后，改为每个席位一张已填的。',
    reader: '发给在纸上评分的评委，或归档',
    later: '公布候选、设好评审组以后生成。',
    measure: '位候选',
  },
  scores: {
    holds: '每个评审组一张：各席位给每位候选的总分，去掉的加括号，以及这一项的得分。评委只写席位。',
    reader: '用于评审会、归档',
    later: '综合得分算出以后生成。',
    measure: '行',
  },
  totals: {
    holds: '名次、票数、各项得分和综合得分，注明权重和账本中的位置，可以照表重算。',
    reader: '用于评审会、归档',
    later: '综合得分算出以后生成。',
    measure: '行',
  },
  chosen: {
    holds: '拟入选名单、递补次序，以及按限额没有入选的原因。',
    reader: '用于集体研究、公示',
    later: '确定拟入选以后生成。',
    measure: '行',
  },
  notice: {
    holds: '红头公示：正文、按公示次序排列的名单和单位、逐日列出的工作日、受理单位和联系方式。',
    reader: '用于印发、张贴和归档',
    later: '发布公示以后生成。',
    measure: '次',
  },
  decision: {
    holds: '红头决定：文号、按荣誉列出的名单、落款。排名不分先后的照此写明，可在 Word 里继续修改。',
    reader: '用于印发、归档',
    later: '公布结果以后生成。',
    measure: '份',
  },
  results: {
    holds: '入选者的编号、单位、组别、荣誉、证书编号和文号；公开名次的活动另列综合得分。',
    reader: '用于向上级报送、归档',
    later: '公布结果以后生成。',
    measure: '行',
  },
  statistics: {
    holds: '报送、选票、评审、公示、异议、结果和裁定的数量，各占一页。只有数字和单位、组别的名称。',
    reader: '用于总结、归档',
    later: '收到第一张选票后可以生成。',
    measure: '张选票',
  },
};

export const printOf: Partial<Record<PaperName, PrintName>> = {
  candidates: 'candidates',
  summary: 'summary',
  rank: 'rank',
};

export const printTitles: Record<PrintName, string> = {
  candidates: paperTitles.candidates,
  summary: '报送汇总',
  rank: paperTitles.rank,
};

/** Why a paper cannot be had now, or ''. */
export function laterWords(line: PaperLine): string {
  if (!line.refused) return '';
  return line.refused.code === 'not_now' ? paperWords[line.name].later : faultSentence(line.refused);
}

/** "2026年4月2日" or a dash. */
export function dayWords(at: string | null): string {
  return at ? fullDayOf(at) : '—';
}
