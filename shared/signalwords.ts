import type { AddressClass, Signal } from './policy.ts';

/** What the gate notes of a ballot, and what an address is known to be, in words without guilt: on screens, on paper and in files. */

export const classWords: Record<AddressClass, string> = {
  unknown: '其他网络',
  carrier: '运营商',
  campus: '校园网',
  office: '单位网络',
  datacentre: '机房与云',
  abroad: '境外',
};

export const signalWords: Record<Signal, string> = {
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
  unvouched: '微信之外',
};
