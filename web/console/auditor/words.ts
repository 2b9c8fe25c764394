import type { ClusterKind, Verdict } from '@zuimei/shared/audit.ts';
import type { Signal } from '@zuimei/shared/policy.ts';

/** Words of the auditor's pages. They say what was seen, never who is to blame: 疑似, 聚集, 待核. */

type Tone = 'ok' | 'hold' | 'red' | 'plain' | 'dark';

export const verdictWords: Record<Verdict, string> = { counted: '计票', held: '待核', void: '作废' };
export const verdictTones: Record<Verdict, Tone> = { counted: 'ok', held: 'hold', void: 'plain' };

export const clusterWords: Record<ClusterKind, string> = {
  device: '同一设备',
  net: '同一网段',
  alike: '相同选择',
  rhythm: '等间隔',
  burst: '集中时段',
  single: '单选集中',
};

/** What honest reason there can be, beside every cluster of the kind. */
export const clusterNotes: Record<ClusterKind, string> = {
  device: '同型号的手机可能得到相同的设备标识，一家人也会共用手机，不能只凭这一点认定。',
  net: '运营商、单位和校园里有许多人共用一个网段，不能只凭这一点认定。',
  alike: '公开的推荐或号召也会带来相同的选择，不能只凭这一点认定。',
  rhythm: '人们投票的间隔通常有长有短；间隔几乎相等时，请结合设备和网络一起看。',
  burst: '集中动员、广播或报道也会带来集中时段，不能只凭这一点认定。',
  single: '只选一位如果符合规则就是有效选票；这里只说明比平时多，不能只凭这一点认定。',
};

/** What the gate saw, in one sentence. */
export const signalNotes: Record<Signal, string> = {
  attempts: '这位投票人短时间内多次尝试投票。',
  device: '同一设备标识下有较多投票人。',
  ip: '同一网络地址下有较多投票人。',
  net: '同一网段内有较多投票人。',
  dwell: '页面打开的时间很短。',
  silent: '页面上没有记录到触摸、按键或移动。',
  newcomer: '投票身份刚建立不久。',
  surge: '所选候选这一小时的占比明显高于此前一天。',
  single: '只选了一位，而这位候选被单选的比例明显高于其他候选。',
  rhythm: '与同一来源的前几张选票间隔几乎相等。',
  alike: '同样的几个选择出现得明显多于其他组合。',
  outside: '网络地址不在活动所在地区。',
  datacentre: '网络地址属于机房或云服务。',
  abroad: '网络地址在境外。',
  proven: '投票前要求过安全验证，并已通过。',
  unvouched: '本活动以微信识别投票人，这张选票来自微信之外的浏览器。',
};
