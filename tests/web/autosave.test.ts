import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAutosave } from '../../web/console/frame/autosave.ts';
import type { Answer, Fault } from '../../web/console/lib/client.ts';

interface Sheet {
  version: number;
  points: Record<string, number>;
  locked?: boolean;
}

const refused = (code: Fault['code'], retryAfterMs: number | null = null): Answer<never> => ({
  ok: false,
  fault: { code, details: {}, retryAfterMs },
});

/** A server that has one sheet, and pages (tabs) that edit it over a line that can fail before or after the server acted. */
function createDesk(shelved = true) {
  const server: Sheet = { version: 1, points: { a: 1, b: 2 } };
  const line = { cut: 'none' as 'none' | 'before' | 'after', ms: 100, asked: 0, under: 0, most: 0 };
  const shelf: { kept: { version: number; text: string } | null } = { kept: null };

  async function over<T>(act: () => Answer<T>): Promise<Answer<T>> {
    line.most = Math.max(line.most, ++line.under);
    line.asked++;
    const { cut } = line;
    await new Promise((resolve) => setTimeout(resolve, line.ms));
    const answer = cut === 'before' ? refused('lost') : act();
    line.under--;
    return cut === 'after' ? refused('lost') : answer;
  }
  const view = (): Sheet => structuredClone(server);
  function put(text: string, version: number): Answer<Sheet> {
    if (server.locked) return refused('not_now');
    if (version !== server.version) return refused('state_changed');
    // As a database does, keys come back in an order of its own.
    server.points = Object.fromEntries(Object.entries(JSON.parse(text)).reverse()) as Sheet['points'];
    server.version++;
    return { ok: true, value: view() };
  }

  function openPage(pauseMs?: number) {
    const page = { points: { ...server.points } };
    const autosave = createAutosave<Sheet>(view(), {
      text: () => JSON.stringify(page.points),
      textOf: (one) => JSON.stringify(one.points),
      send: (text, version) => over(() => put(text, version)),
      newer: 'state_changed',
      read: () => over(() => ({ ok: true, value: view() })),
      show: (one, replace) => {
        if (replace) page.points = { ...one.points };
      },
      isOpen: (one) => !one.locked,
      ...(pauseMs === undefined ? {} : { pauseMs }),
      ...(shelved
        ? {
            shelf: {
              keep: (version) => {
                shelf.kept = { version, text: JSON.stringify(page.points) };
                return true;
              },
              forget: () => {
                shelf.kept = null;
              },
            },
          }
        : {}),
    });
    const type = (key: string, points: number): void => {
      page.points[key] = points;
      autosave.touched();
    };
    return { ...autosave, page, type };
  }
  return { server, line, shelf, openPage };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is typed', () => {
  test('is saved once, a rest after the last key, and kept in this browser until the server has it', async () => {
    const { server, line, shelf, openPage } = createDesk();
    const tab = openPage();
    tab.type('a', 3);
    await pass(700);
    tab.type('a', 4);
    await pass(700);
    expect([tab.state.value, line.asked, shelf.kept?.version]).toEqual(['waiting', 0, 1]);
    await pass(150);
    expect([tab.state.value, tab.isDirty()]).toEqual(['saving', true]);
    await pass(100);
    expect([tab.state.value, tab.isDirty(), line.asked, server.points['a'], shelf.kept]).toEqual([
      'saved',
      false,
      1,
      4,
      null,
    ]);
  });

  test('and taken back again is not sent', async () => {
    const { line, shelf, openPage } = createDesk();
    const tab = openPage();
    tab.type('a', 3);
    tab.type('a', 1);
    await pass(10_000);
    expect([tab.state.value, line.asked, shelf.kept]).toEqual(['saved', 0, null]);
  });

  test('at every touch, with saves slower than touches: never two under way, and the last has it all', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage(0);
    line.ms = 300;
    for (let points = 0; points < 40; points++) {
      tab.type(points % 2 ? 'a' : 'b', points);
      if (points % 7 === 0) void tab.flush();
      await pass(50);
    }
    await pass(1_000);
    expect(line.most).toBe(1);
    expect(line.asked).toBeLessThan(12);
    expect([tab.state.value, server.points]).toEqual(['saved', { a: 39, b: 38 }]);
  });

  test('while a save is refused goes out with the next', async () => {
    const { server, openPage } = createDesk();
    const tab = openPage();
    server.locked = true;
    tab.type('a', 3);
    await pass(850);
    tab.type('b', 5);
    await pass(50);
    expect(tab.fault.value?.code).toBe('not_now');
    delete server.locked;
    await pass(1_000);
    expect([tab.state.value, tab.fault.value, server.points]).toEqual(['saved', null, { a: 3, b: 5 }]);
  });
});

