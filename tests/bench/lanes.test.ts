import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openExport } from '@zuimei/server/audit/export.ts';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import { verdictOf } from '@zuimei/shared/export/report.ts';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { openNote, signNote } from '@zuimei/shared/note.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { batchesOf, drive, type Laned, laneOf, openLaned } from './lane.ts';
import { formatLanes, openLanes } from './lanenote.ts';
import { prove } from './laneproof.ts';

let databases: FreshDatabase[];
const open: Laned[] = [];

beforeAll(async () => {
  databases = await Promise.all([freshDatabase('server'), freshDatabase('server')]);
});

afterAll(async () => {
  for (const laned of open) await laned.close();
  for (const database of databases) await database.drop();
});

async function laned(name: string): Promise<Laned> {
  const one = await openLaned(
    name,
    databases.map(({ ownerUrl }) => ownerUrl ?? ''),
  );
  open.push(one);
  return one;
}

test('a contest in two lanes on two databases adds up, one note and its receipts prove it, and a ballot in the wrong lane is found', async () => {
  const contest = await laned('two');
  const warm = await drive(contest, batchesOf(2, 40, 2), 10, 2);
  const note = await contest.sign();
  const more = await drive(contest, batchesOf(2, 100, 3), 10, 2);
  expect(more.length).toBe(6);
  await prove(contest, [...warm, ...more], note);
});

test('the exported ledger of a lane is a sound file by itself', async () => {
  const contest = await laned('file');
  const ballots = (await drive(contest, batchesOf(2, 25, 2), 10, 1)).flat();
  await contest.sign();
  const counted: number[] = [];
  for (const { slug, database } of contest.lanes) {
    const parts = { db: database.db, secrets: contest.secrets };
    const { header, pieces } = await openExport(parts, slug, { openings: true, now: Date.now() });
    const check = createExportCheck({ key: header.verifierKey });
    for await (const piece of pieces()) await check.take(Buffer.from(piece));
    const report = await check.finish();
    expect(report.problems).toEqual([]);
    expect(verdictOf(report)).toBe('ok');
    counted.push(report.ballots);
  }
  expect(counted).toEqual([50, 50]);
  expect(ballots).toHaveLength(100);
});

test('a count that was changed in one lane shows in the sum', async () => {
  const contest = await laned('changed');
  const ballots = (await drive(contest, batchesOf(2, 30, 1), 10, 1)).flat();
  expect(await contest.faults(ballots)).toEqual([]);
  for (const { contest: one, database } of contest.lanes.slice(1))
    await sql`update tally set votes = votes + 1 where contest = ${one.id} and candidate = 3`.execute(
      database.db,
    );
  expect(await contest.faults(ballots)).toEqual([
    'lane 1: tally',
    'the tallies are not the replay',
    'the tallies are not what was acknowledged',
  ]);
});

test('the note over lanes names each lane, opens only as it was signed, and is no checkpoint of one log', async () => {
  const contest = await laned('note');
  await drive(contest, batchesOf(2, 20, 1), 10, 1);
  const { signer } = contest;
  const note = await contest.sign();
  const { lanes } = await openLanes(note, signer);
  expect(lanes.map(({ size }) => size)).toEqual([expect.any(Number), expect.any(Number)]);
  const { text } = await openNote(note, [signer]);
  expect(() => parseCheckpoint(text)).toThrow();
  const [one, two] = lanes;
  const swapped = formatLanes(signer.name, one && two ? [two, one] : []);
  await expect(openLanes(note.replace(text, swapped), signer)).rejects.toThrow();
  // Signed, but under a root that is not of the lanes it names.
  const [origin, count, root] = text.split('\n');
  const mixed = [origin, count, root, ...swapped.trimEnd().split('\n').slice(3), ''].join('\n');
  await expect(openLanes(await signNote(mixed, signer), signer)).rejects.toThrow('no note over lanes');
});

test('a voter is always in the same lane, and the lanes are about as full as each other', () => {
  const filled = [0, 0, 0, 0];
  for (const { voter } of batchesOf(1, 6_000, 1).flat(2))
    filled[laneOf(voter, 4)] = (filled[laneOf(voter, 4)] ?? 0) + 1;
  for (const count of filled) expect(Math.abs(count - 1_500)).toBeLessThan(200);
  expect(laneOf('ff00', 4)).toBe(3);
});
