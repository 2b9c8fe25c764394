import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { begun, streamOf } from '@zuimei/server/http/stream.ts';
import type { Person } from '@zuimei/server/staff/session.ts';
import { createTurns } from '@zuimei/server/turn.ts';
import { splitForm } from '@zuimei/server/upload/multipart.ts';
import { createUploads, uploadLimits } from '@zuimei/server/upload/upload.ts';
import type { UploadProgress } from '@zuimei/shared/unit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { openCollection } from './filed.ts';

let sessions = 0;
const personOf = (staff: number | null, unit: number | null = null): Person => ({
  name: '甲',
  staff,
  unit,
  login: null,
  roles: [],
  contests: 'all',
  of: null,
  contributor: null,
  totp: false,
  idleMs: 0,
  freshMs: 600_000,
  csrf: '',
  session: `s${++sessions}`,
});
const formOf = (...files: [string, Uint8Array][]): FormData => {
  const form = new FormData();
  form.append('kind', '部门');
  for (const [name, bytes] of files) form.append('file', new File([new Uint8Array(bytes)], name));
  return form;
};
const requestOf = (body: FormData | ReadableStream, headers: Record<string, string> = {}): Request =>
  new Request('http://x/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
/** As node-server gives it: with the length that the client said. */
async function saidOf(form: FormData): Promise<Request> {
  const { headers, body } = await encoded(form);
  return new Request('http://x/', {
    method: 'POST',
    body,
    headers: { ...headers, 'content-length': String(body.length) },
  });
}
async function encoded(form: FormData) {
  const made = new Response(form);
  const type = made.headers.get('content-type') ?? '';
  return { headers: { 'content-type': type }, body: new Uint8Array(await made.arrayBuffer()) };
}
const turnsOf = (atOnce = 2, waiting = 8) => createTurns({ atOnce, waiting, retryAfterMs: 5_000 });
const busy = expect.objectContaining({ code: 'busy', details: { retryAfterMs: 5_000 } });
const small = new TextEncoder().encode('姓名,单位\n甲一,云岭区水利局\n');

describe('turns', () => {
  test('so many are at it, so many wait in the order in which they came, and the next one is told busy', async () => {
    const turns = turnsOf(2, 3);
    const order: number[] = [];
    const held: Disposable[] = [await turns.take(), await turns.take()];
    const waiting = [1, 2, 3].map(async (n) => {
      held.push(await turns.take());
      order.push(n);
    });
    await expect(turns.take()).rejects.toEqual(busy);
    for (let i = 0; i < 3; i++) {
      held.shift()?.[Symbol.dispose]();
      await waiting[i];
      expect(order).toEqual([1, 2, 3].slice(0, i + 1));
    }
    for (const turn of held) {
      turn[Symbol.dispose]();
      turn[Symbol.dispose]();
    }
    held.splice(0, held.length, await turns.take(), await turns.take());
    const third = turns.take();
    expect(await Promise.race([third, Promise.resolve('waits')])).toBe('waits');
    held[0]?.[Symbol.dispose]();
    await third;
  });

  test('one owner has no more of them than one may, those that wait included, and is told that the last is still under way', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 5, byOwner: 1, retryAfterMs: 5_000 });
    const first = await turns.take('staff 1');
    const underWay = expect.objectContaining({ code: 'under_way', details: { retryAfterMs: 5_000 } });
    await expect(turns.take('staff 1')).rejects.toEqual(underWay);
    const other = turns.take('unit 1');
    await expect(turns.take('unit 1')).rejects.toEqual(underWay);
    first[Symbol.dispose]();
    (await other)[Symbol.dispose]();
    (await turns.take('staff 1'))[Symbol.dispose]();
  });
});

