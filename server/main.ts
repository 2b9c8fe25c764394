import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { getRequestListener } from '@hono/node-server';
import { openAddresses } from './address/address.ts';
import { createApp } from './app.ts';
import { eraseDue } from './archive/asked.ts';
import { nameDatabase, readConfig } from './config.ts';
import { listenForCommands } from './control.ts';
import { type Db, openDatabase } from './db.ts';
import { loadDemo } from './demo/demo.ts';
import { loadPublicity } from './demo/publicity.ts';
import { printWelcome } from './demo/welcome.ts';
import { createDirect } from './direct.ts';
import { faultSentence } from './fault.ts';
import { claimFolder } from './folder.ts';
import { openGate } from './gate/counters.ts';
import { forgetProposals } from './intake/proposal.ts';
import { createJournal } from './journal.ts';
import { createSealer } from './log/sealer.ts';
import { openProgram } from './log/witness/program.ts';
import { sweepMedia } from './media/media.ts';
import { forgetFilms } from './media/pieces.ts';
import { openSite } from './page/citizen.ts';
import { openConsole } from './page/console.ts';
import { openVerifier } from './page/verify.ts';
import { createParts } from './parts.ts';
import type { SharedRedis } from './redis.ts';
import { migrate, readSchema } from './schema.ts';
import { checkSecret, openSecrets } from './secret.ts';
import { firstLink } from './staff/account.ts';
import { createReveals } from './tally/reveal.ts';
import { type Keeper, openKeeper } from './upkeep/keeper.ts';
import { noteKeys } from './upkeep/key.ts';
import { openLedgers } from './vote/opening.ts';
import { createOwnShelf, createSharedShelf } from './wechat/sharedstore.ts';

const SEAL_EVERY_MS = 1_000;
/** A host that vanished with everything on it breaks no connection: whoever waits on one is told after this, and the time of an answer. */
const LOOK_EVERY_MS = 2_000;
const FORGET_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;
const TELL_EVERY_MS = 20_000;
/** A banner that was uploaded waits this long for its page to be saved. */
const UNUSED_MEDIA_MS = 24 * 3_600_000;
const STOP_PATIENCE_MS = 10_000;

