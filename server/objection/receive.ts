import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Channel, ObjectionFacts } from '@zuimei/shared/result/act.ts';
import { type Course, isRunning, type Notice, ranUntil } from '@zuimei/shared/result/course.ts';
import { type ObjectionDraft, type ObjectionReceipt, objectionLimits } from '@zuimei/shared/result/view.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import { isArchived } from '../archive/archive.ts';
import { readCalendar } from '../calendar/calendar.ts';
import { dueAfter } from '../calendar/due.ts';
import { sayAct } from '../course/say.ts';
import type { Db, Tables } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readJudged } from '../judging/judged.ts';
import type { On } from '../judging/seat.ts';
import type { CheckedFile } from '../nomination/attachment.ts';
import type { Actor } from '../staff/action.ts';
import type { Person } from '../staff/session.ts';
import type { Ledger } from '../vote/ledger.ts';
import { checkOfficer } from './officer.ts';
import { objectionCells, type Safe, type What } from './safe.ts';

export type ReceiveParts = { db: Db; ledger: Ledger; safe: Safe };

/** An objection as it came, its files checked. */
export interface Received {
  draft: ObjectionDraft;
  files: readonly CheckedFile[];
}

const DAY_MS = 86_400_000;
/** Whoever sends one is not named in the ledger, nor in the action log. */
const SENDER: Actor = { name: '在线提交', staff: null, unit: null };

/**
 * Takes what somebody sends while a notice runs. `network`: where from, which is forgotten after a day. Refuses with objection_closed where no
 * notice runs, objection_anonymous where it must be named, objection_too_many {most} from one network in a day, and with bad_request
 * {field} when those it is about do not stand on one running notice.
 */
export async function receiveOnline(
  parts: ReceiveParts,
  slug: string,
  received: Received,
  network: string,
): Promise<ObjectionReceipt> {
  const source = parts.safe.sourceDigest(network);
  return await receive(parts, slug, SENDER, {
    ...received,
    channel: 'online',
    source,
    async at(tx, contest, { notices }, now) {
      const running = notices.filter((notice) => isRunning(notice, now));
      if (running.length === 0 || (await isArchived(tx, slug))) throw new Refusal('objection_closed');
      await checkShare(tx, contest, source, now);
      return { at: now, notices: running };
    },
  });
}

/**
 * Writes down for its officer what came by letter, by telephone or in person. Refuses with officer_missing, not_officer, objection_moment when
 * it came at no time of the notice, and otherwise as receiveOnline does.
 */
export async function enter(
  parts: ReceiveParts,
  slug: string,
  person: Person,
  { channel, receivedAt, ...received }: Received & { channel: Channel; receivedAt: string },
): Promise<ObjectionReceipt> {
  return await receive(parts, slug, person, {
    ...received,
    channel,
    source: null,
    async at(tx, contest, { notices }, now) {
      await checkOfficer(tx, contest, person);
      const at = Date.parse(receivedAt);
      const then = at > now ? [] : notices.filter((notice) => ranAt(notice, at));
      if (then.length === 0) throw new Refusal('objection_moment');
      return { at, notices: then };
    },
  });
}

interface Way extends Received {
  channel: Channel;
  source: Buffer | null;
  /** When it came (ms), and the notices that ran then; `now` in ms. */
  at(
    tx: Transaction<Tables>,
    contest: number,
    course: Course,
    now: number,
  ): Promise<{ at: number; notices: Notice[] }>;
}

