import { sql } from 'kysely';
import { entryBytes } from '@zuimei/shared/ledger/entry.ts';
import { formatProof } from '@zuimei/shared/log/proof.ts';
import { createProver, type Prover } from '@zuimei/shared/log/prover.ts';
import { formatBundle } from '@zuimei/shared/log/tile.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { createFresh } from '../fresh.ts';
import { createKept } from '../http/kept.ts';
import { readCheckpoint, readWitnessKeys, type SignedCheckpoint } from './cosignature.ts';
import { readDays } from './day.ts';

const FRESH_MS = 200;
const DAYS_FRESH_MS = 1_000;

export interface Log {
  /** The newest signed checkpoint with its cosignatures, at most 200 ms old; size 0 and an empty note before the first. */
  newest(contest: number): Promise<SignedCheckpoint>;
  /** The newest checkpoint that a witness cosigned, at most 200 ms old. Refuses with not_found before the first. */
  witnessed(contest: number): Promise<SignedCheckpoint>;
  /** Keys of the witnesses whose cosignatures are taken, at most a second old. */
  witnesses(contest: number): Promise<string[]>;
  /** The checkpoint signed at this size. Refuses with not_found. */
  signed(contest: number, size: number): Promise<SignedCheckpoint>;
  /** The last checkpoint of each day, newest first, at most a second old. */
  days(contest: number): Promise<DayCheckpoint[]>;
  /** RFC 6962 proof that the tree of `size2` extends that of `size1`. Refuses with not_found unless 1 ≤ size1 ≤ size2 ≤ newest. */
  consistency(contest: number, size1: number, size2: number): Promise<Uint8Array[]>;
  /** The first `width` hashes of a tile. Refuses with not_found what the signed tree does not hold. */
  tile(contest: number, level: number, index: number, width: number): Promise<Uint8Array>;
  /** Entries [256·index, 256·index + width) as an entry bundle: what the leaves are the hashes of. */
  bundle(contest: number, slug: string, index: number, width: number): Promise<Uint8Array>;
  /** tlog-proof of one entry under the newest checkpoint. Refuses with not_sealed_yet or not_found. */
  proof(contest: number, index: number): Promise<string>;
}

/** About 300 bundles of 256 entries. */
const BUNDLE_BYTES = 32 << 20;

/** The published log, from the tables the sealer fills. */
export function createLog(db: Db, clock: () => number): Log {
  const bundles = createKept<Uint8Array[]>(BUNDLE_BYTES);
  const provers = new Map<number, Prover>();
  const none: SignedCheckpoint = { size: 0, note: '' };
  const newest = createFresh(clock, FRESH_MS, async (contest: number) => {
    return (await readCheckpoint(db, contest, 'newest')) ?? none;
  });
  const witnessed = createFresh(clock, FRESH_MS, (contest: number) =>
    readCheckpoint(db, contest, 'witnessed'),
  );
  const witnesses = createFresh(clock, FRESH_MS, (contest: number) => readWitnessKeys(db, contest));
  const days = createFresh(clock, DAYS_FRESH_MS, (contest: number) => readDays(db, contest));

  async function tile(contest: number, level: number, index: number, width: number): Promise<Uint8Array> {
    const { rows } = await sql<{ hashes: Uint8Array }>`
      select hashes from log_tile where contest = ${contest} and level = ${level} and index = ${index}`.execute(
      db,
    );
    const hashes = rows[0]?.hashes;
    if (!hashes || hashes.length < width * 32) throw new Refusal('not_found');
    return hashes.subarray(0, width * 32);
  }

  function proverOf(contest: number): Prover {
    let prover = provers.get(contest);
    if (!prover)
      provers.set(contest, (prover = createProver((level, nth, width) => tile(contest, level, nth, width))));
    return prover;
  }

  return {
    newest,
    async witnessed(contest) {
      return found(await witnessed(contest));
    },
    witnesses,
    async signed(contest, size) {
      return found(await readCheckpoint(db, contest, size));
    },
    days,
    async consistency(contest, size1, size2) {
      if (size1 < 1 || size1 > size2 || size2 > (await newest(contest)).size) throw new Refusal('not_found');
      return await proverOf(contest).consistency(size1, size2);
    },
    tile,
    async bundle(contest, slug, index, width) {
      const from = index * 256;
      const { size } = await newest(contest);
      if (from + width > size) throw new Refusal('not_found');
      const key = `${contest} ${index}`;
      const known = bundles.get(key);
      if (known && known.length >= width) return formatBundle(known.slice(0, width));
      // As far as it is signed, so that whoever asks for the parts of it one by one costs one reading.
      const whole = Math.min(256, size - from);
      const { rows } = await sql<{ at: Date; kind: string; commitment: string; tag: string | null }>`
        select at, kind, encode(commitment, 'hex') as commitment, encode(tag, 'hex') as tag from ledger_entry
        where contest = ${contest} and index >= ${from} and index < ${from + whole} order by index`.execute(
        db,
      );
      const entries = rows.map(({ at, kind, commitment, tag }) =>
        entryBytes({
          at: at.toISOString(),
          commitment,
          contest: slug,
          kind,
          ...(tag === null ? {} : { tag }),
        }),
      );
      bundles.put(key, entries, entries.length * 400);
      return formatBundle(entries.slice(0, width));
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
      return formatProof({
        index,
        hashes: await proverOf(contest).inclusion(index, checkpoint.size),
        checkpoint: checkpoint.note,
      });
    },
  };
}

function found<T>(value: T | null): T {
  if (value === null) throw new Refusal('not_found');
  return value;
}