/** Connections, timers and signals live here: this is the process. */
async function main(): Promise<void> {
  // What lives through a young collection is little: threads that help to copy it wait for a core longer than they help.
  setFlagsFromString('--no-parallel-scavenge');
  // Whatever this process writes is for it alone.
  process.umask(0o077);
  // Nobody reads along any more: that ends no vote.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const config = readConfig();
  folder = config.dataDir;
  const log = createJournal();
  // Before anything is opened: a bad file stops the start.
  const addresses = openAddresses(config.addressFile);
  const robots = config.robotsFile && (await readFile(config.robotsFile, 'utf8'));
  const reading = Promise.all([
    openSite(new URL('../web/dist/', import.meta.url)),
    openConsole(new URL('../web/dist/console/', import.meta.url)),
    openVerifier(new URL('../web/dist/verify/', import.meta.url)),
    openProgram(new URL('../web/dist/witness/', import.meta.url)),
  ]);
  // Whoever waits for it hears of it; until then the database is opened.
  reading.catch(() => {});
  const releaseFolder = config.databaseUrl ? async () => {} : await claimFolder(config.dataDir);
  let keeper: Keeper | null = null;
  const database = await openDatabase(
    config.databaseUrl
      ? {
          url: config.databaseUrl,
          name: 'zuimei',
          moved: async (host: string, db: Db) => {
            await keeper?.inspect(db);
            log('note', { part: 'database', primary: host });
          },
          ...(config.databaseSchema ? { schema: config.databaseSchema } : {}),
        }
      : { folder: `${config.dataDir}/pglite` },
  );
  const schema = await readSchema(database.db);
  if (schema.missing.length > 0 && !schema.owner)
    throw new Error(
      `the database lacks ${schema.missing.length} migrations or functions, and ${schema.role} does not own its tables: run zuimei migrate as the owner (infra/RUNBOOK.md, Two roles)`,
    );
  if (schema.missing.length > 0) await migrate(database.db);
  if (schema.owner && database.kind === 'server' && !config.demo)
    log('note', {
      part: 'database',
      role: schema.role,
      warning:
        'the app owns its tables, so whoever gets into it can take the triggers off: give it a role of its own (infra/RUNBOOK.md, Two roles)',
    });
  const secrets = await openSecrets(config);
  await checkSecret(database.db, secrets);
  const redis = config.redisUrl ? await openShared(config.redisUrl) : null;
  const gate = await openGate({ redis, log });
  const publicity = config.demo ? await loadPublicity({ db: database.db, secrets }, Date.now()) : null;
  const demo = config.demo
    ? await loadDemo(
        { db: database.db, secrets, publicUrl: config.publicUrl },
        Date.now(),
        config.wechat !== null,
      )
    : [];

  // The master secret may lie in a file of the data folder instead of in the settings.
  const keys = { ...config.keys, ZUIMEI_SECRET: secrets.derive('fingerprint').toString('hex') };
  await noteKeys(database.db, secrets, keys);

  const control = config.databaseUrl
    ? null
    : await listenForCommands(config.dataDir, {
        db: database.db,
        secrets,
        publicUrl: config.publicUrl,
        database: nameDatabase(config),
      });

  let stopping = false;
  let lastSealAt: number | null = null;
  const [site, staffPages, verifier, witnessProgram] = await reading;
  const parts = createParts({
    db: database.db,
    secrets,
    gate,
    addresses,
    addressFile: config.addressFile,
    log,
    site,
    console: staffPages,
    verifier,
    witnessProgram,
    publicUrl: config.publicUrl,
    hstsSeconds: config.hstsSeconds,
    account: config.wechat,
    ...(redis && config.wechat
      ? { shelf: createSharedShelf(redis, secrets.derive('wechat shelf'), createOwnShelf(Date.now)) }
      : {}),
    wechatFiles: config.wechatFiles,
    webhookOrigins: config.webhookOrigins,
    robots,
    trustedProxies: config.trustedProxies,
    stopping: () => stopping,
    lastSealAt: () => lastSealAt,
    machine: { keys, dataDir: config.dataDir, backupFile: config.backupFile },
    quarantined: config.quarantine,
  });
  const { quarantine } = parts;
  keeper = await openKeeper({ db: database.db, dataDir: config.dataDir, quarantine, log });

  const sealer = createSealer(database.db, secrets);
  const reveals = createReveals(database.db, parts.contests, Date.now);
  let sealing: Promise<void> = Promise.resolve();
  async function seal(): Promise<void> {
    try {
      await quarantine.refresh();
      // Another checkpoint of an old database would be a second truth under the log's name.
      if (quarantine.state()) return;
      await openLedgers(parts.contests, parts.ledger, Date.now(), (slug, error) =>
        log('error', { part: 'ledger', slug, error: String(error) }),
      );
      await beside('reveals', reveals.keep);
      await beside('refusals', keepRefusals);
      await keeper?.keep((await sealer.seal()).map(({ slug }) => slug));
      lastSealAt = Date.now();
    } catch (error) {
      parts.metrics.count('zuimei_seal_failures_total');
      log('error', { part: 'sealer', error: String(error) });
    }
  }
  /** What waits for its next tick when it fails, and keeps nothing else waiting. */
  async function beside(part: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log('error', { part, error: String(error) });
    }
  }
  async function keepRefusals(): Promise<void> {
    await parts.refusals.keep();
    await parts.refusalDays.seal(Date.now());
  }
  const sealTimer = setInterval(() => (sealing = sealing.then(seal)), SEAL_EVERY_MS);

  const lookTimer = setInterval(() => void database.look(), LOOK_EVERY_MS);

  const forgetTimer = setInterval(() => parts.analyst.forget(), FORGET_EVERY_MS);

  async function sweep(): Promise<void> {
    if (quarantine.state()) return;
    const unused = new Date(Date.now() - UNUSED_MEDIA_MS);
    await beside('intake', () => forgetProposals(database.db, Date.now()));
    await beside('media', () => sweepMedia(database.db, unused));
    await beside('media', () => forgetFilms(database.db, unused));
    await beside('archive', () => eraseDue(database.db, secrets, Date.now()));
  }
  const sweepTimer = setInterval(() => void sweep(), SWEEP_EVERY_MS);

  let telling: Promise<void> | null = null;
  /** What robots are told waits for nobody, and nobody for it. */
  async function tell(): Promise<void> {
    if (!quarantine.state()) await beside('webhook', parts.webhooks.tell);
    telling = null;
  }
  const tellTimer = setInterval(() => (telling ??= tell()), TELL_EVERY_MS);

  const direct = createDirect(parts);
  const pages = getRequestListener(createApp(parts).fetch);
  const server = createServer((incoming, outgoing) => {
    if (direct(incoming, outgoing)) return;
    parts.headers.dress(outgoing, incoming.url ?? '');
    void pages(incoming, outgoing);
  });
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 30_000;
  server.headersTimeout = 15_000;
  server.once('error', fail);
  server.listen(config.port, config.host, () => {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    void welcome(config.publicUrl ?? `http://${host}:${port}`);
  });

  /** Ready in any case; the first administrator's link is courtesy. */
  async function welcome(url: string): Promise<void> {
    const first = await firstLink(database.db, parts.seals).catch((error: unknown) => {
      log('error', { part: 'staff', error: String(error) });
      return null;
    });
    printWelcome(url, { slugs: demo, database: database.kind, joinPath: first?.path ?? null, publicity });
  }

  /** Takes no more, answers what was taken, seals it, and goes. Nothing acknowledged depends on this: it is courtesy. */
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    const forced = setTimeout(() => process.exit(1), STOP_PATIENCE_MS);
    clearInterval(sealTimer);
    clearInterval(lookTimer);
    clearInterval(forgetTimer);
    clearInterval(sweepTimer);
    clearInterval(tellTimer);
    const closed = new Promise((resolve) => server.close(resolve));
    await parts.cast.drain();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
    await closed;
    await sealing;
    await telling;
    await seal();
    parts.analyst.close();
    control?.close();
    redis?.close();
    await database.close();
    await releaseFolder();
    clearTimeout(forced);
    process.exit(0);
  }
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever started us with a channel (infra/start.mjs) is gone, perhaps by kill -9.
  process.on('disconnect', stop);
  // It may have gone while we were starting.
  if (process.send && !process.connected) await stop();
}

/** A site without Redis never loads the client. */
async function openShared(url: string): Promise<SharedRedis> {
  const { openRedis } = await import('./redis.ts');
  const { gateScript } = await import('./gate/rediscounters.ts');
  return openRedis(url, { scripts: [gateScript] });
}

/** Where this process writes, for who is told that it cannot. */
let folder = '';

/** What stops a start, as a sentence. */
function fail(error: unknown): void {
  process.stderr.write(`${faultSentence(error, folder)}\n`);
  process.exit(1);
}

main().catch(fail);
