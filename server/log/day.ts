import { sql } from 'kysely';
import { toBase64 } from '@zuimei/shared/bytes.ts';
import { vouchedFor } from '@zuimei/shared/ledger/witness.ts';
import { addLines } from '@zuimei/shared/log/cosignature.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { readWatched, sizesOf } from './witness/policy.ts';

/** More days than any contest runs. */
const MOST_DAYS = 400;

/**
 * The last checkpoint of each Shanghai day, newest first. From each day's last it steps to the last before that day's midnight: one
 * look-up of the index a day, however many checkpoints a day has.
 */
export async function readDays(db: Db, contest: number): Promise<DayCheckpoint[]> {
  const { rows } = await sql<{
    size: string;
    at: Date;
    root: Uint8Array;
    note: string;
    cover: string | null;
  }>`
    with recursive day as (
      (select size, at, root, note from log_checkpoint where contest = ${contest} order by at desc limit 1)
      union all
      select earlier.* from day cross join lateral (
        select k.size, k.at, k.root, k.note from log_checkpoint k
        where k.contest = ${contest}
          and k.at < to_timestamp(floor((extract(epoch from day.at) + 28800) / 86400) * 86400 - 28800)
        order by k.at desc limit 1
      ) earlier
    )
    select day.*, (
      select min(c.size) from log_cosignature c where c.contest = ${contest} and c.size >= day.size
    ) as cover
    from day limit ${MOST_DAYS}`.execute(db);
  const watched = await readWatched(db, contest);
  const latest = sizesOf(watched);
  const covers = await readCovers(
    db,
    contest,
    rows.flatMap((row) => (row.cover === null ? [] : [Number(row.cover)])),
  );
  return rows.map((row) => {
    const size = Number(row.size);
    const cover = covers.get(Number(row.cover));
    const own = cover?.size === size ? cover : null;
    return {
      day: shanghaiDate(row.at.getTime()),
      size,
      root: toBase64(row.root),
      at: row.at.toISOString(),
      note: addLines(row.note, own?.lines ?? []),
      witnesses: own?.witnesses ?? [],
      vouched: vouchedFor(watched.policies, size, latest),
      within: cover && !own ? { size: cover.size, at: cover.at, witnesses: cover.witnesses } : null,
    };
  });
}

interface Cover {
  size: number;
  at: string;
  lines: string[];
  witnesses: string[];
}

/** Cosigned checkpoints of these sizes, with who cosigned them, as registered. */
async function readCovers(db: Db, contest: number, sizes: number[]): Promise<Map<number, Cover>> {
  const { rows } = await sql<{ size: string; at: Date; lines: string[]; names: string[] }>`
    select c.size, k.at, array_agg(c.line order by c.at, c.witness) as lines,
      array_agg(w.name order by c.at, c.witness) as names
    from log_cosignature c
    join log_checkpoint k on k.contest = c.contest and k.size = c.size
    join log_witness w on w.contest = c.contest and w.key = c.witness
    where c.contest = ${contest} and c.size = any(${`{${[...new Set(sizes)].join(',')}}`}::bigint[])
    group by c.size, k.at`.execute(db);
  return new Map(
    rows.map(({ size, at, lines, names }) => [
      Number(size),
      { size: Number(size), at: at.toISOString(), lines, witnesses: names },
    ]),
  );
}
