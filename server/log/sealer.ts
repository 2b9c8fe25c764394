import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { equalBytes } from '@zuimei/shared/bytes.ts';
import { type BatchLeaves, createBatchLeaves } from '@zuimei/shared/ledger/batch.ts';
import { TAG_BYTES } from '@zuimei/shared/ledger/quota.ts';
import { type ActsHead, formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { rootFromEdge } from '@zuimei/shared/log/prover.ts';
import { extendTiles, type Tile, tileWidth } from '@zuimei/shared/log/tile.ts';
import { createSigner, type Signer, signNote } from '@zuimei/shared/note.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { createChain } from './chain.ts';

/** Entries hashed before the event loop gets its turn: about a millisecond. */
const CHUNK = 500;
const MOST_A_PASS = 50_000;

export interface LedgerHead {
  contest: number;
  slug: string;
  origin: string;
  size: number;
}

export interface Sealer {
  /**
   * One pass over the action log, which is chained, and all contests: hashes what the ledgers have grown by, stores the tiles, signs a checkpoint that also says where the action log stands. Several servers may
   * call it at once: a contest is sealed by whoever comes first. Gives the contests sealed and their new sizes; rejects, when all
   * others are done, if one could not be.
   */
  seal(): Promise<{ slug: string; size: number }[]>;
}

interface Edge {
  size: number;
  partial: Uint8Array[];
}

export function createSealer(db: Db, secrets: Secrets): Sealer {
  const signers = new Map<string, Promise<Signer>>();
  const edges = new Map<number, Edge>();
  const chain = createChain(db, secrets);

  async function sealOne(head: LedgerHead, acts: ActsHead | null): Promise<number | null> {
    return await db.transaction().execute(async (tx) => {
      const lock = await sql<{
        mine: boolean;
      }>`select pg_try_advisory_xact_lock(7235, ${head.contest}::int) as mine`.execute(tx);
      if (!lock.rows[0]?.mine) return null;
      const last = await readLast(tx, head.contest);
      if (last.size >= head.size) return null;
      let edge = edges.get(head.contest);
      if (edge?.size !== last.size)
        edge = { size: last.size, partial: await readEdge(tx, head.contest, last.size) };
      // What is signed next must extend what was signed last, whatever the tables may have come to hold.
      if (last.size > 0 && !equalBytes(rootFromEdge(edge.partial), last.root))
        throw new Error(
          `the tiles of ${head.slug} do not give the root of its checkpoint at ${last.size}: not sealing`,
        );
      const { grown, tiles } = await extend(tx, head, edge);
      await writeTiles(tx, head.contest, tiles);
      await writeCheckpoint(tx, head, grown, acts);
      edges.set(head.contest, grown);
      return grown.size;
    });
  }

  async function extend(
    tx: Transaction<Tables>,
    head: LedgerHead,
    from: Edge,
  ): Promise<{ grown: Edge; tiles: Tile[] }> {
    const changed = new Map<string, Tile>();
    let edge = from;
    for (const leaves of leafChunks(
      head.slug,
      await readCommitments(tx, head.contest, from.size, MOST_A_PASS),
    )) {
      const extension = extendTiles(edge.size, edge.partial, leaves);
      for (const tile of extension.tiles) changed.set(`${tile.level}/${tile.index}`, tile);
      edge = { size: extension.size, partial: extension.edge };
      await new Promise(setImmediate);
    }
    return { grown: edge, tiles: [...changed.values()] };
  }

  async function writeCheckpoint(
    tx: Transaction<Tables>,
    head: LedgerHead,
    { size, partial }: Edge,
    acts: ActsHead | null,
  ): Promise<void> {
    const root = rootFromEdge(partial);
    let signer = signers.get(head.slug);
    if (!signer) signers.set(head.slug, (signer = logSigner(secrets, head.slug, head.origin)));
    const note = await signNote(
      formatCheckpoint({ origin: head.origin, size, root, ...(acts ? { acts } : {}) }),
      await signer,
    );
    await sql`insert into log_checkpoint (contest, size, root, note) values (${head.contest}, ${size}, ${Buffer.from(root)}, ${note})`.execute(
      tx,
    );
  }

  return {
    async seal() {
      const sealed: { slug: string; size: number }[] = [];
      const failures: unknown[] = [];
      // A ledger is sealed also when the acts cannot be chained: the next checkpoint that can will cover them.
      const acts = await chain.extend().catch((error: unknown) => {
        failures.push(error);
        return null;
      });
      for (const head of await readGrown(db)) {
        try {
          const size = await sealOne(head, acts);
          if (size !== null) sealed.push({ slug: head.slug, size });
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new Error(failures.map(String).join('; '));
      return sealed;
    },
  };
}

/** The key that signs a contest's log; its name is the log's origin. */
export function logSigner(secrets: Secrets, slug: string, origin: string): Promise<Signer> {
  return createSigner(origin, secrets.derive(`log of ${slug}`));
}

async function readGrown(db: Db): Promise<LedgerHead[]> {
  const { rows } = await sql<LedgerHead>`
    select h.contest, c.slug, h.origin, h.size from ledger_head h join contest c on c.id = h.contest
    where h.size > coalesce((select max(k.size) from log_checkpoint k where k.contest = h.contest), 0)`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

async function readLast(
  tx: Transaction<Tables>,
  contest: number,
): Promise<{ size: number; root: Uint8Array }> {
  const { rows } = await sql<{ size: string; root: Uint8Array }>`
    select size, root from log_checkpoint where contest = ${contest} order by size desc limit 1`.execute(tx);
  return { size: Number(rows[0]?.size ?? 0), root: rows[0]?.root ?? new Uint8Array(32) };
}

async function readEdge(tx: Transaction<Tables>, contest: number, size: number): Promise<Uint8Array[]> {
  const edge: Uint8Array[] = [];
  for (let level = 0; 256 ** level <= size; level++) {
    const index = Math.floor(size / 256 ** (level + 1));
    const width = tileWidth(level, index, size);
    const { rows } =
      width === 0
        ? { rows: [] }
        : await sql<{ hashes: Uint8Array }>`
            select hashes from log_tile where contest = ${contest} and level = ${level} and index = ${index}`.execute(
            tx,
          );
    edge.push(Uint8Array.from(rows[0]?.hashes ?? []).subarray(0, width * 32));
  }
  return edge;
}

/** A run of entries of one kind and instant, in order of the ledger. */
interface Run {
  at: Date;
  kind: string;
  commitments: Uint8Array;
  /** Of ballots; of a ballot without one there are too few, and what is too few is not sealed. */
  tags: Uint8Array;
}

async function readCommitments(
  tx: Transaction<Tables>,
  contest: number,
  from: number,
  most: number,
): Promise<Run[]> {
  const { rows } = await sql<Run>`
    select at, kind, string_agg(commitment, ''::bytea order by index) as commitments,
      coalesce(string_agg(tag, ''::bytea order by index), '') as tags
    from (
      select index, at, kind, commitment, tag, index - row_number() over (partition by at, kind order by index) as run
      from ledger_entry where contest = ${contest} and index >= ${from} and index < ${from + most}
    ) entries
    group by at, kind, run order by min(index)`.execute(tx);
  return rows;
}

function* leafChunks(slug: string, runs: Run[]): Generator<Uint8Array> {
  const makers = new Map<string, BatchLeaves>();
  for (const { at, kind, commitments, tags } of runs) {
    let maker = makers.get(kind);
    if (!maker) makers.set(kind, (maker = createBatchLeaves(slug, kind)));
    const each = kind === 'ballot' ? TAG_BYTES : 0;
    if (tags.length !== (commitments.length / 32) * each) throw new Error(`tags of ${slug} are missing`);
    for (let from = 0; from < commitments.length / 32; from += CHUNK)
      yield maker.leaves(
        at.toISOString(),
        commitments.subarray(from * 32, (from + CHUNK) * 32),
        tags.subarray(from * each, (from + CHUNK) * each),
      );
  }
}

async function writeTiles(tx: Transaction<Tables>, contest: number, tiles: Tile[]): Promise<void> {
  for (let i = 0; i < tiles.length; i += 64) {
    const rows = tiles
      .slice(i, i + 64)
      .map(
        (tile) =>
          sql`(${contest}::int, ${tile.level}::smallint, ${tile.index}::bigint, ${Buffer.from(tile.bytes)}::bytea)`,
      );
    await sql`
      insert into log_tile (contest, level, index, hashes) values ${sql.join(rows)}
      on conflict (contest, level, index) do update set hashes = excluded.hashes
      where length(log_tile.hashes) < length(excluded.hashes)`.execute(tx);
  }
}
