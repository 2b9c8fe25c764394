import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { parseBundle, TILE_WIDTH, tilePath } from '@zuimei/shared/log/tile.ts';
import { fullDayOf } from '@zuimei/shared/moment.ts';
import {
  type CertificateCode,
  type CertificateStep,
  certificateText,
  checkCertificate,
  checkTail,
  parseCertificateCode,
  revokes,
} from '@zuimei/shared/result/certificate.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import { certificates, client } from '../lib/client.ts';
import { grouped } from '../lib/words.ts';
import { type Finding, open, wrong } from './finding.ts';
import { ownKey } from './material.ts';

const LOST = '没有连上网站。请检查网络后再点“重新核验”。';
const TELL = '请保存证书，并向颁发单位和纪检监察部门反映。';

const steps: Record<CertificateStep, [title: string, ...lines: string[]]> = {
  act: ['网站给出的内容读不出来', '请稍后再试；一直如此，请向颁发单位核实。'],
  code: ['证书与账本不符', '二维码所指的不是这一份结果，证书可能是伪造的，或二维码印错了。', TELL],
  item: ['结果里没有这张证书', '账本里的结果没有二维码所说的这一位，证书可能是伪造的。', TELL],
  proof: ['网站给出的证明读不出来', '请稍后再试；一直如此，请向颁发单位核实。'],
  signature: [
    '存证点的签名与账本公钥不符',
    '网站给出的存证点，不是这把公钥签名的。请核对公钥是否抄全。',
    TELL,
  ],
  origin: ['存证点是另一本账的', '网站给出的不是这个活动的账本。', TELL],
  index: ['网站给出的是另一条账目的证明', '请稍后再试；一直如此，请向颁发单位核实。'],
  ballot: ['证书与账本不符', TELL],
  inclusion: ['结果与账本不符', '网站给出的结果不在签名的账本里，可能在公布之后被改过。', TELL],
};

/** Asks the site for the result, its proof and what came after, and checks it here: nothing the site says is believed but its key. */
export async function checkCode(text: string): Promise<Finding> {
  const code = parseCertificateCode(text);
  if (!code) return open('二维码里的编号不完整', '请重新扫描证书左下角的二维码。');
  const contest = await client.contest(code.slug);
  if (!contest.ok)
    return contest.fault.code === 'not_found'
      ? wrong('这个网站没有证书所说的活动', '证书可能是伪造的，请向颁发单位核实。')
      : open('暂时无法核验', LOST);
  const key = ownKey().key ?? contest.value.log.verifierKey;
  const against = { text: key, pinned: ownKey().key !== undefined };
  const [act, proof] = await Promise.all([
    certificates.act(code.slug, code.entry),
    client.receipt(code.slug, code.entry),
  ]);
  if (!act.ok) return unread(act.fault.code);
  if (!proof.ok) return unread(proof.fault.code);
  const outcome = await checkCertificate(code, { open: act.value, proof: proof.value, verifierKey: key });
  if (!outcome.ok) return { ...wrong(...steps[outcome.step]), key: against };
  const { result, item, size } = outcome;
  const revoked = await findRevocation(code, item.serial, proof.value, size);
  if (revoked) return { ...revoked, key: against };
  const { title } = contest.value;
  return {
    kind: 'ok',
    title: '证书有效',
    lines: [
      `✓ 内容与${quoted(title)}账本第 ${grouped(entryNumber(code.entry))} 号账目（评选结果）一致。`,
      `✓ 存证点已为前 ${grouped(size)} 条账目签名，签名与账本公钥相符。`,
      '✓ 到这个存证点为止，账本里没有撤销这张证书的账目。',
    ],
    key: against,
    paper: [
      ['姓名', item.name],
      ['单位', item.unit],
      ['荣誉', item.honour],
      ['证书内容', certificateText(result.certificate, item, title)],
      ['颁发单位', result.organizers.join('、')],
      ['日期', fullDayOf(`${result.date}T04:00:00Z`)],
      ['文号', result.document],
      ['证书编号', item.serial],
    ],
  };
}

function unread(fault: string): Finding {
  if (fault === 'not_sealed_yet')
    return open('结果刚刚入账，还在等存证点', '存证点约一秒一个，请过几秒再点“重新核验”。');
  if (fault === 'not_found') return wrong(...steps.code);
  return open('暂时无法核验', LOST);
}

/** Looks through all that the log holds behind the result: what was left out would not fit the signed root. null = nothing revokes it. */
async function findRevocation(
  { slug, entry }: CertificateCode,
  serial: string,
  proof: string,
  size: number,
): Promise<Finding | null> {
  const [first, last] = [Math.floor(entry / TILE_WIDTH), Math.floor((size - 1) / TILE_WIDTH)];
  const bytes: Uint8Array[] = [];
  for (let at = first; at <= last; at++) {
    const bundle = await certificates.tile(
      slug,
      tilePath({ level: 'entries', index: at, width: Math.min(TILE_WIDTH, size - at * TILE_WIDTH) }),
    );
    if (!bundle.ok) return open('暂时无法核验', LOST);
    bytes.push(...entriesOf(bundle.value));
  }
  const tail = checkTail(proof, bytes.slice(entry - first * TILE_WIDTH));
  if (!tail)
    return wrong('结果之后的账目与存证点不符', '网站没有给出完整的账目，看不出证书是否已撤销。', TELL);
  for (const [at, line] of tail.entries()) {
    if (line.kind !== 'revoke') continue;
    const act = await certificates.act(slug, entry + at);
    if (!act.ok) return open('暂时无法核验', LOST);
    const found = revokes(line, serial, act.value);
    if (found === null)
      return wrong('网站给出的撤销记录与账本不符', '请向颁发单位核实这张证书是否有效。', TELL);
    if (found)
      return wrong(
        '证书已撤销',
        `已于${fullDayOf(line.at)}撤销（账本第 ${grouped(entryNumber(entry + at))} 号账目），不再有效。`,
        `原因：${act.value.act.reason}`,
        `证书编号：${serial}`,
      );
  }
  return null;
}

/** What is no bundle holds nothing, and so does not fit the proof. */
function entriesOf(bytes: Uint8Array): Uint8Array[] {
  try {
    return parseBundle(bytes);
  } catch {
    return [];
  }
}
