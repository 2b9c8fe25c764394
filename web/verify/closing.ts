import {
  type ClosingReport,
  checkClosing,
  closingFaults,
  parseClosingCode,
} from '@zuimei/shared/export/closing.ts';
import { closingVouched } from '@zuimei/shared/ledger/closing.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { officialWords } from '@zuimei/shared/ledger/witness.ts';
import { fullDayOf, secondOf } from '@zuimei/shared/moment.ts';
import { closings } from '../lib/client.ts';
import { grouped } from '../lib/words.ts';
import { type Finding, KEEP, LOST, open, wrong } from './finding.ts';
import { ownKey } from './material.ts';

const MOST_BYTES = 4 << 20;

/** A file that somebody was handed. */
export async function checkClosingFile(file: File): Promise<Finding> {
  if (file.size > MOST_BYTES) return wrong(...closingFaults.form);
  return findingOf(await checkClosing(await file.text(), ownKey()));
}

/** The record that a printed sheet names, as the site has it: another one is told from it by its leaf. */
export async function checkClosingCode(text: string): Promise<Finding> {
  const code = parseClosingCode(text);
  if (!code) return open('二维码里的编号不完整', '请重新扫描封存记录上的二维码。');
  const answer = await closings.file(code.slug);
  if (!answer.ok) {
    if (answer.fault.code === 'not_found')
      return wrong('这个网站没有纸上所说的封存记录', '请向印发单位核实。', KEEP);
    return open('暂时无法核验', LOST);
  }
  return findingOf(await checkClosing(JSON.stringify(answer.value), { ...ownKey(), named: code }));
}

function findingOf(report: ClosingReport): Finding {
  if (!report.ok && report.step === 'key') return open(...closingFaults.key);
  if (!report.ok) return wrong(...closingFaults[report.step], KEEP);
  const { said, index, at, size, pinned, key } = report;
  const rounds = said.rounds.map((one): [string, string] => [
    said.rounds.length > 1 ? `第 ${one.round + 1} 轮` : '计票',
    [
      `计入 ${grouped(one.ballots)} 张，待核 ${grouped(one.held)} 张，作废 ${grouped(one.void)} 张`,
      ...one.votes.map(
        ({ number, votes }) =>
          `${number} 号 ${said.candidates.find((who) => who.number === number)?.name ?? ''}　${grouped(votes)} 票`,
      ),
    ].join('\n'),
  ]);
  return {
    kind: pinned ? 'ok' : 'open',
    title: pinned ? '封存记录在签名的账本里' : '只说明文件自身一致',
    lines: [
      `记录是账本第 ${grouped(entryNumber(index))} 号，存证点已为前 ${grouped(size)} 条账目签名。`,
      ...(pinned ? [] : ['公钥取自网站或文件。请在“账本公钥”里填写印发的公钥，再核验一次。']),
      '票数是否算对，用“核验整本账”重算。',
    ],
    key: { text: key, pinned },
    paper: [
      ['活动', said.title],
      ['时间', `${fullDayOf(at)} ${secondOf(at)}`],
      ['签署', `${said.proposed} 提出，${said.actor} 确认`],
      ['说明', `${said.reason}${said.reference ? `（${said.reference}）` : ''}`],
      ...rounds,
      ['裁定', said.rulings.length === 0 ? '没有' : `${said.rulings.length} 次`],
      ['未接受', `${grouped(said.refusals.reduce((sum, { count }) => sum + count, 0))} 次请求`],
      ['规则', `账本第 ${entryNumber(said.rules.entry)} 号，摘要 ${said.rules.digest}`],
      ['存证点', `${grouped(said.checkpoint.size)} 条，根 ${said.checkpoint.root}`],
      [
        '见证',
        `${officialWords(closingVouched(said))}。${said.checkpoint.witnesses.join('、') || '当时还没有'}`,
      ],
    ],
  };
}
