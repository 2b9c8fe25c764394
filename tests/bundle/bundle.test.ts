import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Opening } from '@zuimei/shared/ballot.ts';
import { bundleFiles } from '@zuimei/shared/bundle/format.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { databaseKinds } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { checked, filesOf } from './file.ts';
import { HIDDEN, type Made, made } from './made.ts';

/* The bundle of a contest, as it is written and as a stranger checks it. */

describe.each(databaseKinds)('on the %s database', (kind) => {
  let fresh: MovableDatabase;
  let site: TestSite;
  let one: Made;
  const zips: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    fresh = await movableDatabase(kind);
    site = await createSite(fresh.database.db);
    one = await made(site, fresh);
    await one.judge();
    await one.choose();
    zips['early'] = await one.bundle('full');
    await one.publish();
    zips['public'] = await one.bundle('public');
    zips['full'] = await one.bundle('full');
  });
  afterAll(async () => {
    await site?.close();
    await fresh?.drop();
  });

  const zip = (name: string): Uint8Array => zips[name] ?? new Uint8Array(0);

  test('both editions pass all fifteen checks once there is a result', async () => {
    for (const edition of ['public', 'full']) {
      const report = await checked(zip(edition));
      expect(report.steps.flatMap(({ faults }) => faults)).toEqual([]);
      expect(report.steps.map(({ no, state }) => `${no} ${state}`)).toEqual(
        report.steps.map(({ no }) => `${no} ok`),
      );
      expect(report.edition).toBe(edition);
    }
  });

  test('the auditors’ edition is there from the standing on, and leaves open what has not happened', async () => {
    const { steps, first } = await checked(zip('early'));
    expect(first).toBe('');
    expect(steps.filter(({ state }) => state === 'open').map(({ no }) => no)).toEqual([13, 14, 15]);
  });

  test('the files are those of the format and no other', () => {
    expect(Object.keys(filesOf(zip('public'))).sort()).toEqual([...bundleFiles].sort());
  });

  test('the sample is drawn and says how far it bears out the counts', async () => {
    const { sample, remarks } = await checked(zip('public'));
    expect(sample).toMatchObject({ drawn: 10, of: 15 });
    const drawn = (filesOf(zip('public'))['sample.ndjson'] ?? '').trimEnd().split('\n').slice(1);
    const picks = drawn.map((line) => (JSON.parse(line) as { opening: Opening }).opening);
    const counting = picks.filter(({ state }) => state === 'counted').flatMap((one) => one.picks);
    // Whether the counts lie in their intervals is chance, and differs from run to run.
    for (const { number, seen, low, high } of sample?.lines ?? []) {
      expect(seen).toBe(counting.filter((pick) => pick === number).length);
      expect([low <= high, low >= seen, high <= 15]).toEqual([true, true, true]);
    }
    expect(remarks.join()).toContain('15 张选票中随机打开 10 张');
  });

  test('the public edition holds no voter, no picks outside the sample, no judge, no objector and nothing private', async () => {
    const files = filesOf(zip('public'));
    const all = Object.values(files).join('\n');
    for (const word of HIDDEN) expect(all).not.toContain(word);
    const drawn = new Set(
      (files['sample.ndjson'] ?? '')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => (JSON.parse(line) as { index: number }).index),
    );
    expect(drawn.size).toBe(10);
    const rows = await site.parts.db
      .selectFrom('ledger_entry')
      .select(['index', 'voter', 'ballot_id'])
      .where('contest', '=', one.id)
      .where('kind', '=', 'ballot')
      .execute();
    expect(rows).toHaveLength(15);
    for (const { index, voter, ballot_id } of rows) {
      expect(all.includes(Buffer.from(voter ?? []).toString('hex'))).toBe(drawn.has(Number(index)));
      expect(all.includes(String(ballot_id))).toBe(drawn.has(Number(index)));
    }
    const ledger = files['ledger.ndjson'] ?? '';
    expect(ledger).not.toContain('"opening"');
    expect(ledger).not.toContain('"picks":[');
  });
});