test('who leaves a stream that has begun, before its first piece or later, ends the reading', async () => {
  const ends: string[] = [];
  async function* pieces(name: string): AsyncGenerator<string> {
    using stack = new DisposableStack();
    stack.defer(() => ends.push(name));
    yield* ['一', '二'];
  }
  await streamOf(await begun(pieces('at once'))).cancel();
  const reader = streamOf(await begun(pieces('later'))).getReader();
  await reader.read();
  await reader.cancel();
  expect(ends).toEqual(['at once', 'later']);
  expect(await new Response(streamOf(await begun(pieces('read')))).text()).toBe('一二');
});

describe('uploads', () => {
  test('one browser sends one at a time, one account from at most three browsers', async () => {
    const uploads = createUploads(turnsOf(10, 0));
    const one = personOf(7);
    const send = async (person: Person) =>
      uploads.read(await saidOf(formOf(['a.csv', small])), person, 1 << 20);
    const first = await send(one);
    await expect(send(one)).rejects.toEqual(busy);
    const others = [await send(personOf(7)), await send(personOf(7))];
    await expect(send(personOf(7))).rejects.toEqual(busy);
    // A unit with the same number is somebody else.
    others.push(await send(personOf(null, 7)));
    first[Symbol.dispose]();
    (await send(one))[Symbol.dispose]();
    for (const upload of others) upload[Symbol.dispose]();
  });

  test('all bodies together are bounded before they are read, also those that do not say how long they are', async () => {
    const limits = { ...uploadLimits, bytes: 1 << 20 };
    const uploads = createUploads(turnsOf(10, 0), limits);
    const form = formOf(['a.csv', new Uint8Array(700 << 10)]);
    const kept = await uploads.read(await saidOf(form), personOf(1), 1 << 20);
    let pulled = 0;
    const { headers, body } = await encoded(form);
    const stream = () =>
      new ReadableStream({
        pull(controller) {
          const piece = body.subarray(pulled, pulled + (64 << 10));
          pulled += piece.length;
          if (piece.length > 0) controller.enqueue(piece);
          else controller.close();
        },
      });
    const unread = await saidOf(form);
    await expect(uploads.read(unread, personOf(2), 1 << 20)).rejects.toEqual(busy);
    expect(unread.bodyUsed).toBe(false);
    await expect(uploads.read(requestOf(stream(), headers), personOf(3), 1 << 20)).rejects.toEqual(busy);
    expect(pulled).toBeLessThan(400 << 10);
    kept[Symbol.dispose]();
    pulled = 0;
    const small = createUploads(turnsOf());
    using read = await small.read(requestOf(stream(), headers), personOf(3), 1 << 20);
    expect(read.files[0]?.bytes.length).toBe(700 << 10);
  });

  test('whatever goes wrong, nothing stays taken', async () => {
    const uploads = createUploads(turnsOf(1, 0), { ...uploadLimits, bytes: 1 << 20 });
    const person = personOf(1);
    const wrong = [
      new Request('http://x/', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
      new Request('http://x/', {
        method: 'POST',
        body: 'x',
        headers: { 'content-type': 'multipart/form-data; boundary=y' },
      }),
      await saidOf(formOf()),
      await saidOf(formOf(['a', small], ['b', small])),
      await saidOf(formOf(['a', new Uint8Array(600 << 10)])),
    ];
    const codes: string[] = [];
    for (const request of wrong)
      await uploads
        .read(request, person, 500 << 10)
        .catch((error: { code: string }) => codes.push(error.code));
    expect(codes).toEqual(['bad_request', 'bad_request', 'bad_request', 'too_many_files', 'too_large']);
    for (let i = 0; i < 3; i++) {
      using upload = await uploads.read(
        await saidOf(formOf(['a', new Uint8Array(400 << 10)])),
        person,
        500 << 10,
      );
      expect(upload.fields).toEqual({ kind: '部门' });
    }
    expect(uploads.progress(person.session)).toBeNull();
  });

  test('its own browser can see how far one is', async () => {
    const turns = turnsOf(1, 1);
    const uploads = createUploads(turns);
    const person = personOf(1);
    const blocking = await turns.take();
    const sent = uploads.read(await saidOf(formOf(['a', small], ['b', small])), person, 1 << 20, 2);
    const seen: (UploadProgress | null)[] = [uploads.progress(person.session)];
    await expect.poll(() => uploads.progress(person.session)?.step).toBe('waiting');
    blocking[Symbol.dispose]();
    const upload = await sent;
    upload.tell(1);
    seen.push(uploads.progress(person.session), uploads.progress(personOf(1).session));
    upload[Symbol.dispose]();
    seen.push(uploads.progress(person.session));
    expect(seen).toEqual([
      { step: 'sending', done: 0, of: 0 },
      { step: 'reading', done: 1, of: 2 },
      null,
      null,
    ]);
  });
});

describe('a form', () => {
  test('is read as browsers write it, its files as views of the body', async () => {
    const bytes = new TextEncoder().encode('--x\r\n\r\n--\r\n');
    const form = new FormData();
    form.append('kind', '部门\r\n第二行');
    form.append('file', new File([bytes], '报送"表".docx'));
    form.append('file', new File([], '空.txt'));
    const { headers, body } = await encoded(form);
    const whole = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const parts = splitForm(headers['content-type'], whole, 10) ?? [];
    expect(
      parts.map(({ name, fileName, bytes: of }) => [name, fileName, Buffer.from(of).toString()]),
    ).toEqual([
      ['kind', null, '部门\r\n第二行'],
      ['file', '报送"表".docx', '--x\r\n\r\n--\r\n'],
      ['file', '空.txt', ''],
    ]);
    expect(parts.every((part) => part.bytes.buffer === whole.buffer)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['a boundary alone', '--y'],
    ['an end that is missing', '--y\r\ncontent-disposition: form-data; name="a"\r\n\r\nx'],
    ['a head without an end', '--y\r\ncontent-disposition: form-data; name="a"\r\nx\r\n--y--'],
    ['a part without a name', '--y\r\ncontent-type: text/plain\r\n\r\nx\r\n--y--'],
    ['a name that is not UTF-8', '--y\r\ncontent-disposition: form-data; name="\xff"\r\n\r\nx\r\n--y--'],
    [
      'more parts than may be',
      `${'--y\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(11)}--y--`,
    ],
  ])('with %s is none', (_, text) => {
    expect(splitForm('multipart/form-data; boundary=y', Buffer.from(text, 'latin1'), 10)).toBeNull();
  });
});

describe('a site', () => {
  let fresh: FreshDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await freshDatabase('server');
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  test('takes twelve large documents at once without taking all memory: some are told to come again, the rest are read', {
    timeout: 60_000,
  }, async () => {
    const contest = await openCollection(site);
    const units = await Promise.all(
      Array.from({ length: 12 }, (_, i) => contest.unit(`云岭区第${i}单位`, 'department')),
    );
    const csv = new TextEncoder().encode('甲,'.repeat(3_000_000));
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
    const replies = await Promise.all(
      units.map(({ desk }) => desk.raw('POST', '/api/console/unit/documents', formOf(['大.csv', csv]))),
    );
    clearInterval(watch);
    const tellsWhen = replies
      .filter((reply) => reply.status === 503)
      .map((reply) => reply.headers.get('retry-after'));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 503]));
    // Which of the doors was full is each one's own.
    expect(tellsWhen.filter((seconds) => !(Number(seconds) > 0))).toEqual([]);
    // The forms are made and sent by this process, too.
    expect(peak - before).toBeLessThan(1_400 << 20);
    const [first] = units;
    const again = await first?.desk.raw('POST', '/api/console/unit/documents', formOf(['小.csv', small]));
    expect(again?.status).toBe(200);
    expect(await first?.desk.get('/api/console/upload')).toBeNull();
  });
});