describe('a save without an answer', () => {
  test('that did nothing is made again by itself, later each time', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'before';
    tab.type('a', 3);
    await pass(900);
    expect([tab.state.value, tab.fault.value?.code, tab.isDirty()]).toEqual(['failed', 'lost', true]);
    await pass(5_100 + 10_100);
    expect(line.asked).toBe(3);
    line.cut = 'none';
    await pass(20_100);
    expect([tab.state.value, line.asked, server.version, server.points['a']]).toEqual(['saved', 4, 2, 3]);
  });

  test('that took effect is known again: no conflict with oneself', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'after';
    tab.type('a', 3);
    await pass(900);
    expect([tab.state.value, server.version]).toEqual(['failed', 2]);
    line.cut = 'none';
    await pass(6_000);
    expect([tab.state.value, tab.isDirty(), server.version]).toEqual(['saved', false, 2]);
  });

  test('that took effect, with more typed since: the rest is saved over it', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'after';
    tab.type('a', 3);
    await pass(900);
    line.cut = 'before';
    tab.type('b', 7);
    await pass(900);
    line.cut = 'none';
    await pass(60_000);
    expect([tab.state.value, server.version, server.points]).toEqual(['saved', 3, { a: 3, b: 7 }]);
  });

  test('that took effect, and what was typed taken back: the server does not keep what the page no longer shows', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'after';
    tab.type('a', 3);
    await pass(900);
    line.cut = 'none';
    tab.type('a', 1);
    expect(tab.isDirty()).toBe(true);
    await pass(6_000);
    expect([tab.state.value, server.points['a']]).toEqual(['saved', 1]);
  });

  test('that took effect before somebody else saved is a conflict like any', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'after';
    tab.type('a', 3);
    await pass(900);
    line.cut = 'none';
    Object.assign(server, { version: 3, points: { a: 3, b: 9 } });
    await pass(6_000);
    expect([tab.state.value, tab.page.points, server.points]).toEqual([
      'conflict',
      { a: 3, b: 2 },
      { a: 3, b: 9 },
    ]);
  });

  test('for an hour costs nothing: all of it is there within a minute of the network, or at once when told', async () => {
    const { server, line, shelf, openPage } = createDesk();
    const patient = openPage(0);
    line.cut = 'before';
    for (let minute = 0; minute < 60; minute++) {
      patient.type('a', minute);
      await pass(60_000);
    }
    expect([patient.state.value, patient.isAtRisk(), shelf.kept?.text]).toEqual([
      'failed',
      false,
      JSON.stringify({ a: 59, b: 2 }),
    ]);
    expect(line.asked).toBeLessThan(180);
    line.cut = 'none';
    await pass(61_000);
    expect([patient.state.value, server.points]).toEqual(['saved', { a: 59, b: 2 }]);
    line.cut = 'before';
    patient.type('b', 8);
    await pass(500);
    line.cut = 'none';
    expect(await Promise.all([patient.flush(), pass(100)])).toContain(true);
    expect(server.points['b']).toBe(8);
  });

  test('because the server is busy waits as long as the server says', async () => {
    const { server, line } = createDesk();
    let busy = true;
    const sheet = { a: 1 };
    const tab = createAutosave<Sheet>(
      { version: 1, points: sheet },
      {
        text: () => JSON.stringify(sheet),
        textOf: (one) => JSON.stringify(one.points),
        send: async () => {
          line.asked++;
          return busy ? refused('busy', 30_000) : { ok: true, value: { ...server, version: 2 } };
        },
        newer: 'state_changed',
        read: async () => refused('lost'),
        show: () => {},
      },
    );
    sheet.a = 2;
    tab.touched();
    await pass(1_000);
    busy = false;
    await pass(28_000);
    expect([tab.state.value, line.asked]).toEqual(['failed', 1]);
    await pass(2_000);
    expect([tab.state.value, line.asked]).toEqual(['saved', 2]);
  });
});

