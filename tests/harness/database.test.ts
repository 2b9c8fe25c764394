import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { freshDatabase } from './database.ts';
import { runKinds } from './kinds.ts';

describe.each(runKinds)('a fresh database (%s)', (kind) => {
  test('is migrated, empty and shared with no other', async () => {
    const one = await freshDatabase(kind);
    const other = await freshDatabase(kind);
    try {
      expect(one.database.kind).toBe(kind);
      await sql`insert into contest (slug, settings) values ('one', '{}')`.execute(one.database.db);
      const seen = async ({ database }: typeof one) =>
        (await sql`select slug from contest`.execute(database.db)).rows;
      expect(await seen(one)).toEqual([{ slug: 'one' }]);
      expect(await seen(other)).toEqual([]);
    } finally {
      await one.drop();
      await other.drop();
    }
  });

  test('can be opened again by its address and keeps its rows', async () => {
    const fresh = await freshDatabase(kind);
    try {
      await sql`insert into contest (slug, settings) values ('kept', '{}')`.execute(fresh.database.db);
      await fresh.database.close();
      const again = await openDatabase(fresh.url ? { url: fresh.url } : { folder: fresh.folder ?? '' });
      expect((await sql`select slug from contest`.execute(again.db)).rows).toEqual([{ slug: 'kept' }]);
      await again.close();
    } finally {
      await fresh.drop();
    }
  });
});
