import type { CodeOutcome } from '@zuimei/shared/export/report.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import type { ReceiptStep } from '@zuimei/shared/ledger/receipt.ts';
import { checkReceiptCode, parseReceiptCode, type ReceiptCode } from '@zuimei/shared/ledger/receiptcode.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import { client } from '../lib/client.ts';
import { grouped } from '../lib/words.ts';
import { type Finding, KEEP, LOST, NO_FILE, open, wrong } from './finding.ts';
import { material, ownKey } from './material.ts';
import { checkFile } from './reading.ts';

const malformed: Record<string, string> = {
  empty: '请粘贴回执码，或扫描回执上的二维码打开本页。',
  form: '回执码以 ZM1- 开头，请核对是否复制完整。',
  version: '这枚回执码的版本较新，请在网站上打开最新的核验页。',
  check: '回执码里有抄错或漏掉的字符，请重新复制或扫描。',
};

/** The code in a pasted text, or what is wrong with it. */
export function readCode(text: string): ReceiptCode | Finding {
  try {
    return parseReceiptCode(text);
  } catch (error) {
    const fault = error instanceof Refusal ? String(error.details.fault) : 'form';
    return open('这不是完整的回执码', malformed[fault] ?? '');
  }
}

export function isFinding(value: ReceiptCode | Finding): value is Finding {
  return 'kind' in value;
}

function nameOf(code: ReceiptCode): string {
  return `第 ${grouped(entryNumber(code.index))} 号选票`;
}

const MEANING = '这说明这张选票在账本里、没有被换过。回执上没有投给了谁。';

const steps: Record<Exclude<ReceiptStep, 'ballot'>, [string, ...string[]]> = {
  proof: ['网站给出的证明读不出来', '请稍后再试；一直如此，请换一份导出的账本核验。'],
  signature: [
    '存证点的签名与账本公钥不符',
    '网站给出的存证点，不是这把公钥签名的。请核对公钥是否抄全。',
    KEEP,
  ],
  origin: ['存证点是另一本账的', '网站给出的不是这个活动的账本。', KEEP],
  index: ['网站给出的是另一条账目的证明', '请稍后再试；一直如此，请换一份导出的账本核验。'],
  inclusion: ['账本里的这一条与回执不是同一张', '请先核对回执码；确认无误，说明账目在入账后被换过。', KEEP],
};

/** Asks the site for the proof and checks it here: nothing the site says is believed but its key. */
export async function checkOnline(code: ReceiptCode): Promise<Finding> {
  const contest = await client.contest(code.slug);
  if (!contest.ok)
    return contest.fault.code === 'not_found'
      ? open('这个网站没有回执所说的活动', '请在发出回执的网站上打开核验页，或用导出的账本核验。')
      : open('暂时无法核验', LOST);
  const proof = await client.receipt(code.slug, code.index);
  if (!proof.ok) return unproven(code, proof.fault.code);
  const key = ownKey().key ?? contest.value.log.verifierKey;
  const against = { text: key, pinned: ownKey().key !== undefined };
  const outcome = await checkReceiptCode({ code, proof: proof.value, verifierKey: key });
  if (!outcome.ok) {
    const [title, ...lines] = steps[outcome.step === 'ballot' ? 'inclusion' : outcome.step];
    return { ...wrong(title, ...lines), key: against };
  }
  const size = grouped(outcome.size);
  const where = `在${quoted(contest.value.title)}的账本里，存证点已为前 ${size} 条账目签名。`;
  return { kind: 'ok', title: `${nameOf(code)}已入账`, lines: [where, MEANING], key: against };
}

function unproven(code: ReceiptCode, fault: string): Finding {
  if (fault === 'not_sealed_yet')
    return open('这张选票刚刚入账，还在等存证点', '存证点约一秒一个，请过几秒再核验。');
  if (fault === 'not_found')
    return wrong(
      '账本里没有这个序号',
      `网站的账本还没有第 ${grouped(entryNumber(code.index))} 号账目。`,
      KEEP,
    );
  return open('暂时无法核验', LOST);
}

const outcomes: Record<Exclude<CodeOutcome, 'there'>, (code: ReceiptCode) => Finding> = {
  other: () => wrong(...steps.inclusion),
  absent: (code) =>
    wrong(
      '文件里没有这个序号',
      `文件不到第 ${grouped(entryNumber(code.index))} 号：可能导出得更早，也可能末尾被拿走。请换一份更新的。`,
    ),
  contest: () => open('文件是另一个活动的账本', '请选择回执所说活动的账本文件。'),
};

/** Looks the entry up in the chosen file, which is verified on the way. */
export async function checkInFile(code: ReceiptCode, tell: (entries: number) => void): Promise<Finding> {
  if (!material.file) return open('还没有选择账本文件', NO_FILE);
  const report = await checkFile(material.file, { ...ownKey(), codes: [code] }, ({ entries }) =>
    tell(entries),
  );
  const [outcome = 'absent'] = report.codes;
  if (!report.header) return open('所选文件不是导出的账本', NO_FILE);
  const against = report.key ? { key: report.key } : {};
  if (outcome !== 'there') return { ...outcomes[outcome](code), ...against };
  if (report.problemCount > 0)
    return {
      ...wrong(
        '回执在文件里，但文件本身有不符',
        `共 ${report.problemCount} 处，见“核验整本账”的结果。`,
        KEEP,
      ),
      ...against,
    };
  if (code.index >= report.sealed)
    return { ...open('回执在文件里，但这一条还没有存证点', '请在投票结束后换一份更新的账本。'), ...against };
  const where = `在${quoted(report.title)}的账本文件里，存证点已为前 ${grouped(report.sealed)} 条账目签名。`;
  return { kind: 'ok', title: `${nameOf(code)}已入账`, lines: [where, MEANING], ...against };
}