async function receive(
  { db, ledger, safe }: ReceiveParts,
  slug: string,
  actor: Actor,
  { draft, files, channel, source, at: find }: Way,
): Promise<ObjectionReceipt> {
  const { id } = await readJudged(db, slug);
  const code = safe.codeOf(id, draft.key);
  const before = await readReceipt(db, safe, id, code);
  if (before) return before;
  const { facts } = await sayAct({ ledger }, slug, actor, {
    kind: 'objection',
    act: channel === 'online' ? 'objection.file' : 'objection.enter',
    // Never a word of what it says.
    reason: '收到异议',
    async find(tx, contest, course, now) {
      // The same one is being written beside this: the next try is given its receipt.
      if (await readReceipt(tx, safe, contest.id, code)) throw new Refusal('busy', { retryAfterMs: 1_000 });
      const { at, notices } = await find(tx, contest.id, course, now);
      const { anonymous, replyDays } = contest.outcome.notice;
      if (!draft.who && anonymous === 'refused') throw new Refusal('objection_anonymous');
      const notice = notices.findLast(({ numbers }) =>
        draft.numbers.every((number) => numbers.includes(number)),
      );
      if (!notice) throw new Refusal('bad_request', { field: 'numbers' });
      const no = course.objections.length + 1;
      const numbers = [...new Set(draft.numbers)].sort((one, other) => one - other);
      const facts: ObjectionFacts = {
        ...{ no, notice: notice.no, receivedAt: new Date(at).toISOString(), numbers },
        ...{ ground: draft.ground, channel, named: draft.who !== null },
        due: dueAfter(await readCalendar(tx), at, replyDays),
      };
      return { facts, subject: `第 ${no} 号，涉及 ${numbers.join('、')} 号` };
    },
    async done(tx, { contest, entry, facts: { no, receivedAt } }) {
      const kept = files.map((file) => ({ id: randomUUID(), file }));
      const what: What = {
        text: draft.text,
        files: Object.fromEntries(kept.map(({ id, file }) => [id, file.name])),
      };
      const { id: objection } = await tx
        .insertInto('objection')
        .values({
          ...{ contest, no, entry, source, received_at: new Date(receivedAt), erased_at: null },
          code: safe.codeDigest(code),
          who: draft.who && safe.seal(draft.who, objectionCells.who(contest, no)),
          what: safe.seal(what, objectionCells.what(contest, no)),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      for (const { id, file } of kept) {
        const bytes = safe.sealFile(file.bytes, objectionCells.file(contest, no, id));
        const row = { id, objection, type: file.type, size: file.bytes.length, bytes };
        await tx.insertInto('objection_file').values(row).execute();
      }
    },
  });
  return { no: facts.no, code, receivedAt: facts.receivedAt, due: facts.due };
}

/** Of one that was taken before; null = it was not. */
async function readReceipt(
  on: On,
  safe: Safe,
  contest: number,
  code: string,
): Promise<ObjectionReceipt | null> {
  const row = await on
    .selectFrom('objection')
    .select('no')
    .where('contest', '=', contest)
    .where('code', '=', safe.codeDigest(code))
    .executeTakeFirst();
  if (!row) return null;
  const objection = (await readCourse(on, contest)).objections.find(({ no }) => no === row.no);
  return objection ? { no: row.no, code, receivedAt: objection.receivedAt, due: objection.due } : null;
}

/** From the day of its publication on. */
function ranAt(notice: Notice, at: number): boolean {
  return shanghaiDate(at) >= notice.published && at < ranUntil(notice);
}

/** Counted in the database under the contest's lock, so that it holds on all servers together; what is a day old is forgotten by the way. */
async function checkShare(
  tx: Transaction<Tables>,
  contest: number,
  source: Buffer,
  now: number,
): Promise<void> {
  const since = new Date(now - DAY_MS);
  await tx
    .updateTable('objection')
    .set({ source: null })
    .where('contest', '=', contest)
    .where('source', 'is not', null)
    .where('received_at', '<=', since)
    .execute();
  const { count } = await tx
    .selectFrom('objection')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('contest', '=', contest)
    .where('source', '=', source)
    .executeTakeFirstOrThrow();
  if (count >= objectionLimits.perDay)
    throw new Refusal('objection_too_many', { most: objectionLimits.perDay });
}
