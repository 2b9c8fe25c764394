import { expect, test } from 'vitest';
import { parsePostgres } from '@zuimei/server/hosts.ts';
import { createPrimary, type Host, type HostState } from '@zuimei/server/primary.ts';

test('an address names several servers, with one role, database and settings for all; what is none is refused without being repeated', () => {
  expect(parsePostgres('postgres://app:p%40ss@10.0.0.1:5433,db-2,[::1]:5434/zuimei?sslmode=require')).toEqual(
    {
      user: 'app',
      urls: [
        'postgres://app:p%40ss@10.0.0.1:5433/zuimei?sslmode=require',
        'postgres://app:p%40ss@db-2/zuimei?sslmode=require',
        'postgres://app:p%40ss@[::1]:5434/zuimei?sslmode=require',
      ],
    },
  );
  expect(parsePostgres('postgresql:///zuimei?host=/run/postgresql')).toEqual({
    user: '',
    urls: ['postgresql:///zuimei?host=/run/postgresql'],
  });
  for (const wrong of [
    '',
    'mysql://secret@host/db',
    'postgres://app:secret@a:5432,,b/db',
    'postgres://app:secret@a:x,b/db',
  ])
    expect(() => parsePostgres(wrong)).toThrow(/^DATABASE_URL must be like [^ ]+$/);
});

/** Servers that are what they are told to be; `said` of null = no answer. */
function servers(states: (HostState | null)[]) {
  const dropped: number[] = [];
  const moved: string[] = [];
  const found = { behind: false };
  let asked = 0;
  const hosts = states.map((_, i): Host => {
    const there = (): HostState => {
      const state = states[i];
      if (!state) throw new Error(`${i} is away`);
      return state;
    };
    return {
      name: String(i),
      async ask() {
        asked += 1;
        return there();
      },
      drop: () => void dropped.push(i),
      pool: {
        options: {},
        async connect() {
          if (!there().writes) throw new Error(`${i} takes no writes`);
          return { at: i } as never;
        },
        end: async () => {},
      },
    };
  });
  const primary = createPrimary(hosts, async ({ name }) => {
    if (found.behind) throw new Error('it is behind');
    moved.push(name);
  });
  const connected = async () => ((await primary.pool.connect()) as unknown as { at: number }).at;
  return { states, dropped, moved, found, asked: () => asked, primary, connected };
}
const standby: HostState = { writes: false, timeline: 0 };

test('of several servers the one that takes writes is used; when it goes, the one that was promoted, and who was there first is not believed again', async () => {
  const { states, dropped, moved, primary, connected } = servers([standby, { writes: true, timeline: 1 }]);
  expect(await connected()).toBe(1);
  states[1] = null;
  await expect(connected()).rejects.toThrow('1 is away');
  states[0] = { writes: true, timeline: 2 };
  await primary.look();
  expect(await connected()).toBe(0);
  expect(dropped).toEqual([1]);
  // Back, and still taking writes as if nothing had been.
  states[1] = { writes: true, timeline: 1 };
  await primary.look();
  states[0] = null;
  await expect(connected()).rejects.toThrow('0 is away');
  await primary.look();
  await expect(connected()).rejects.toThrow('0 is away');
  expect(moved).toEqual(['0']);
});

test('nobody gets a connection to another server than before until it was looked at, also who was let through for the one that went', async () => {
  const { states, moved, found, primary, connected } = servers([{ writes: true, timeline: 1 }, standby]);
  expect(await connected()).toBe(0);
  [states[0], states[1]] = [null, { writes: true, timeline: 2 }];
  found.behind = true;
  await expect(connected()).rejects.toThrow('0 is away');
  await primary.look();
  await expect(connected()).rejects.toMatchObject({ code: '57P03' });
  await primary.look();
  await expect(connected()).rejects.toMatchObject({ code: '57P03' });
  expect(moved).toEqual([]);
  found.behind = false;
  await primary.look();
  expect(await connected()).toBe(1);
  expect(moved).toEqual(['1']);
});

test('a server that still answers while another was promoted is left at the next look, and whoever waits on it hears of it', async () => {
  const { states, dropped, primary, connected } = servers([{ writes: true, timeline: 1 }, standby]);
  expect(await connected()).toBe(0);
  await primary.look();
  expect(dropped).toEqual([]);
  states[1] = { writes: true, timeline: 2 };
  await primary.look();
  expect(dropped).toEqual([0]);
  expect(await connected()).toBe(1);
});

test('however many wait for a connection, the servers are asked once; where all are standbys that is said', async () => {
  const { asked, connected } = servers([{ writes: true, timeline: 1 }, standby]);
  expect(await Promise.all(Array.from({ length: 20 }, connected))).toEqual(Array(20).fill(0));
  expect(asked()).toBe(2);
  const { connected: none } = servers([standby, standby]);
  await expect(none()).rejects.toMatchObject({ code: '25006' });
});
