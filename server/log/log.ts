import { sql } from 'kysely';
import { entryBytes } from '@zuimei/shared/entry.ts';
import { formatProof } from '@zuimei/shared/proof.ts';
import { createProver, type Prover } from '@zuimei/shared/prover.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { formatBundle } from '@zuimei/shared/tile.ts';
import type { Db } from '../db.ts';

const FRESH_MS = 200;

export interface Checkpoint {
  size: number;
  note: string;
}

export interface Log {
  /** The newest signed checkpoint, at most 200 ms old; size 0 and an empty note before the first. */
  newest(contest: number): Promise<Checkpoint>;
  /** The first `width` hashes of a tile. Refuses with not_found what the signed tree does not hold. */
  tile(contest: number, level: number, index: number, width: number): Promise<Uint8Array>;
  /** Entries [256·index, 256·index + width) as an entry bundle: what the leaves are the hashes of. */
  bundle(contest: number, slug: string, index: number, width: number): Promise<Uint8Array>;
  /** tlog-proof of one entry under the newest checkpoint. Refuses with not_sealed_yet or not_found. */
  proof(contest: number, index: number): Promise<string>;
}

/** The published log, from the tables the sealer fills. */
export function createLog(db: Db, clock: () => number): Log {
  const newestOf = new Map<number, { at: number; value: Promise<Checkpoint> }>();
  const provers = new Map<number, Prover>();

  function newest(contest: number): Promise<Checkpoint> {
    const kept = newestOf.get(contest);
    if (kept && clock() - kept.at < FRESH_MS) return kept.value;
    const value = readNewest(contest);
    newestOf.set(contest, { at: clock(), value });
    value.catch(() => newestOf.delete(contest));
    return value;
  }

  async function readNewest(contest: number): Promise<Checkpoint> {
    const { rows } = await sql<{ size: string; note: string }>`
      select size, note from log_checkpoint where contest = ${contest} order by size desc limit 1`.execute(
      db,
    );
    return { size: Number(rows[0]?.size ?? 0), note: rows[0]?.note ?? '' };
  }

  async function tile(contest: number, level: number, index: number, width: number): Promise<Uint8Array> {
    const { rows } = await sql<{ hashes: Uint8Array }>`
      select hashes from log_tile where contest = ${contest} and level = ${level} and index = ${index}`.execute(
      db,
    );
    const hashes = rows[0]?.hashes;
    if (!hashes || hashes.length < width * 32) throw new Refusal('not_found');
    return hashes.subarray(0, width * 32);
  }

  return {
    newest,
    tile,
    async bundle(contest, slug, index, width) {
      const from = index * 256;
      if (from + width > (await newest(contest)).size) throw new Refusal('not_found');
      const { rows } = await sql<{ at: Date; kind: string; commitment: string }>`
        select at, kind, encode(commitment, 'hex') as commitment from ledger_entry
        where contest = ${contest} and index >= ${from} and index < ${from + width} order by index`.execute(
        db,
      );
      return formatBundle(
        rows.map(({ at, kind, commitment }) =>
          entryBytes({ at: at.toISOString(), commitment, contest: slug, kind }),
        ),
      );
    },
    async proof(contest, index) {
      const checkpoint = await newest(contest);
      if (index >= checkpoint.size) {
        const { rows } = await sql<{
          size: string;
        }>`select size from ledger_head where contest = ${contest}`.execute(db);
        throw new Refusal(index < Number(rows[0]?.size ?? 0) ? 'not_sealed_yet' : 'not_found', {
          retryAfterMs: 1000,
        });
      }
      let prover = provers.get(contest);
      if (!prover)
        provers.set(
          contest,
          (prover = createProver((level, nth, width) => tile(contest, level, nth, width))),
        );
      return formatProof({
        index,
        hashes: await prover.inclusion(index, checkpoint.size),
        checkpoint: checkpoint.note,
      });
    },
  };
}
