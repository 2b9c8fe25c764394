import { entryNumber } from '../ledger/number.ts';
import type { TallyLine } from '../ledger/recount.ts';
import { officialWords } from '../ledger/witness.ts';
import type { ExportProblemCode, ExportReport, ExportVerdict, KeptOutcome } from './report.ts';

/** What the command line and the page say of a finding, a sentence each; entries are numbered from 1, as on receipts. */

interface Found {
  code: string;
  index: number | null;
  detail: string;
}

type Names = ExportReport['names'];

/** Of the database alone: gap, head, tile, tag, leaf; of both a file and the database: the others. */
const sentences: Record<
  ExportProblemCode | 'gap' | 'head' | 'tile' | 'tag' | 'leaf',
  (one: Found, names: Names) => string
> = {
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
  checkpoint: ({ index, detail }) => {
    const [from = 0, more = 0] = detail.split(' ').map(Number);
    const later = more > 0 ? `其后 ${more} 个存证点随之不同。` : '';
    return `第 ${entryNumber(from)} 至第 ${entryNumber((index ?? 0) - 1)} 号账目里有改动、增删或调换：算出的根与当时签名的存证点（${index} 条账目）不同。${later}`;
  },
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
  tag_twice: ({ index }) =>
    `第 ${nth(index)} 号选票的限投标记与前面一张的相同：同一人在同一周期的同一张票被记了两次。`,
  quota: ({ index }) => `第 ${nth(index)} 号选票超出了这位投票人在这一周期可投的张数。`,
  tag: ({ index }) => `第 ${nth(index)} 号选票的限投标记，不是这位投票人在这一周期的：入账时没有按规则算出。`,
  outside_rounds: ({ index }) => `第 ${nth(index)} 号选票不在投票时间之内。`,
  ruling: ({ index, detail }) =>
    `第 ${nth(index)} 号裁定指向的第 ${nth(Number(detail.split(' ')[1]))} 号${detail.endsWith(' 0') ? '' : `等 ${Number(detail.split(' ')[2]) + 1} 号`}不是选票，或当时不能这样裁定。`,
  closing: ({ index }) => `第 ${nth(index)} 号封存记录所写的票数，与按账本重算的不同。`,
  about: () => '首行所说的“公开”或“内部”，与文件实际所含的不同：首行被改过，不要按它外传。',
  form: ({ index }) =>
    `第 ${nth(index)} 号账目处多了字段、重了字段或多了空白，系统不会这样写：文件被另行改写过。请重新导出。`,
  counts: ({ detail }) => `重新计算的票数随之有 ${detail} 处与登记的不同：先看上面的账目。`,
  leaf: ({ index, detail }) =>
    `对照公开的数据块，${leafSentences[detail] ?? leafSentences['other']}`.replace('@', nth(index)),
  gap: ({ detail }) => `账目编号不连续（${detail}）：有账目被拿走。`,
  head: ({ detail }) => `登记的账目总数与实有的不同（${detail}）：末尾有账目被拿走或增加。`,
  tile: ({ detail }) =>
    `公开账本的数据块${/ (\d+\/\d+) /.exec(` ${detail} `)?.[1] ?? ''}与签名的存证点不符：公开的数据被改过。`,
};

const leafSentences: Record<string, string> = {
  changed: '第 @ 号账目被改过。',
  missing: '原来的第 @ 号账目被拿走，后面的顶了上来。',
  inserted: '第 @ 号账目是后来插入的，原来的被推到了后面。',
  other: '从第 @ 号账目起与当时的不同。',
};

const keySentences: Record<string, string> = {
  unreadable:
    '给出的账本公钥读不出来，多半是抄错或没有抄全。请对照印件改正后再核验；文件本身还没有核验签名。',
  contest: '给出的是另一个活动的账本公钥。请换成这个活动的再核验；文件本身还没有核验签名。',
  forged:
    '文件里的存证点不是您给出的公钥签名的，文件写的也是另一把公钥。请再核对一次公钥；没有抄错，这份文件就是另做的。',
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
  if (one.ok) return keptWords(one.checkpoint.size);
  if (one.why !== 'other_tree' && one.why !== 'ahead') return keptSentences[one.why] ?? '';
  const detail = one.why === 'ahead' ? 'ahead' : '';
  return problemSentence({ code: 'kept', index: one.checkpoint?.size ?? 0, detail });
}

export function keptWords(size: number): string {
  return `与您保存的存证点（${size} 条账目）一致。`;
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

export interface VerdictWords {
  title: string;
  meaning: string;
}

/** What it comes to, and what that means or what to do next. */
export function verdictWords(report: ExportReport, verdict: ExportVerdict): VerdictWords {
  const { problemCount, sealed, entries, withheld, header } = report;
  const why = header?.withheld?.why === 'hidden' ? '按规则此时不公布票数' : '公开文件不含选择';
  const uncounted = `${withheld} 张选票的内容不在文件里（${why}），票数不在这里重算。`;
  const words: Record<ExportVerdict, [title: string, meaning: string]> = {
    ok: ['全部一致', '每一条账目、每一个存证点的签名和每一位候选的票数，都与重新计算的结果相同。'],
    uncounted: ['文件所含的全部一致', `每一条账目和每一个存证点的签名都与重新计算的结果相同。${uncounted}`],
    self: [
      '只说明文件自身一致',
      `公钥取自文件本身：换一把钥匙另做一份，也会这样一致。请填入印发的公钥再核验一次。${header?.withheld ? uncounted : ''}`,
    ],
    tail: [
      `前 ${sealed} 条一致，其余 ${entries - sealed} 条尚未签名`,
      '最后的账目刚刚写入，还没有存证点，暂不能作数。投票结束后重新导出即可。',
    ],
    key: ['密钥不对', '给出的公钥用不上，签名没有核验。请核对公钥，再核验一次。'],
    wrong: [
      `有 ${problemCount} 处不符`,
      '以下每一处都说明文件或账本被改动过，或在传送中损坏。请保留原文件。',
    ],
  };
  const [title, meaning] = words[verdict];
  return { title, meaning };
}

/** What no signature covers, so that nobody takes it for proven. */
export const UNSIGNED = '导出时间、活动版本、见证名单和存证点的时间没有签名，只是文件的说法。';
export const CONVERTED = '文件的换行或开头标记在传送中变过，不影响内容。';

/** What the ledger itself asks of witnesses, and how far it has it. */
export function policyWords({ needed, of, official }: ExportReport['policy']): string {
  if (official) return `前 ${official.size} 条的存证点${officialWords(official)}`;
  return needed === 0
    ? officialWords({ needed, of, signed: 0 })
    : `待见证：要求 ${of} 家见证单位中的 ${needed} 家，还没有存证点得到`;
}
