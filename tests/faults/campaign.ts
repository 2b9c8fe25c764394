import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { holds, type Known, knownOf, readNewest } from '@zuimei/server/upkeep/known.ts';
import { checkReceipt } from '@zuimei/shared/ledger/receipt.ts';
import type { ContestView, MeView } from '@zuimei/shared/view.ts';
import type { Chance } from '../attack/chance.ts';
import { createChance } from '../attack/chance.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { type Harm, harms } from './harm.ts';
import { raiseStage, SLUG, type Stage } from './stage.ts';
import { type Acknowledged, openStream } from './stream.ts';

/** One blow: what happened, and what was so afterwards. */
export interface Blow {
  harms: string[];
  /** Receipts given since the blow before, and answers that were none. */
  acknowledged: number;
  unclear: number;
  /** The longest time in which nobody got a receipt, ms. */
  gapMs: number;
  /** Acknowledged and not there, and there more than once or elsewhere than the receipt says. */
  lost: number;
  doubled: number;
  /** What else is wrong, each as a sentence. */
  wrong: string[];
}

const PATIENCE_MS = 90_000;
/** Receipts of before that are looked at after each blow. */
const RECEIPTS = 4;

/**
 * Hurts a site under load, `kills` times, as the seed says; a fifth of the times two things at once. After each blow the crowd goes on until it
 * has receipts again, then rests, and everything is checked: what was acknowledged is in the ledger, once and where its receipt says; the
 * ledger, its log and the tally agree; older checkpoints are extended by the newest; and receipts of before still check.
 */
export async function campaign(order: {
  kills: number;
  seed: string;
  /** Absent = all. */
  only?: readonly Harm[];
  told?: (blow: Blow, nth: number) => void;
}): Promise<Blow[]> {
  const chance = createChance(`campaign ${order.seed}`);
  const stage = await raiseStage();
  const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
  const looking = setInterval(() => void stage.database.look(), 1_000);
  const stream = openStream(SLUG, () => stage.apps.map(({ url }) => url));
  const kept: Known[] = [];
  const blows: Blow[] = [];

  async function check(): Promise<Pick<Blow, 'lost' | 'doubled' | 'wrong'>> {
    const { db } = stage.database;
    const wrong: string[] = [];
    const found = await verifyContest(db, secrets, SLUG);
    wrong.push(...(found?.problems ?? ['the contest is not there']).map((one) => JSON.stringify(one)));
    const { rows } = await sql<{ id: string; index: number; times: number }>`
      select ballot_id as id, min(index)::int as index, count(*)::int as times
      from ledger_entry where kind = 'ballot' group by 1`.execute(db);
    const there = new Map(rows.map((row) => [row.id, row]));
    const lost = stream.acknowledged.filter(({ ballot }) => !there.has(ballot.ballotId)).length;
    const moved = stream.acknowledged.filter(({ ballot, receipt }) => {
      const row = there.get(ballot.ballotId);
      return row !== undefined && row.index !== receipt.index;
    }).length;
    const doubled = moved + rows.filter(({ times }) => times > 1).length;
    for (const one of [kept[0], kept.at(-1)])
      if (one && !(await holds(db, one))) wrong.push(`not extended: ${one.note}`);
    const [newest] = await readNewest(db);
    if (newest) kept.push(knownOf(SLUG, newest.note));
    for (let i = 0; i < RECEIPTS && stream.acknowledged.length > 0; i++)
      wrong.push(...(await askReceipt(stage, chance.one(stream.acknowledged))));
    return { lost, doubled, wrong };
  }

  try {
    stream.resume();
    await flowing(stream.acknowledged, 100);
    for (let nth = 0; nth < order.kills; nth++) {
      const struck = choose(stage, chance, order.only ?? harms);
      const before = { acknowledged: stream.acknowledged.length, unclear: stream.unclear };
      stream.gap();
      const heals: (() => Promise<void>)[] = [];
      for (const harm of struck) heals.push(await harm.strike(stage, chance));
      await sleep(chance.whole(200, 1_500));
      await Promise.all(heals.map((heal) => heal()));
      await flowing(stream.acknowledged, 40).catch(async (error: Error) => {
        throw new Error(
          `${error.message} after ${struck.map((harm) => harm.name).join(' + ')}:\n${await stage.said()}`,
        );
      });
      const gapMs = stream.gap();
      await stream.pause();
      const blow: Blow = {
        harms: struck.map(({ name }) => name),
        acknowledged: stream.acknowledged.length - before.acknowledged,
        unclear: stream.unclear - before.unclear,
        gapMs,
        ...(await check()),
      };
      blows.push(blow);
      order.told?.(blow, nth);
      stream.resume();
    }
    await stream.pause();
    for (const [code, times] of stream.refused)
      blows.at(-1)?.wrong.push(`${times} ballots of honest people were refused: ${code}`);
    return blows;
  } finally {
    clearInterval(looking);
    await stage.end();
  }
}

function choose(stage: Stage, chance: Chance, from: readonly Harm[]): Harm[] {
  const able = from.filter((harm) => harm.can?.(stage) ?? true);
  const one = chance.one(able);
  const others = able.filter(({ to }) => to !== one.to);
  return others.length > 0 && chance.next() < 0.2 ? [one, chance.one(others)] : [one];
}

/** Resolves when so many more have got a receipt. Throws when that takes longer than anybody should wait. */
async function flowing(acknowledged: readonly Acknowledged[], more: number): Promise<void> {
  const goal = acknowledged.length + more;
  const deadline = Date.now() + PATIENCE_MS;
  while (acknowledged.length < goal) {
    if (Date.now() > deadline) throw new Error('nobody gets a receipt any more');
    await sleep(50);
  }
}

/** What is wrong with a receipt as its voter looks at it again. */
async function askReceipt(stage: Stage, { ballot, receipt }: Acknowledged): Promise<string[]> {
  const [app] = stage.apps;
  const read = (path: string) =>
    fetch(`${app?.url}/api/contests/${SLUG}${path}`, { headers: { cookie: ballot.headers['cookie'] ?? '' } });
  const { log } = (await (await read('')).json()) as ContestView;
  const mine = (await (await read('/me')).json()) as MeView;
  const own = mine.ballots.find((one) => one.ballotId === ballot.ballotId);
  if (!own) return [`ballot ${receipt.index} is not among its voter's`];
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const reply = await read(`/receipts/${receipt.index}`);
    if (!reply.ok && Date.now() < deadline) {
      await sleep(100);
      continue;
    }
    const claim = {
      proof: await reply.text(),
      verifierKey: log.verifierKey,
      contest: SLUG,
      receipt,
      opening: own.opening,
    };
    const outcome = await checkReceipt(claim);
    return outcome.ok ? [] : [`receipt ${receipt.index} fails at ${outcome.step}`];
  }
}
