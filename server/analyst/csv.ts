import type { BallotLine, Verdict } from '@zuimei/shared/audit.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import type { Channel } from '@zuimei/shared/live.ts';
import { classWords, signalWords } from '@zuimei/shared/signalwords.ts';
import { csvHead, csvMoment, csvRow } from '@zuimei/shared/text/csv.ts';

const verdictWords: Record<Verdict, string> = { counted: '计票', held: '待核', void: '作废' };
const channelWords: Record<Channel, string> = {
  unknown: '未知',
  wechat: '微信',
  phone: '手机浏览器',
  computer: '电脑',
  message: '公众号消息',
};
const heads = [
  '账本序号',
  '时间（北京时间 UTC+8）',
  '轮次',
  '所选编号',
  '所选候选',
  '投出时',
  '现状',
  '信号',
  '未经筛查',
  '渠道',
  '地区',
  '地址类别',
];
const traces = ['地址', '网段', '设备', '投票人代号', '裁定的账本序号'];

/**
 * A UTF-8 file with a byte order mark, as office programs want it, a portion at a time as it is read. Marks of devices and voters begin with a
 * letter and a colon: 25e7977257045347 alone would be a number to Excel, and rounded. The search takes them so.
 */
export function csvOf(
  portions: AsyncGenerator<BallotLine[]>,
  candidates: readonly { number: number; name: string }[],
): ReadableStream<Uint8Array> {
  const names = new Map(candidates.map(({ number, name }) => [number, name]));
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvHead([...heads, ...traces])));
    },
    async pull(controller) {
      const { done, value } = await portions.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value.map((line) => csvRow(cellsOf(line, names))).join('')));
    },
    async cancel() {
      await portions.return(undefined);
    },
  });
}

function cellsOf(line: BallotLine, names: ReadonlyMap<number, string>): (string | number)[] {
  return [
    entryNumber(line.index),
    csvMoment(line.at),
    line.round + 1,
    line.picks === null ? '未公布' : line.picks.map((number) => `${number} 号`).join(' '),
    line.picks === null ? '未公布' : line.picks.map((number) => names.get(number) ?? '').join('、'),
    verdictWords[line.castAs],
    verdictWords[line.verdict],
    line.signals.map((signal) => signalWords[signal]).join('、'),
    line.unscreened ? '是' : '',
    channelWords[line.channel],
    line.region,
    classWords[line.class],
    line.address,
    line.net,
    line.device === '' ? '' : `d:${line.device}`,
    `v:${line.voter}`,
    line.ruling === null ? '' : entryNumber(line.ruling),
  ];
}
