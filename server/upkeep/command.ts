import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { shanghaiClock } from '@zuimei/shared/time.ts';
import type { QuarantineCause } from '@zuimei/shared/upkeep.ts';
import type { Db } from '../db.ts';
import { misuse, reasonOption } from '../misuse.ts';
import type { Actor } from '../staff/action.ts';
import { holds, knownOf } from './known.ts';
import { lift, readFound } from './quarantine.ts';

const causes: Record<QuarantineCause, string> = {
  copy: '数据库是恢复或复制出来的，本机没有它最新存证点的记录',
  behind: '数据库里没有本机签过的最新存证点，可能比公布过的旧',
  fork: '见证单位交来了本账本签过、数据库里却没有的存证点',
};

/**
 * `quarantine` says whether the site takes no votes and why; `quarantine lift` ends it, with a name and a reason. `--expect`: notes that the
 * ledger must hold. Gives 0, 1 when it is not met or nothing can be lifted, and for the question 1 while it lasts.
 */
export async function quarantineCommand(
  place: { db: Db; folder: string; actorOf: (by: string) => Actor; print(line: string): void },
  args: string[],
): Promise<number> {
  const { db, folder, print } = place;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      by: { type: 'string' },
      reason: { type: 'string' },
      expect: { type: 'string', multiple: true, default: [] },
    },
  });
  const [verb, ...rest] = positionals;
  if (rest.length > 0 || (verb !== undefined && verb !== 'lift')) throw misuse('quarantine 后面只能是 lift');
  const found = await readFound(db);
  if (found) {
    print(`隔离中，自 ${shanghaiClock(found.since.getTime())}：${causes[found.cause]}。`);
    for (const { slug, size } of found.found)
      print(`  ${slug}：已知的存证点 ${size === null ? '读不出来' : `有 ${size} 条账目`}`);
  } else print('没有隔离，照常接受投票。');
  const met = await meets(db, folder, values.expect, print);
  if (verb === undefined) return found || !met ? 1 : 0;
  if (!values.by || !values.reason) throw misuse('quarantine lift 需要 --by 与 --reason');
  const reason = reasonOption(values.reason);
  const actor = place.actorOf(values.by);
  if (!found) return 1;
  if (!met) {
    print('没有解除：账本里没有所给的存证点。');
    return 1;
  }
  await lift(db, actor, reason);
  print('已解除隔离，记入操作日志；服务器在一秒内恢复接受投票。');
  return 0;
}

async function meets(
  db: Db,
  folder: string,
  paths: readonly string[],
  print: (line: string) => void,
): Promise<boolean> {
  let all = true;
  for (const path of paths) {
    const note = await readFile(resolve(folder, path), 'utf8');
    const origin = knownOf('', note).checkpoint?.origin;
    const row = origin
      ? await db
          .selectFrom('ledger_head')
          .innerJoin('contest', 'contest.id', 'ledger_head.contest')
          .select('contest.slug')
          .where('ledger_head.origin', '=', origin)
          .executeTakeFirst()
      : undefined;
    const met = row !== undefined && (await holds(db, knownOf(row.slug, note)));
    print(`${met ? '✓' : '✗'} ${path}：${met ? '账本里有这个存证点' : '账本里没有这个存证点'}`);
    all &&= met;
  }
  return all;
}
