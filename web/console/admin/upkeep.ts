import { dayTime } from '@zuimei/shared/moment.ts';
import type { KeyName, PartName, Parts, UpkeepView } from '@zuimei/shared/upkeep.ts';
import { grouped } from '../../lib/words.ts';
import { quarantineWords } from '../lib/words.ts';

export type Tone = 'ok' | 'hold' | 'red' | 'plain';

/** One line of the page: what it is, how it stands, and where it is not well what to do. */
export interface PartLine {
  name: PartName;
  label: string;
  state: string;
  tone: Tone;
  note: string;
}

const labels: Record<PartName, string> = {
  database: '数据库',
  writes: '写入',
  standby: '同步备库',
  disk: '磁盘',
  clock: '时钟',
  counters: '风控计数',
  sealer: '存证',
  witnesses: '见证',
  backup: '备份',
  quarantine: '隔离',
  server: '服务器',
  wechat: '微信',
};

const well: Record<string, string> = { ok: '正常', none: '未设置' };

/** What each state that is not well is called, whether votes wait for it, and the next step. */
const wrong: { [N in PartName]: Partial<Record<NonNullable<Parts[N]>, readonly [string, Tone, string]>> } = {
  database: {
    down: ['连不上', 'red', '投票暂不能计入，手机会自动重试。请运维人员查看 Postgres。'],
    readonly: ['只读', 'red', '连着的是备库，或被设为只读。请把 DATABASE_URL 指向主库。'],
    full: ['磁盘已满', 'red', '请先腾出空间，不要动 pg_wal。'],
  },
  writes: { stuck: ['写不进去', 'red', '有选票在等候。常见原因：同步备库断开、磁盘繁忙、有人手工锁表。'] },
  standby: { missing: ['不在', 'red', '每张选票都要等它确认。请恢复备库，或按手册改为不等它。'] },
  disk: { low: ['空间不足', 'hold', '请清理日志和已另存的备份。'] },
  clock: { off: ['相差较大', 'hold', '服务器与数据库的时间相差超过 2 秒，请校准。'] },
  counters: { unscreened: ['未共享', 'hold', 'Redis 没有回应。选票照常计入，并注明“未经共享计数”。'] },
  sealer: { late: ['迟了', 'red', '选票已计入，但回执暂时不能证明。请查看服务器日志。'] },
  witnesses: {
    silent: ['没有回音', 'hold', '请联系见证单位，确认见证程序在运行。'],
    few: ['不足家数', 'hold', '存证点暂不能称为正式。请联系见证单位，确认见证程序在运行。'],
  },
  backup: {
    old: ['过旧', 'hold', '超过 36 小时没有完成备份。'],
    none: ['没有记录', 'hold', '备份命令完成后没有在服务器上留下记号，见运维手册的备份一节。'],
  },
  quarantine: {
    asked: ['只读', 'red', quarantineWords.asked],
    copy: ['隔离中', 'red', quarantineWords.copy],
    behind: ['隔离中', 'red', quarantineWords.behind],
    fork: ['隔离中', 'red', quarantineWords.fork],
  },
  server: { stopping: ['正在停止', 'hold', '新的请求由其他进程接手。'] },
  wechat: { away: ['没有回应', 'hold', '已认识的投票人不受影响。'] },
};

export function linesOf({ parts, figures, silent, few }: UpkeepView): PartLine[] {
  const names = Object.keys(labels) as PartName[];
  return names.flatMap((name) => {
    const state = parts[name];
    if (state === undefined) return [];
    const faults: Partial<Record<string, readonly [string, Tone, string]>> = wrong[name];
    const fault = faults[state];
    if (fault) {
      const [said, tone, next] = fault;
      const lacking = few.map(
        ({ contest, needed, signed }) => `${contest}：要求 ${needed} 家，已有 ${signed} 家签名`,
      );
      const who = [...silent.map((one) => `${one.name}（${one.contest}）`), ...lacking].join('、');
      return [
        {
          name,
          label: labels[name],
          state: said,
          tone,
          note: name === 'witnesses' ? `${who}。${next}` : next,
        },
      ];
    }
    if (name === 'quarantine') return [{ name, label: labels[name], state: '没有', tone: 'ok', note: '' }];
    const tone = state === 'ok' ? ('ok' as const) : ('plain' as const);
    return [{ name, label: labels[name], state: well[state] ?? state, tone, note: figureOf(name, figures) }];
  });
}

/** The figure behind a part that is well. */
function figureOf(name: PartName, figures: UpkeepView['figures']): string {
  const { writtenAt, waiting, disk, databaseBytes, clockMs } = figures;
  if (name === 'writes' && writtenAt)
    return `最近一次 ${dayTime(writtenAt)}${waiting > 0 ? `，等候 ${grouped(waiting)} 张` : ''}`;
  if (name === 'disk' && disk) return `还有 ${sizeOf(disk.free)}，共 ${sizeOf(disk.total)}`;
  if (name === 'database' && databaseBytes !== null) return `已用 ${sizeOf(databaseBytes)}`;
  if (name === 'clock' && clockMs !== null) return `相差 ${Math.abs(clockMs)} 毫秒`;
  if (name === 'standby') return '选票只在一块磁盘上';
  return '';
}

export function sizeOf(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return gib >= 1 ? `${gib.toFixed(1)} GB` : `${Math.round(bytes / 2 ** 20)} MB`;
}

export const keyWords: Record<KeyName, { label: string; renewed: string }> = {
  ZUIMEI_SECRET: { label: '主密钥', renewed: '不能更换：回执和计票都靠它' },
  ZUIMEI_ACCESS_SECRET: { label: '登录与私密字段的密钥', renewed: '可更换：停止服务后 zuimei secret rotate' },
  DATABASE_URL: { label: '数据库地址与密码', renewed: '可更换：改 Postgres 密码和设置，逐个重启' },
  REDIS_URL: { label: 'Redis 地址与密码', renewed: '可更换：改密码和设置，逐个重启' },
  WX_SECRET: { label: '公众号 AppSecret', renewed: '可更换：在公众平台重置，改设置后重启' },
  WX_TOKEN: { label: '公众号消息 Token', renewed: '可更换：公众平台与设置同时改' },
  WX_AES_KEY: { label: '公众号消息加密密钥', renewed: '可更换：公众平台与设置同时改' },
};
