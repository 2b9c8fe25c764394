import { fromBase64, toHex } from '../bytes.ts';
import { problemSentence } from '../export/words.ts';
import { openNote } from '../note.ts';
import { Refusal } from '../refusal.ts';
import { bundleFiles, type Edition } from './format.ts';
import { parseBundleNote } from './note.ts';
import type { Opened } from './opened.ts';
import type { Say } from './step.ts';

const SEALED = bundleFiles.filter((name) => name !== 'SHA256SUMS' && name !== 'bundle.note').sort();

/** 2: every file is the one that SHA256SUMS names. */
export function checkSums({ text, digests }: Opened, say: Say): void {
  const lines = text('SHA256SUMS').split('\n');
  if (lines.pop() !== '') say('SHA256SUMS 的最后一行断了。');
  const named = lines.map((line) => /^([0-9a-f]{64}) {2}(\S+)$/.exec(line));
  named.forEach((match, i) => {
    const [, digest = '', name = ''] = match ?? [];
    const due = SEALED[i];
    const is = due && digests.get(due);
    if (!match || name !== due)
      say(`SHA256SUMS 第 ${i + 1} 行写 ${name || '读不出的内容'}，应为 ${due ?? '结尾'}。`);
    else if (is !== undefined && is !== digest)
      say(`SHA256SUMS 第 ${i + 1} 行写 ${name} 的摘要为 ${short(digest)}，文件的摘要是 ${short(is)}。`);
  });
  if (named.length < SEALED.length) say(`SHA256SUMS 缺少 ${SEALED[named.length]} 一行。`);
}

/** 3: the log's key signed these files, over this ledger. Gives the edition. */
export async function checkSeal(opened: Opened, say: Say): Promise<Edition | null> {
  const { text, digests, ledger } = opened;
  const note = text('bundle.note');
  const said = parseBundleNote(note);
  if (!said) say('bundle.note 不是核验包的签名文件。');
  const key = ledger.key?.text;
  if (!key) say('没有可用的账本公钥，bundle.note 的签名无从核验。');
  else await openNote(note, [key]).catch((error: unknown) => say(`bundle.note ${signatureWords(error)}。`));
  if (!said) return null;
  const { header, entries, root } = ledger;
  const pairs: [string, string, string][] = [
    ['账本名', said.origin, header?.origin ?? '空'],
    ['SHA256SUMS 的摘要', said.digest, digests.get('SHA256SUMS') ?? '空'],
    ['账目条数', `${said.size}`, `${entries}`],
    ['账本的根', toHex(fromBase64(said.root) ?? new Uint8Array(0)), root],
  ];
  for (const [what, one, other] of pairs)
    if (one !== other) say(`bundle.note 写${what}为 ${short(one)}，实为 ${short(other)}。`);
  const withheld = header?.withheld ?? null;
  if (header && (said.edition === 'full') !== (withheld === null))
    say(
      `bundle.note 写的是${editionWords[said.edition]}，ledger.ndjson 却${withheld ? '不含' : '含有'}选票内容。`,
    );
  return said.edition;
}

export const editionWords: Record<Edition, string> = { public: '公开版', full: '审计版' };

function signatureWords(error: unknown): string {
  const fault = error instanceof Refusal ? error.details.fault : '';
  if (fault === 'unsigned') return '不是账本公钥签名的';
  return fault === 'signature' ? '的内容与签名不符' : '读不出签名';
}

/** 4: the ledger agrees with itself, with its checkpoints and with those that were kept. */
export function checkLedger({ ledger, digests }: Opened, say: Say): void {
  const { header, problems, problemCount, sealed, entries, names } = ledger;
  if (!digests.has('ledger.ndjson')) say('ledger.ndjson 不在文件包里。');
  for (const one of problems) say(`ledger.ndjson：${problemSentence(one, names)}`);
  for (let i = problems.length; i < problemCount; i++) say('ledger.ndjson 还有不符之处。');
  if (header && sealed !== entries) say(`ledger.ndjson 有 ${entries} 条账目，存证点只签到第 ${sealed} 条。`);
}

export function short(text: string): string {
  return text.length > 16 ? `${text.slice(0, 16)}…` : text;
}