describe('a newer version elsewhere', () => {
  async function twoTabs() {
    const desk = createDesk();
    const [one, two] = [desk.openPage(), desk.openPage()];
    one.type('a', 5);
    await pass(1_000);
    two.type('b', 6);
    await pass(1_000);
    return { ...desk, one, two };
  }

  test('stops saving until the person has chosen; nothing is overwritten, and what is typed meanwhile is kept', async () => {
    const { server, line, shelf, two } = await twoTabs();
    expect([two.state.value, server.points, two.page.points]).toEqual([
      'conflict',
      { a: 5, b: 2 },
      { a: 1, b: 6 },
    ]);
    const { asked } = line;
    two.type('a', 9);
    await pass(60_000);
    expect([two.state.value, line.asked, shelf.kept]).toEqual([
      'conflict',
      asked,
      { version: 1, text: JSON.stringify({ a: 9, b: 6 }) },
    ]);
    expect(await two.flush()).toBe(false);
  });

  test('gives way to what stands here', async () => {
    const { server, two, shelf } = await twoTabs();
    const settled = two.settle('mine');
    await pass(1_000);
    expect([await settled, two.state.value, server.points, server.version, shelf.kept]).toEqual([
      null,
      'saved',
      { a: 1, b: 6 },
      3,
      null,
    ]);
  });

  test('takes the place of what stands here', async () => {
    const { server, two } = await twoTabs();
    const settled = two.settle('theirs');
    await pass(1_000);
    expect([await settled, two.state.value, two.page.points, two.isDirty()]).toEqual([
      null,
      'saved',
      { a: 5, b: 2 },
      false,
    ]);
    two.type('a', 7);
    await pass(1_000);
    expect([two.state.value, server.points['a'], server.version]).toEqual(['saved', 7, 3]);
  });

  test('stays a conflict when it cannot be read, or when it is newer once more', async () => {
    const { server, line, two } = await twoTabs();
    line.cut = 'before';
    const lost = two.settle('mine');
    await pass(200);
    expect([(await lost)?.code, two.state.value]).toEqual(['lost', 'conflict']);
    line.cut = 'none';
    const settled = two.settle('mine');
    await pass(150);
    Object.assign(server, { version: 9, points: { a: 0, b: 0 } });
    await pass(1_000);
    expect([await settled, two.state.value, server.points]).toEqual([null, 'conflict', { a: 0, b: 0 }]);
  });

  test('that says the same is no conflict', async () => {
    const { server, openPage } = createDesk();
    const [one, two] = [openPage(), openPage()];
    one.type('a', 5);
    await pass(1_000);
    two.type('a', 5);
    await pass(1_000);
    expect([two.state.value, server.version]).toEqual(['saved', 2]);
  });

  test('that is locked takes the place of what stands here whatever was chosen', async () => {
    const { server, two } = await twoTabs();
    server.locked = true;
    const settled = two.settle('mine');
    await pass(1_000);
    expect([await settled, two.state.value, two.page.points]).toEqual([null, 'saved', { a: 5, b: 2 }]);
  });
});

describe('the page', () => {
  test('left in the middle finds what was typed when it is opened again, and saves it', async () => {
    const { server, line, shelf, openPage } = createDesk();
    const left = openPage();
    line.cut = 'before';
    left.type('a', 8);
    await pass(100);
    left.stop();
    line.cut = 'none';
    const again = openPage();
    again.page.points = JSON.parse(shelf.kept?.text ?? '') as Sheet['points'];
    again.resume(shelf.kept?.version ?? 0);
    await pass(1_000);
    expect([again.state.value, server.points['a'], shelf.kept]).toEqual(['saved', 8, null]);
  });

  test('left in the middle finds a conflict when somebody saved since', async () => {
    const { server, shelf, openPage } = createDesk();
    const left = openPage();
    left.type('a', 8);
    left.stop();
    Object.assign(server, { version: 2, points: { a: 4, b: 2 } });
    const again = openPage();
    again.page.points = JSON.parse(shelf.kept?.text ?? '') as Sheet['points'];
    again.resume(shelf.kept?.version ?? 0);
    await pass(10_000);
    expect([again.state.value, server.points['a'], again.page.points['a']]).toEqual(['conflict', 4, 8]);
  });

  test('left for good sends nothing any more, not even after a save that was just failing', async () => {
    const { line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'before';
    tab.type('a', 8);
    await pass(850);
    tab.stop();
    await pass(100_000);
    expect(line.asked).toBe(1);
  });

  test('without a shelf is at risk while something is not saved; with one it is not', async () => {
    for (const shelved of [true, false]) {
      const tab = createDesk(shelved).openPage();
      tab.type('a', 8);
      expect(tab.isAtRisk()).toBe(!shelved);
      await pass(1_000);
      expect(tab.isAtRisk()).toBe(false);
    }
  });
});

describe('an act', () => {
  test('waits for what was typed before it and for no other request, and takes the version it leaves', async () => {
    const { server, line, openPage } = createDesk();
    const tab = openPage();
    tab.type('a', 3);
    let seen: unknown;
    const acted = tab.act(async (version) => {
      seen = [version, server.points['a'], line.under];
      return { ok: true, value: { ...structuredClone(server), version: ++server.version } };
    });
    await pass(50);
    // The save under way has taken 3: the act waits for the next one too.
    tab.type('a', 4);
    await pass(5_000);
    expect([await acted, seen]).toEqual([null, [3, 4, 0]]);
    tab.type('b', 4);
    await pass(1_000);
    expect([tab.state.value, server.version]).toEqual(['saved', 5]);
  });

  test('is not asked for while what was typed cannot be saved', async () => {
    const { line, openPage } = createDesk();
    const tab = openPage();
    line.cut = 'before';
    tab.type('a', 3);
    const acted = tab.act(() => Promise.reject(new Error('asked')));
    await pass(200);
    expect((await acted)?.code).toBe('lost');
  });
});
