import { equalBytes, fromBase64 } from '@zuimei/shared/bytes.ts';
import { keptSentence } from '@zuimei/shared/export/words.ts';
import type { Checkpoint } from '@zuimei/shared/log/checkpoint.ts';
import { openSigned } from '@zuimei/shared/log/signed.ts';
import { checkConsistency } from '@zuimei/shared/merkle.ts';
import { parseVerifierKey } from '@zuimei/shared/note.ts';
import { client } from '../lib/client.ts';
import { grouped } from '../lib/words.ts';
import { type Finding, KEEP, LOST, NO_FILE, open, wrong } from './finding.ts';
import { isKey, material, ownKey } from './material.ts';
import { checkFile } from './reading.ts';

interface Against {
  text: string;
  pinned: boolean;
}

/** The contest that a pasted checkpoint is of, by its first line `host/slug`; null if it has none. */
function slugOf(note: string): string | null {
  return /^\S+\/([a-z0-9][a-z0-9-]{0,63})$/.exec(note.trim().split('\n')[0]?.trim() ?? '')?.[1] ?? null;
}

function agreed(older: Checkpoint, newer: Checkpoint, key: Against): Finding {
  const [one, two] = [grouped(older.size), grouped(newer.size)];
  const lines = [
    `较新的存证点（${two} 条账目）完整包含较早的（${one} 条）：这之间只有新增，没有改动、删除或调换。`,
  ];
  return { kind: 'ok', title: '两个存证点是同一本账', lines, key };
}

function forked(key: Against, ...lines: string[]): Finding {
  return {
    ...wrong(
      '两个存证点不是同一本账',
      '两个签名都有效，而账本对不上：较早的存证点签名之后，历史被改写过。',
      ...lines,
      '这两段文字本身就是证据。',
      KEEP,
    ),
    key,
  };
}

const unreadable: Record<string, string> = {
  form: '存证点读不出来。请核对是否完整：首行是账本名，之后是条数、根，空一行，再是签名。',
  unsigned: '存证点不是这把公钥签名的。请核对公钥与存证点是不是同一个活动的。',
  signature: '存证点的内容与签名不符：抄错了，或被改过。',
  origin: '存证点是另一本账的。',
};

async function keyFor(slug: string): Promise<Against | Finding> {
  const own = ownKey().key;
  if (own !== undefined)
    return isKey(own) ? { text: own, pinned: true } : open('公钥读不出来', '请核对公钥是否抄全。');
  const contest = await client.contest(slug);
  if (contest.ok) return { text: contest.value.log.verifierKey, pinned: false };
  return contest.fault.code === 'not_found'
    ? open('这个网站没有这个活动', '请在活动所在的网站上核验，或粘贴账本公钥、选择账本文件核验。')
    : open('暂时无法核验', LOST);
}

/** Two checkpoints, with the proof that the site gives for them, checked here. */
export async function compareOnline(notes: readonly [string, string]): Promise<Finding> {
  const slug = slugOf(notes[0]) ?? slugOf(notes[1]);
  if (slug === null) return open('存证点读不出来', unreadable.form ?? '');
  const key = await keyFor(slug);
  if ('kind' in key) return key;
  const points: Checkpoint[] = [];
  for (const [i, note] of notes.entries()) {
    const signed = await openSigned(note, parseVerifierKey(key.text));
    if (!signed.ok) return { ...open(`第 ${i + 1} 个存证点不能用`, unreadable[signed.fault] ?? ''), key };
    points.push(signed.checkpoint);
  }
  const [older, newer] = points.toSorted((a, b) => a.size - b.size);
  if (!older || !newer) return open('请粘贴两个存证点');
  if (older.size === newer.size)
    return equalBytes(older.root, newer.root) ? agreed(older, newer, key) : forked(key);
  return await proven(slug, older, newer, key);
}

async function proven(slug: string, older: Checkpoint, newer: Checkpoint, key: Against): Promise<Finding> {
  const reply = await client.consistency(slug, older.size, newer.size);
  if (!reply.ok)
    return reply.fault.code === 'not_found'
      ? {
          ...wrong('网站给不出证明', '网站的账本比存证点签名时还短：末尾被拿走，或不是同一本账。', KEEP),
          key,
        }
      : open('暂时无法核验', LOST);
  const proof = reply.value
    .trim()
    .split('\n')
    .map((line) => fromBase64(line) ?? new Uint8Array(0));
  const claim = { size1: older.size, root1: older.root, size2: newer.size, root2: newer.root, proof };
  return checkConsistency(claim) ? agreed(older, newer, key) : forked(key);
}

/** Two checkpoints against the tree of the chosen file. */
export async function compareInFile(
  notes: readonly [string, string],
  tell: (entries: number) => void,
): Promise<Finding> {
  if (!material.file) return open('还没有选择账本文件', NO_FILE);
  const report = await checkFile(material.file, { ...ownKey(), kept: notes }, ({ entries }) => tell(entries));
  if (!report.header || !report.key) return open('所选文件不是可用的账本', NO_FILE);
  const [older, newer] = report.kept;
  if (older?.ok && newer?.ok) {
    const [one, two] = [older.checkpoint, newer.checkpoint].toSorted((a, b) => a.size - b.size);
    return one && two ? agreed(one, two, report.key) : open('请粘贴两个存证点');
  }
  const sentences = report.kept.map((one, i) => `第 ${i + 1} 个：${keptSentence(one)}`);
  const sound = report.kept.every((one) => one.ok || one.why === 'other_tree');
  return sound
    ? forked(report.key, ...sentences)
    : { ...open('核验没有完成', ...sentences), key: report.key };
}
