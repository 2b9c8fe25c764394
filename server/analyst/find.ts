import { sql } from 'kysely';
import type { BallotFilter, BallotFound, FindFault } from '@zuimei/shared/audit.ts';
import { equalBytes } from '@zuimei/shared/bytes.ts';
import { leafOf } from '@zuimei/shared/ledger/entry.ts';
import { parseEntryNumber } from '@zuimei/shared/ledger/number.ts';
import { parseReceiptCode, type ReceiptCode } from '@zuimei/shared/ledger/receiptcode.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { parseNet } from './net.ts';
import { readHead } from './pages.ts';

/** What only the columns know. */
export interface Known {
  /** Devices whose mark begins so. */
  devices(start: string): Promise<string[]>;
  /** Whether a ballot passes. */
  some(filter: BallotFilter): Promise<boolean>;
}

/** So many of one meaning are offered. */
export const MOST_MEANT = 8;
const BALLOT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** As tables and files show it, or the whole of it. */
const MARK = /^(?:([dv]):)?([0-9a-f]{8,32})$/;

/** What a text means in this contest: see BallotFound. Nothing is guessed: what is no number, code or mark is a network or a place. */
export async function findBallots(
  db: Db,
  contest: StoredContest,
  typed: string,
  known: Known,
): Promise<BallotFound> {
  const text = narrow(typed).trim();
  if (/ZM\d+-/i.test(text)) return await findReceipt(db, contest, text);
  if (BALLOT_ID.test(text.toLowerCase())) return await findBallotId(db, contest.id, text.toLowerCase());
  const index = parseEntryNumber(text);
  const numbered = index === null ? null : await findNumber(db, contest.id, index);
  const [, kind, mark] = MARK.exec(text.toLowerCase().replace(/\s/g, '')) ?? [];
  const marked = mark === undefined ? [] : await findMarks(db, contest.id, kind, mark, known);
  // Eight digits may be a number and a mark.
  const ballots = numbered && numbered.why === null ? [numbered.index] : [];
  if (ballots.length > 0 || marked.length > 0) return { ballots, filters: marked, why: null };
  if (numbered) return none(numbered.why ?? { code: 'ballot' });
  if (mark !== undefined) return none({ code: 'mark' });
  const net = parseNet(text.toLowerCase()) !== null;
  const filter: BallotFilter = net ? { net: text.toLowerCase() } : { region: text };
  if (!(await known.some(filter))) return none({ code: net ? 'net' : 'place' });
  return { ballots: [], filters: [filter], why: null };
}

function none(why: FindFault): BallotFound {
  return { ballots: [], filters: [], why };
}

interface EntryRow {
  at: Date;
  kind: string;
  commitment: string;
  /** Of a ballot. */
  tag: string | null;
}

async function readEntry(db: Db, contest: number, index: number): Promise<EntryRow | null> {
  const { rows } = await sql<EntryRow>`
    select at, kind, encode(commitment, 'hex') as commitment, encode(tag, 'hex') as tag from ledger_entry
    where contest = ${contest} and index = ${index}`.execute(db);
  return rows[0] ?? null;
}

async function findNumber(
  db: Db,
  contest: number,
  index: number,
): Promise<{ index: number; why: FindFault | null }> {
  const entry = await readEntry(db, contest, index);
  if (!entry) return { index, why: { code: 'beyond', size: (await readHead(db, contest)).size } };
  return { index, why: entry.kind === 'ballot' ? null : { code: 'act', index } };
}

/** A code that names another entry than the ledger has there is not followed: it would show another person's ballot. */
async function findReceipt(db: Db, contest: StoredContest, text: string): Promise<BallotFound> {
  const code = readCode(text);
  if (!code) return none({ code: 'code' });
  const { slug, index, leaf } = code;
  if (slug !== contest.slug) return none({ code: 'contest', slug });
  const entry = await readEntry(db, contest.id, index);
  if (!entry) return none({ code: 'beyond', size: (await readHead(db, contest.id)).size });
  const { at, kind, commitment, tag } = entry;
  const line = { at: at.toISOString(), commitment, contest: slug, kind, ...(tag === null ? {} : { tag }) };
  const own = leafOf(line);
  if (!equalBytes(own, leaf)) return none({ code: 'leaf', index });
  return { ballots: [index], filters: [], why: null };
}

function readCode(text: string): ReceiptCode | null {
  try {
    return parseReceiptCode(text.slice(text.search(/ZM\d+-/)));
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** No index has the ids of ballots, and none is worth its cost to a vote: this reads the ledger once. Two voters may have sent the same. */
async function findBallotId(db: Db, contest: number, id: string): Promise<BallotFound> {
  const { rows } = await sql<{ index: number }>`
    select index::float8 as index from ledger_entry
    where contest = ${contest} and ballot_id = ${id}::uuid order by index desc limit ${MOST_MEANT}`.execute(
    db,
  );
  if (rows.length === 0) return none({ code: 'ballot' });
  return { ballots: rows.map((row) => row.index), filters: [], why: null };
}

async function findMarks(
  db: Db,
  contest: number,
  kind: string | undefined,
  mark: string,
  known: Known,
): Promise<BallotFilter[]> {
  const voters = kind === 'd' ? [] : await readVoters(db, contest, mark);
  const devices = kind === 'v' || mark.length > 16 ? [] : await known.devices(mark);
  return [...voters.map((voter) => ({ voter })), ...devices.map((device) => ({ device }))];
}

/** Pseudonyms (hex) that begin so. */
async function readVoters(db: Db, contest: number, start: string): Promise<string[]> {
  const { rows } = await sql<{ voter: string }>`
    select distinct encode(voter, 'hex') as voter from voter_quota
    where contest = ${contest} and voter between decode(${start.padEnd(32, '0')}, 'hex') and decode(${start.padEnd(32, 'f')}, 'hex')
    limit ${MOST_MEANT}`.execute(db);
  return rows.map((row) => row.voter);
}
