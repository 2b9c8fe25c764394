import { entryNumber } from '../ledger/number.ts';
import type { TallyLine } from '../ledger/recount.ts';
import type { ExportProblemCode, ExportReport, KeptOutcome } from './report.ts';

/** What the command line and the page say of a finding, a sentence each; entries are numbered from 1, as on receipts. */

interface Found {
  code: string;
  index: number | null;
  detail: string;
}

type Names = ExportReport['names'];

/** Of the database alone: gap, head, tile; of both a file and the database: the others. */
const sentences: Record<ExportProblemCode | 'gap' | 'head' | 'tile', (one: Found, names: Names) => string> = {
  not_export: () => '这不是选票账本的导出文件。请选择从控制台导出的 .ndjson 文件。',
  line: ({ index }) => `第 ${nth(index)} 号账目处读不下去，文件可能在传送中损坏。请重新取得文件。`,
  order: ({ index }) => `第 ${nth(index)} 号账目处出现了不该在这里的内容，文件被拼接或改动过。`,
  number: ({ index, detail }) =>
    `应是第 ${nth(index)} 号账目的位置，写的是第 ${nth(Number(detail))} 号：有账目被拿走、插入或调换。`,
  cut: ({ index }) => `文件在第 ${nth(index)} 号账目前断了，没有结尾。请重新取得完整的文件。`,
  lines: ({ detail }) => `文件登记的条数与实有的不同（${detail.replace(' ', ' 与 ')}）：内容有增删。`,
  key: ({ detail }) => keySentences[detail] ?? '账本公钥不可用，签名无从核验。',
  checkpoint_note: ({ detail }) => `存证点（${numbered(detail)}）的签名不是账本公钥所签，或内容与签名不符。`,
  cosignature: ({ index }) => `存证点（${index} 条账目）下的见证签名不是所列见证单位签的。`,
  checkpoint: ({ index }) =>
    `前 ${index} 条账目算出的根与当时签名的存证点不同：其中有账目被改动、增删或调换。`,
  checkpoint_ahead: ({ index }) => `存证点曾为 ${index} 条账目签名，现在没有这么多：末尾有账目被拿走。`,
  kept: ({ index, detail }) =>
    detail === 'ahead'
      ? `您保存的存证点为 ${index} 条账目签名，这里没有这么多：末尾有账目被拿走，或文件导出得更早。`
      : `您保存的存证点（${index} 条账目）与这本账不是同一本：签名之后，历史账目被改写过。`,
  kept_note: ({ detail }) => keptSentences[detail] ?? '给出的存证点不可用。',
  rules: () => '所写的投票时间或候选名单，与账本里冻结的规则不同。',
  title: ({ detail }) => `所写的活动名称与账本里冻结的不同，账本里是“${detail}”。`,
  tally: ({ detail }, names) => tallySentence(detail, names),
  tally_missing: () => '没有数据库的计票，无法与重新计算的票数对照。',
  entry: ({ index }) => `第 ${nth(index)} 号账目的格式不对，不是系统写下的样子。`,
  opening_missing: ({ index }) => `第 ${nth(index)} 号选票没有附上内容，无法与封存的指纹核对。`,
  act_missing: ({ index }) => `第 ${nth(index)} 号账目没有附上所记的事项，无法与封存的指纹核对。`,
  opening: ({ index }) => `第 ${nth(index)} 号选票的内容格式不对，不是系统写下的样子。`,
  act: ({ index }) => `第 ${nth(index)} 号账目所记的事项格式不对，不是系统写下的样子。`,
  commitment: ({ index }) =>
    `第 ${nth(index)} 号账目的内容与入账时封存的指纹不符：内容（选票还包括当时记下的信号、设备、来源与地址）在入账之后被改过。`,
  time: ({ index }) => `第 ${nth(index)} 号账目的时间早于前一条：时间或先后被改过。`,
  ballot_twice: ({ index }) => `第 ${nth(index)} 号选票与前面的一张是同一张：被重复写入。`,
  outside_rounds: ({ index }) => `第 ${nth(index)} 号选票不在投票时间之内。`,
  ruling: ({ index, detail }) =>
    `第 ${nth(index)} 号裁定指向的第 ${nth(Number(detail.split(' ').at(-1)))} 号不是选票，或当时不能这样裁定。`,
  closing: ({ index }) => `第 ${nth(index)} 号封存记录所写的票数，与按账本重算的不同。`,
  gap: ({ detail }) => `账目编号不连续（${detail}）：有账目被拿走。`,
  head: ({ detail }) => `登记的账目总数与实有的不同（${detail}）：末尾有账目被拿走或增加。`,
  tile: ({ detail }) =>
    `公开账本的数据块${/ (\d+\/\d+) /.exec(` ${detail} `)?.[1] ?? ''}与签名的存证点不符：公开的数据被改过。`,
};

const keySentences: Record<string, string> = {
  unreadable: '给出的账本公钥读不出来，请核对是否抄全。',
  missing: '文件里没有可用的账本公钥，签名无从核验。',
  other: '文件所写的账本公钥，与您给出的不是同一把。已按您给出的核验。',
  origin: '账本公钥不是这个活动的。',
};

const keptSentences: Record<string, string> = {
  form: '给出的存证点读不出来，请核对是否抄全、换行是否保留。',
  unsigned: '给出的存证点不是这本账的公钥签名的。',
  signature: '给出的存证点，内容与签名不符。',
  origin: '给出的存证点是另一本账的。',
  no_key: '没有可用的账本公钥，给出的存证点无从核验。',
};

/** A sentence for any code; one that is not known is shown as it is. */
export function problemSentence(one: Found, names: Names = []): string {
  const sentence = (sentences as Partial<typeof sentences>)[one.code as ExportProblemCode];
  return sentence?.(one, names) ?? `${one.code} ${one.detail}`.trim();
}

export function keptSentence(one: KeptOutcome): string {
  if (one.ok) return `与您保存的存证点（${one.checkpoint.size} 条账目）一致。`;
  if (one.why !== 'other_tree' && one.why !== 'ahead') return keptSentences[one.why] ?? '';
  const detail = one.why === 'ahead' ? 'ahead' : '';
  return problemSentence({ code: 'kept', index: one.checkpoint?.size ?? 0, detail });
}

function nth(index: number | null): string {
  return String(entryNumber(index ?? 0));
}

function numbered(detail: string): string {
  return /^\d+$/.test(detail) ? `${detail} 条账目` : '读不出条数';
}

function tallySentence(detail: string, names: Names): string {
  const { stored, counted } = JSON.parse(detail) as { stored: TallyLine; counted: TallyLine };
  const name = names.find((one) => one.number === stored.number)?.name ?? '';
  const what = stored.number === 0 ? '选票总数' : ` ${stored.number} 号${name}`;
  const wordsOf = ({ votes, held }: TallyLine): string => `${votes} 票、待核 ${held} 票`;
  return `第 ${stored.round + 1} 轮${what}：数据库记为 ${wordsOf(stored)}，按账本重算为 ${wordsOf(counted)}。`;
}
