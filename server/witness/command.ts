import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addLines } from '@zuimei/shared/log/cosignature.ts';
import { parseVerifierKey } from '@zuimei/shared/note.ts';
import { shanghaiClock } from '@zuimei/shared/time.ts';
import { claimFile } from '../folder.ts';
import { misuse } from '../misuse.ts';
import { makeKey, readKey } from './key.ts';
import { createRemote, type Remote } from './remote.ts';
import { findFork, readState, type State, writeFork, writeState } from './state.ts';
import { type Outcome, takeTurn, type Watch } from './turn.ts';

const LEAST_EVERY_S = 1;
const MOST_EVERY_S = 86_400;

interface Caller {
  folder: string;
  print(line: string): void;
}

/**
 * `zuimei witness keygen` and `zuimei witness`: what a discipline office runs on a machine of its own, which nobody at the bureau can
 * reach. It asks the log; nothing asks it. (C2SP tlog-witness lets the log push instead, which needs a door open to the network.)
 * Gives 0 done, 1 a fork, or with --once anything else that kept it from vouching, 2 wrong usage.
 */
export async function witnessCommand(caller: Caller, args: string[]): Promise<number> {
  const [verb, ...rest] = args;
  return verb === 'keygen' ? await keygen(caller, rest) : await watch(caller, args);
}

async function keygen({ folder, print }: Caller, args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { name: { type: 'string' }, key: { type: 'string' } } });
  if (!values.name || !values.key) throw misuse('witness keygen 需要 --name 与 --key');
  const path = resolve(folder, values.key);
  const key = await makeKey(values.name, path);
  print(`密钥已写入 ${path}（只有您能读，请勿外传，并做好备份）。`);
  print('请把下面这一行公钥交给审计人员，在“存证与见证”里登记：');
  print('');
  print(key);
  return 0;
}

async function watch(caller: Caller, args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      log: { type: 'string' },
      key: { type: 'string' },
      state: { type: 'string' },
      'log-key': { type: 'string' },
      every: { type: 'string', default: '60' },
      once: { type: 'boolean', default: false },
    },
  });
  if (!values.log || !values.key || !values.state) throw misuse('witness 需要 --log、--key 与 --state');
  const everyS = Number(values.every);
  if (!Number.isInteger(everyS) || everyS < LEAST_EVERY_S || everyS > MOST_EVERY_S)
    throw misuse(`--every 应为 ${LEAST_EVERY_S} 到 ${MOST_EVERY_S} 的整数，单位秒`);
  const remote = createRemote(values.log);
  if (!remote) throw misuse('--log 应为 https://…/log/活动代码');
  const path = resolve(caller.folder, values.state);
  const given = { log: values.log.replace(/\/$/, ''), logKey: values['log-key'] ?? null };
  const signer = await readKey(resolve(caller.folder, values.key));
  const release = await claimFile(`${path}.pid`, (pid) => `已有见证程序（进程 ${pid}）在用 ${path}。`);
  try {
    const state = await begin(caller, remote, path, given);
    if (!state) return 1;
    const keep = (next: State): Promise<void> => writeState(path, next);
    const watched: Watch = { remote, signer, state, keep, clock: Date.now };
    return await follow(caller, path, watched, values.once ? null : everyS * 1000);
  } finally {
    await release();
  }
}

