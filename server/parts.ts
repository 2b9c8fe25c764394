import type { BlockList } from 'node:net';
import { formatVerifierKey } from '@zuimei/shared/note.ts';
import type { WechatReach } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { WechatAccountView } from '@zuimei/shared/view.ts';
import { type Addresses, openAddresses } from './address/address.ts';
import { createPlaces } from './address/place.ts';
import { type Analyst, createAnalyst } from './analyst/analyst.ts';
import { isArchived } from './archive/archive.ts';
import { type Contests, createContests } from './contest/contests.ts';
import { createViews, type LogName, type Views } from './contest/route.ts';
import { createPublicCourses, type PublicCourses } from './course/public.ts';
import type { Db } from './db.ts';
import { createFresh } from './fresh.ts';
import type { Gate } from './gate/gate.ts';
import { type AnswerError, createAnswerError } from './http/answer.ts';
import { createReplyHeaders, type ReplyHeaders } from './http/headers.ts';
import { logOrigin } from './http/origin.ts';
import type { Prebuilt } from './http/reply.ts';
import type { Journal } from './journal.ts';
import { createRefusalDays, type RefusalDays } from './live/daily.ts';
import { createRefusals, type Refusals } from './live/refused.ts';
import { createLog, type Log } from './log/log.ts';
import { logSigner } from './log/sealer.ts';
import type { Program } from './log/witness/program.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Site } from './page/citizen.ts';
import type { Console } from './page/console.ts';
import { createPages, type Pages } from './page/pages.ts';
import type { Secrets } from './secret.ts';
import { type Attempts, createAttempts } from './staff/attempt.ts';
import { createPasswords, type PasswordCost, type Passwords } from './staff/password.ts';
import { createSeals, type Seals } from './staff/seal.ts';
import { createGuard, createSessions, type Guard, type Sessions } from './staff/session.ts';
import { createTallies, type Tallies } from './tally/route.ts';
import { readTally } from './tally/snapshot.ts';
import { createTurns, type Turns } from './turn.ts';
import { createGuardedLedger } from './upkeep/ledger.ts';
import { createForked, createQuarantine, type Quarantine } from './upkeep/quarantine.ts';
import { createUpkeep, type Machine, noMachine, type Upkeep } from './upkeep/upkeep.ts';
import { createWrites } from './upkeep/write.ts';
import { createUploads, type Uploads } from './upload/upload.ts';
import { type Cast, createCast } from './vote/cast.ts';
import { createLedger, type Ledger } from './vote/ledger.ts';
import { createProofs, type Proofs } from './vote/proof.ts';
import { createVoters, type Voters } from './vote/voter.ts';
import { countOutcomes } from './vote/watch.ts';
import { createWebhooks, type Webhooks } from './webhook/webhook.ts';
import type { WechatAccount } from './wechat/account.ts';
import { createOwnShelf, type Shelf } from './wechat/sharedstore.ts';
import { createWechat, type Wechat } from './wechat/wechat.ts';

/** Everything the routes stand on, made once and wired here. */
export interface Parts {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  attempts: Attempts;
  sessions: Sessions;
  guard: Guard;
  passwords: Passwords;
  clock: () => number;
  contests: Contests;
  addresses: Addresses;
  voters: Voters;
  ledger: Ledger;
  gate: Gate;
  proofs: Proofs;
  cast: Cast;
  transparency: Log;
  tallies: Tallies;
  courses: PublicCourses;
  views: Views;
  /** For reading documents and pictures and making files: what takes seconds of a core, and must not take all of them. */
  turns: Turns;
  uploads: Uploads;
  /** What a contest's log is called, and the key that signs it. */
  logName: (slug: string) => Promise<LogName>;
  metrics: Metrics;
  refusals: Refusals;
  refusalDays: RefusalDays;
  analyst: Analyst;
  quarantine: Quarantine;
  upkeep: Upkeep;
  forked: (slug: string, note: string) => Promise<void>;
  log: Journal;
  answerError: AnswerError;
  site: Site | null;
  /** Null without a site. */
  pages: Pages | null;
  console: Console | null;
  /** The page that verifies a ledger. */
  verifier: Prebuilt | null;
  /** null = not built. */
  witnessProgram: Program | null;
  publicUrl: string | null;
  headers: ReplyHeaders;
  wechat: Wechat | null;
  /** The bureau's account as citizens find it. */
  account: WechatAccountView | null;
  wechatReach: WechatReach;
  /** See config.ts. */
  wechatFiles: readonly string[];
  webhooks: Webhooks;
  robots: string | null;
  secure: boolean;
  trustedProxies: BlockList;
  stopping: () => boolean;
  lastSealAt: () => number | null;
}

