import type { BallotFilter, FindFault } from '@zuimei/shared/audit.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { grouped } from '../../../lib/words.ts';
import type { FilterKey } from './filter.ts';

/** Why a search found nothing, and what to try. */
export function missWords(why: FindFault): string {
  switch (why.code) {
    case 'beyond':
      return why.size === 0 ? '账本里还没有账目。' : `账本现在只到第 ${grouped(why.size)} 号，没有这一号。`;
    case 'act':
      return `第 ${grouped(entryNumber(why.index))} 号不是选票，是规则、裁定等事项，在公开的“选票账本记事”里可以看到。`;
    case 'contest':
      return `这是另一个活动（${why.slug}）的回执，请到那个活动的选票日志里查找。`;
    case 'leaf':
      return `回执与账本第 ${grouped(entryNumber(why.index))} 号的指纹不同：不是这本账的回执，或账目被换过。请保留回执，运行核验。`;
    case 'code':
      return '回执码不完整或抄错了，请核对后再查。从照片里识别的，注意 0 与 O、1 与 l。';
    case 'ballot':
      return '账本里没有这个选票编号。可能没有入账，请投票人查看回执。';
    case 'mark':
      return '没有哪位投票人或哪台设备的代号以此开头。代号至少写前 8 位。';
    case 'net':
      return '没有来自这个网段的选票。';
    case 'place':
      return '没有来自这个地区的选票。请核对地名，如“杭州”“浙江省”。';
  }
}

const alone: Record<FilterKey, (filter: BallotFilter) => string> = {
  from: ({ from, to }) =>
    from && to && from >= to ? '“从”晚于“到”，请对调两个时间。' : '这段时间里没有选票。',
  to: () => '这个时间以前没有选票。',
  candidate: () => '没有选票选了这位候选。',
  verdict: () => '没有选票是这个状态。',
  signal: () => '没有选票带有这个信号；票数公布前，由选择得出的信号不显示。',
  unscreened: () => '没有选票未经共享计数。',
  region: ({ region }) => `没有来自“${region}”的选票。请核对地名，如“杭州”“浙江省”。`,
  class: () => '没有选票来自这类网络。',
  net: ({ net }) => `没有来自 ${net} 的选票。`,
  device: () => '没有选票来自这个设备。',
  voter: () => '没有这个代号的投票人。',
  cluster: () => '这一组聚集里没有选票。',
};

/** Why a narrowed log is empty: the first condition that no ballot meets, or that none meets all of them. */
export function emptyWords(filter: BallotFilter, missing: readonly FilterKey[]): string {
  const [first] = missing;
  return first ? alone[first](filter) : '每个条件都有选票符合，但没有一张同时符合。可以去掉一个条件。';
}

/** A meaning of what was typed, where it has several. */
export function meaningWords({ voter, device, net, region }: BallotFilter): string {
  if (voter) return `投票人 ${voter}`;
  if (device) return `设备 ${device}`;
  return net ? `网段 ${net}` : `地区 ${region}`;
}