/** The state to go on from, or null when it must not go on; at the first start one with the log's key pinned. */
async function begin(
  { print }: Caller,
  remote: Remote,
  path: string,
  given: { log: string; logKey: string | null },
): Promise<State | null> {
  const fork = await findFork(path);
  if (fork) {
    print(`发现过分叉，记录在 ${fork}。`);
    print('书面说明清楚之前不再见证。清楚之后，请把该文件移到别处归档，再启动。');
    return null;
  }
  if (given.logKey !== null) checkKey(given.logKey);
  const kept = await readState(path);
  if (kept) {
    if (kept.log !== given.log) throw new Error(`状态文件属于另一个账本：${kept.log}`);
    if (given.logKey !== null && given.logKey !== kept.key)
      throw new Error(`--log-key 与状态文件里记下的公钥不同：${kept.key}`);
    return kept;
  }
  const state = { v: 1 as const, log: given.log, note: null, cosignature: null, sent: true };
  if (given.logKey !== null) return { ...state, key: given.logKey };
  const reply = await remote.verifierKey();
  if (!reply.ok) throw new Error(`首次启动要取账本公钥：${reply.why}`);
  checkKey(reply.value);
  print('首次启动，已记下账本公钥，以后只认它：');
  print(`  ${reply.value}`);
  print('请与主办单位书面公布的公钥逐字核对。不一致时请停止，并改用 --log-key。');
  const pinned = { ...state, key: reply.value };
  await writeState(path, pinned);
  return pinned;
}

/** Turn after turn, until a fork; `everyMs` null = one turn. */
async function follow(caller: Caller, path: string, watch: Watch, everyMs: number | null): Promise<number> {
  for (;;) {
    const outcome = await takeTurn(watch);
    if (outcome.kind === 'fork') {
      const code = await reportFork(caller, path, watch.state, outcome);
      if (await handBack(watch))
        caller.print('已把本机见证过的存证点交回网站，网站将停止接受投票，等待核对。');
      return code;
    }
    if (everyMs === null || outcome.kind !== 'unchanged')
      caller.print(`${shanghaiClock(Date.now())} ${sentenceOf(outcome, everyMs !== null)}`);
    if (everyMs === null) return outcome.kind === 'cosigned' || outcome.kind === 'unchanged' ? 0 : 1;
    await setTimeout(everyMs);
  }
}

function sentenceOf(outcome: Exclude<Outcome, { kind: 'fork' }>, again: boolean): string {
  const later = again ? '，下次再试' : '';
  switch (outcome.kind) {
    case 'cosigned':
      return `已见证 ${outcome.size} 条账目，根 ${outcome.root}`;
    case 'unchanged':
      return `没有新账目，仍是 ${outcome.size} 条`;
    case 'unreachable':
      return `${outcome.why}${later}`;
    case 'declined':
      return `已核对，但账本没有收下见证：${outcome.why}${later}`;
  }
}

async function reportFork(
  { print }: Caller,
  path: string,
  state: State,
  fork: Extract<Outcome, { kind: 'fork' }>,
): Promise<number> {
  const now = Date.now();
  const lines = [
    '最美 Zuimei 见证记录：账本分叉',
    `时间：${shanghaiClock(now)}（北京时间）`,
    `账本：${state.log}`,
    `账本公钥：${state.key}`,
    `情况：${fork.why}`,
    '',
    '== 本机见证过的存证点 ==',
    fork.kept ?? '（还没有）\n',
    '== 这次取到的存证点 ==',
    fork.found,
  ];
  const file = await writeFork(path, `${lines.join('\n')}`, now);
  print(`账本分叉：${fork.why}。`);
  print('本机没有签名，见证到此停止。');
  print(`两份存证点都保存在 ${file}，这是证据。`);
  print('请这样做：');
  print('  1. 保留该文件、状态文件和密钥，不要删改，并另存一份。');
  print('  2. 立即书面告知主办单位和审计人员，请其说明账本发生了什么。');
  print('  3. 说明清楚之前不要再启动见证。');
  return 1;
}

/** Shows the log what it signed itself and no longer has; gives whether it says that it does not know it. The log judges, whatever we say. */
async function handBack({ remote, state }: Watch): Promise<boolean> {
  const { note, cosignature } = state;
  if (note === null || cosignature === null) return false;
  const reply = await remote.send(addLines(note, [cosignature]));
  return !reply.ok && (reply.status === 404 || reply.status === 400);
}

function checkKey(text: string): void {
  try {
    parseVerifierKey(text);
  } catch {
    throw new Error(`这不是账本公钥：${text}`);
  }
}