export function createParts(given: {
  db: Db;
  secrets: Secrets;
  gate: Gate;
  /** Absent = without a better data file. */
  addresses?: Addresses;
  /** What `addresses` was opened with. */
  addressFile?: string | null;
  log: Journal;
  site: Site | null;
  console?: Console | null;
  verifier?: Prebuilt | null;
  witnessProgram?: Program | null;
  publicUrl: string | null;
  /** Absent = no WeChat. */
  account?: WechatAccount | null;
  /** What the servers share of WeChat's; absent = this process's own. */
  shelf?: Shelf;
  wechatFiles?: readonly string[];
  /** See config.ts; absent = none. */
  webhookOrigins?: readonly string[];
  robots?: string | null;
  trustedProxies: BlockList;
  clock?: () => number;
  passwordCost?: PasswordCost;
  hstsSeconds?: number;
  stopping?: () => boolean;
  lastSealAt?: () => number | null;
  /** Absent = none is known of. */
  machine?: Machine;
  /** The settings ask that nothing be written. */
  quarantined?: boolean;
}): Parts {
  const clock = given.clock ?? Date.now;
  const { db, secrets, gate, log, publicUrl } = given;
  const account = given.account ? { name: given.account.name, qr: given.account.qr } : null;
  const originOf = (slug: string) => logOrigin(publicUrl, slug);
  const addresses = given.addresses ?? openAddresses(null);
  const metrics = createMetrics();
  const refusals = createRefusals(db);
  const headers = createReplyHeaders(publicUrl, given.hstsSeconds);
  const contests = createContests(db, clock);
  const secure = publicUrl?.startsWith('https:') ?? false;
  const voters = createVoters(secrets, secure);
  const quarantine = createQuarantine(db, given.quarantined ?? false, clock);
  const ledger = createGuardedLedger(createLedger(db, secrets, originOf), quarantine.check);
  const writes = createWrites(db, clock);
  const transparency = createLog(db, clock);
  const tallies = createTallies(
    (contest, now) => readTally(db, transparency, contest, now),
    clock,
    headers.hot,
  );
  // A contest keeps its log's name for good.
  const logName = createFresh(clock, Number.POSITIVE_INFINITY, readLogName);
  async function readLogName(slug: string): Promise<LogName> {
    const origin = (await ledger.originOf(slug)) ?? originOf(slug);
    return { origin, verifierKey: formatVerifierKey(await logSigner(secrets, slug, origin)) };
  }
  const proofs = createProofs(secrets, clock);
  const wechat = given.account
    ? createWechat({
        account: given.account,
        db,
        secrets,
        shelf: given.shelf ?? createOwnShelf(clock),
        contests,
        ledger,
        voters,
        clock,
        log,
        told: (call, code) => metrics.count('zuimei_wechat_calls_total', { call, code: String(code) }),
      })
    : null;
  const counted = createCast({
    contests,
    voters,
    places: createPlaces(addresses),
    gate,
    proofs,
    ledger,
    follows: async (person) => wechat?.checkFollows(person),
    clock,
    watch: {
      gated: (ms) => metrics.observe('zuimei_gate_seconds', ms / 1000),
      written(size, ms) {
        writes.noted();
        metrics.observe('zuimei_batch_size', size);
        metrics.observe('zuimei_commit_seconds', ms / 1000);
      },
      proved: (kind, found) => metrics.count('zuimei_proofs_total', { kind, found }),
      answered(slug, outcomes) {
        for (const [outcome, count] of countOutcomes(outcomes)) {
          if (outcome === 'proof_needed') metrics.count('zuimei_challenges_total', {}, count);
          metrics.count('zuimei_ballots_total', { outcome }, count);
          refusals.note(slug, outcome, count);
        }
      },
      failed: (error) => log('error', { part: 'vote', error: String(error) }),
    },
  });
  const cast: Cast = {
    ...counted,
    cast: (...ballot) =>
      quarantine.state() ? Promise.reject(new Refusal('quarantined')) : counted.cast(...ballot),
  };
  const turns = createTurns({ atOnce: 2, waiting: 8, retryAfterMs: 5_000 });
  const stopping = given.stopping ?? (() => false);
  const lastSealAt = given.lastSealAt ?? (() => null);
  const seals = createSeals({
    secrets,
    clock,
    altered: (kind, name) => log('error', { part: 'staff', altered: kind, name }),
  });
  const sessions = createSessions({ db, secrets, seals, clock, secure });
  return {
    db,
    secrets,
    seals,
    attempts: createAttempts({ db, secrets, clock }),
    sessions,
    guard: createGuard(sessions, (slug) => isArchived(db, slug)),
    passwords: createPasswords(given.passwordCost),
    clock,
    contests,
    addresses,
    voters,
    ledger,
    gate,
    proofs,
    cast,
    transparency,
    tallies,
    logName,
    courses: createPublicCourses({ db, contests, clock }),
    views: createViews({
      contests,
      ballots: async (contest) => (await tallies.view(contest)).ballots,
      logName,
      account,
      clock,
      headers: headers.hot,
    }),
    turns,
    uploads: createUploads(turns),
    metrics,
    refusals,
    refusalDays: createRefusalDays(db, ledger),
    analyst: createAnalyst({ db, clock, log, stopping, addresses, addressFile: given.addressFile ?? null }),
    quarantine,
    upkeep: createUpkeep({
      ...{ db, cast, gate, wechat, writes, quarantine, stopping, lastSealAt, clock },
      machine: given.machine ?? noMachine,
    }),
    forked: createForked(quarantine, log),
    log,
    answerError: createAnswerError(log, metrics),
    site: given.site,
    pages: given.site && createPages(clock, given.site.csp),
    console: given.console ?? null,
    verifier: given.verifier ?? null,
    witnessProgram: given.witnessProgram ?? null,
    publicUrl,
    headers,
    wechat,
    account,
    wechatReach: given.account ? (given.account.token === null ? 'pages' : 'messages') : 'none',
    wechatFiles: given.wechatFiles ?? [],
    webhooks: createWebhooks({ db, secrets, clock, webhookOrigins: given.webhookOrigins ?? [] }),
    robots: given.robots ?? null,
    secure,
    trustedProxies: given.trustedProxies,
    stopping,
    lastSealAt,
  };
}
