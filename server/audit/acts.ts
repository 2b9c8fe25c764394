import { sql } from 'kysely';
import { equalBytes, toBase64 } from '@zuimei/shared/bytes.ts';
import type { ActsHead } from '@zuimei/shared/log/checkpoint.ts';
import type { Db } from '../db.ts';
import { createLinker, lineText, NO_LINK } from '../log/chain.ts';
import type { Secrets } from '../secret.ts';

const PAGE = 2_000;
/** How long before the line ahead of it was chained a line may say that it was written: longer than any transaction lasts. */
const LATE_MS = 10 * 60_000;

export interface ActsVerification {
  lines: number;
  /** Written, and not yet in the chain. */
  pending: number;
  /** Of the last line, base64: who writes it down can hold it against the log later. '' = none. */
  link: string;
  problems: ActsProblem[];
}

/**
 * changed: not the line that was chained · removed: the line is gone · cut: no line has this place · late: it was put in afterwards, or the
 * database's clock was turned back · ahead: a checkpoint was signed for more lines · other: a checkpoint was signed for other lines.
 */
export interface ActsProblem {
  code: 'act_changed' | 'act_removed' | 'act_cut' | 'act_late' | 'acts_ahead' | 'acts_other';
  /** Place in the chain from 1; 0 = none yet. Of ahead and other: how many lines the checkpoint knew. */
  index: number;
  /** Number of the line; of ahead: how many there are. */
  detail: string;
}

interface Row {
  place: string;
  action: string;
  chained: Date;
  mac: Uint8Array;
  written: Date | null;
  line: string | null;
}

/**
 * Takes the instants of chaining (ms) in order; gives the latest before the one just taken. Lines that waited together are chained at one
 * instant, and none of them is late because of another.
 */
function createEarlier(): (chained: number) => number {
  let [latest, last] = [0, 0];
  return (chained) => {
    if (chained > last) [latest, last] = [last, chained];
    return latest;
  };
}

/** Recomputes the chain of the action log, and holds it against what signed checkpoints knew of it. */
export async function verifyActs(
  db: Db,
  secrets: Secrets,
  heads: readonly ActsHead[],
): Promise<ActsVerification> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const problems: ActsProblem[] = [];
      const link = createLinker(secrets);
      const awaited = new Map<number, Uint8Array[]>();
      for (const { place, link: signed } of heads)
        awaited.set(place, [...(awaited.get(place) ?? []), signed]);
      let [place, before] = [0, NO_LINK];
      const earlier = createEarlier();
      for await (const row of readChain(tx)) {
        const index = Number(row.place);
        const problem = (code: ActsProblem['code'], detail = row.action): void => {
          problems.push({ code, index, detail });
        };
        if (index !== place + 1) problems.push({ code: 'act_cut', index: place + 1, detail: '' });
        else if (row.line === null || row.written === null) problem('act_removed');
        else if (!equalBytes(link(before, index, row.chained, row.line), row.mac)) problem('act_changed');
        const latest = earlier(row.chained.getTime());
        if (row.written !== null && row.written.getTime() < latest - LATE_MS) problem('act_late');
        if (awaited.get(index)?.some((signed) => !equalBytes(signed, row.mac))) problem('acts_other', '');
        [place, before] = [index, row.mac];
      }
      const most = Math.max(0, ...awaited.keys());
      if (most > place) problems.push({ code: 'acts_ahead', index: most, detail: `${place}` });
      const waiting = await sql<{ id: string; at: Date }>`
        select l.id, l.at from action_log l where not exists (select 1 from action_chain c where c.action = l.id)
        order by l.id`.execute(tx);
      const latest = earlier(Number.POSITIVE_INFINITY);
      for (const { id, at } of waiting.rows)
        if (at.getTime() < latest - LATE_MS) problems.push({ code: 'act_late', index: 0, detail: id });
      return {
        lines: place,
        pending: waiting.rows.length,
        link: place === 0 ? '' : toBase64(before),
        problems,
      };
    });
}

async function* readChain(db: Db): AsyncGenerator<Row> {
  for (let from = '0'; ; ) {
    const { rows } = await sql<Row>`
      select c.place, c.action, c.at as chained, c.mac, l.at as written, case when l.id is not null then ${lineText} end as line
      from action_chain c left join action_log l on l.id = c.action
      where c.place > ${from}::bigint order by c.place limit ${PAGE}`.execute(db);
    yield* rows;
    if (rows.length < PAGE) return;
    from = rows.at(-1)?.place ?? from;
  }
}

/** A sentence for who verifies; lines have two numbers, their place and the one they bear. */
export function actsSentence({ code, index, detail }: ActsProblem): string {
  const which = index > 0 ? `操作日志第 ${index} 条（编号 ${detail}）` : `操作日志中编号 ${detail} 的一条`;
  return {
    act_changed: `${which}在入链之后被改过，或它前面有记录被拿走、插入。`,
    act_removed: `${which}被拿走。`,
    act_cut: `操作日志第 ${index} 条的位置是空的：有记录连同链环被拿走。`,
    act_late: `${which}所写的时间早于前面的记录：是事后补进去的，或者数据库时钟被拨回过。`,
    acts_ahead: `存证点曾为操作日志 ${index} 条签名，现在只有 ${detail} 条：末尾有记录被拿走。`,
    acts_other: `存证点所签的前 ${index} 条操作日志，与现在的不同：其中有记录被改动、增删。`,
  }[code];
}
