import { sql, type Transaction } from 'kysely';
import { dayTime } from '@zuimei/shared/moment.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import { newsLines, type WebhookDraft, type WebhookEvent, type WebhookView } from '@zuimei/shared/webhook.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { openPrivate, privateKey, sealPrivate } from '../vault.ts';
import { readNews } from './news.ts';
import { post, type Reply, targetAt } from './target.ts';

const MINUTE_MS = 60_000;
/** What is written now may be committed a little later: the last seconds are left for the next turn. */
const LAG_MS = 10_000;
/** One message is tried this often, 1 and 5 minutes apart; then it is given up, and the page says so. */
const MOST_TRIES = 3;
/** Contests whose turn it is at once. */
const AT_ONCE = 20;

export interface Webhooks {
  /** What is set for a contest, the address masked. */
  view(contest: number): Promise<WebhookView>;
  /** Sets it; what happened before is not told. Refuses with webhook_address, and with webhook_missing where there is no address yet. */
  set(tx: Transaction<Tables>, contest: number, draft: WebhookDraft): Promise<void>;
  remove(tx: Transaction<Tables>, contest: number): Promise<void>;
  /** Sends one line at once and gives what came back. Refuses with webhook_missing. */
  try(contest: number): Promise<Reply>;
  /** Tells what is due of all contests. One server at a time does it for each: a turn is taken before anything is sent. */
  tell(): Promise<void>;
}

export const webhookCell = (contest: number): string => `webhook/${contest}`;

/** A contest's robot in a chat of the office (企业微信). `allowed`: see config.ts webhookOrigins. */
export function createWebhooks(parts: {
  db: Db;
  secrets: Secrets;
  clock: () => number;
  webhookOrigins: readonly string[];
}): Webhooks {
  const { db, clock, webhookOrigins } = parts;
  const key = privateKey(parts.secrets);
  const targetOf = (contest: number, bytes: Uint8Array): URL | null =>
    targetAt(String(openPrivate(key, bytes, webhookCell(contest))), webhookOrigins);

  async function titleOf(contest: number): Promise<string> {
    const { rows } = await sql<{ title: string }>`
      select settings ->> 'title' as title from contest where id = ${contest}`.execute(db);
    return quoted(rows[0]?.title ?? '');
  }
  /** A target that is no longer allowed is not sent to. */
  async function send(contest: number, bytes: Uint8Array, lines: readonly string[]): Promise<Reply> {
    const target = targetOf(contest, bytes);
    if (!target) return { ok: false, words: '这个地址现在不允许发送' };
    return await post(target, [await titleOf(contest), ...lines].join('\n'), webhookOrigins);
  }

  async function tellOne(row: Turn): Promise<void> {
    const now = clock();
    const to = new Date(now - LAG_MS);
    if (to <= row.told_until) return;
    const { news, size } = await readNews(db, row.contest, {
      from: row.told_until,
      to,
      size: Number(row.told_size),
    });
    const lines = newsLines(news, row.events, dayTime);
    const told = { told_until: to, told_size: size, tries: 0 };
    const keep = (values: object) =>
      db.updateTable('webhook').set(values).where('contest', '=', row.contest).execute();
    if (lines.length === 0) return void (await keep(told));
    const { ok, words } = await send(row.contest, row.address, lines);
    const tries = row.tries + 1;
    const failed = { problem: words, problem_at: new Date(now) };
    if (ok) await keep({ ...told, sent_at: new Date(now), problem: '', problem_at: null });
    else if (tries >= MOST_TRIES) await keep({ ...told, ...failed, problem: `${words}，已放弃这一条` });
    else await keep({ ...failed, tries, next_at: new Date(now + (tries === 1 ? 1 : 5) * MINUTE_MS) });
  }

  return {
    async view(contest) {
      const row = await db
        .selectFrom('webhook')
        .selectAll()
        .where('contest', '=', contest)
        .executeTakeFirst();
      if (!row) return { address: '', events: [], on: false, sentAt: null, problem: null };
      const url = URL.parse(String(openPrivate(key, row.address, webhookCell(contest))));
      return {
        address: url
          ? `${url.origin}/…${url.href.length > url.origin.length + 12 ? url.href.slice(-4) : ''}`
          : '…',
        events: row.events,
        on: row.enabled,
        sentAt: row.sent_at?.toISOString() ?? null,
        problem: row.problem_at && { words: row.problem, at: row.problem_at.toISOString() },
      };
    },

    async set(tx, contest, { address, events, on }) {
      const sealed =
        address === '' ? null : sealPrivate(key, checked(address, webhookOrigins), webhookCell(contest));
      const now = new Date(clock());
      const { rows } = await sql<{ size: number }>`
        select coalesce(max(size), 0)::int as size from ledger_head where contest = ${contest}`.execute(tx);
      const fresh = { told_until: now, told_size: rows[0]?.size ?? 0, next_at: now, tries: 0 };
      const values = {
        ...fresh,
        events: sql<WebhookEvent[]>`${[...new Set(events)]}`,
        enabled: on,
        problem: '',
        problem_at: null,
      };
      const done = await tx
        .updateTable('webhook')
        .set({ ...values, ...(sealed ? { address: sealed } : {}) })
        .where('contest', '=', contest)
        .executeTakeFirst();
      if (done.numUpdatedRows > 0n) return;
      if (!sealed) throw new Refusal('webhook_missing');
      await tx
        .insertInto('webhook')
        .values({ contest, ...values, address: sealed, sent_at: null })
        .execute();
    },

    async remove(tx, contest) {
      await tx.deleteFrom('webhook').where('contest', '=', contest).execute();
    },

    async try(contest) {
      const row = await db
        .selectFrom('webhook')
        .select('address')
        .where('contest', '=', contest)
        .executeTakeFirst();
      if (!row) throw new Refusal('webhook_missing');
      return await send(contest, row.address, ['这是一条测试消息，收到说明提醒已接通。']);
    },

    async tell() {
      const now = new Date(clock());
      // Who moves next_at on has the turn; a server that dies with it is followed a minute later.
      const { rows } = await sql<Turn>`
        update webhook set next_at = ${new Date(now.getTime() + MINUTE_MS)}
        where contest in (
          select w.contest from webhook w join contest c on c.id = w.contest
          where w.enabled and w.next_at <= ${now} and c.archived_at is null
          order by w.next_at limit ${AT_ONCE} for update of w skip locked)
        returning contest, address, events, told_until, told_size, tries`.execute(db);
      await Promise.all(rows.map(tellOne));
    },
  };
}

interface Turn {
  contest: number;
  address: Buffer;
  events: WebhookEvent[];
  told_until: Date;
  told_size: string | number;
  tries: number;
}

function checked(address: string, allowed: readonly string[]): string {
  const target = targetAt(address, allowed);
  if (!target) throw new Refusal('webhook_address');
  return target.href;
}

/** Every address under another key. Gives how many. */
export async function sealWebhooks(
  tx: Transaction<Tables>,
  again: (bytes: Uint8Array, cell: string) => Buffer,
): Promise<number> {
  const rows = await tx.selectFrom('webhook').select(['contest', 'address']).execute();
  for (const { contest, address } of rows)
    await tx
      .updateTable('webhook')
      .set({ address: again(address, webhookCell(contest)) })
      .where('contest', '=', contest)
      .execute();
  return rows.length;
}
