import type { BallotLine, Verdict } from '@zuimei/shared/audit.ts';
import type { Channel } from '@zuimei/shared/live.ts';
import type { AddressClass, Signal } from '@zuimei/shared/policy.ts';

// The console says the same (web/console/signals.ts).
const verdictWords: Record<Verdict, string> = { counted: '计票', held: '待核', void: '作废' };
const channelWords: Record<Channel, string> = {
  unknown: '未知',
  wechat: '微信',
  phone: '手机浏览器',
  computer: '电脑',
};
const classWords: Record<AddressClass, string> = {
  unknown: '其他网络',
  carrier: '运营商',
  campus: '校园网',
  office: '单位网络',
  datacentre: '机房与云',
  abroad: '境外',
};
const signalWords: Record<Signal, string> = {
  attempts: '反复尝试',
  device: '同设备多人',
  ip: '同地址多人',
  net: '同网段多人',
  dwell: '停留过短',
  silent: '无人操作',
  newcomer: '身份刚建立',
  surge: '候选突增',
  single: '单选集中',
  rhythm: '间隔相等',
  alike: '选择相同',
  outside: '地区之外',
  datacentre: '来自机房',
  abroad: '来自境外',
  proven: '通过验证',
};

const heads = [
  '账本序号',
  '时间',
  '轮次',
  '所选编号',
  '投出时',
  '现状',
  '信号',
  '未经筛查',
  '渠道',
  '地区',
  '地址类别',
];
const traces = ['地址', '网段', '设备', '投票人代号', '裁定序号'];

/** A UTF-8 file with a byte order mark, as office programs want it, a portion at a time as it is read. */
export function csvOf(portions: AsyncGenerator<BallotLine[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`\uFEFF${rowOf([...heads, ...traces])}`));
    },
    async pull(controller) {
      const { done, value } = await portions.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value.map((line) => rowOf(cellsOf(line))).join('')));
    },
    async cancel() {
      await portions.return(undefined);
    },
  });
}

function cellsOf(line: BallotLine): (string | number)[] {
  return [
    line.index,
    shanghaiText(line.at),
    line.round + 1,
    line.picks === null ? '未公布' : line.picks.join(' '),
    verdictWords[line.castAs],
    verdictWords[line.verdict],
    line.signals.map((signal) => signalWords[signal]).join('、'),
    line.unscreened ? '是' : '',
    channelWords[line.channel],
    line.region,
    classWords[line.class],
    line.address,
    line.net,
    line.device,
    line.voter,
    line.ruling ?? '',
  ];
}

function rowOf(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

/** Quoted where it must be; a text that a table program could take for a formula is made plain by an apostrophe (OWASP). */
export function cellText(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const plain = /^[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** "2026-04-02 09:05:07.123", Shanghai. */
function shanghaiText(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ');
}
