import { isCommand, runAlone, runCommand, runsAlone, USAGE } from './command.ts';
import { readConfig } from './config.ts';
import { askServer } from './control.ts';
import { migrate, openDatabase } from './db.ts';
import { claimFolder } from './folder.ts';
import { checkSecret, openSecrets } from './secret.ts';

/** `pnpm zuimei <command>`. With the embedded database and a server running on it, that server is asked to do it. */
async function run(argv: string[]): Promise<number> {
  const [name = '', ...args] = argv[0] === '--' ? argv.slice(1) : argv;
  const helped = ['', '--help', '-h', 'help'].includes(name) || args.includes('--help');
  if (helped || !(isCommand(name) || runsAlone(name, args))) {
    (helped && name !== '' ? process.stdout : process.stderr).write(USAGE);
    return helped && name !== '' ? 0 : 2;
  }
  const folder = process.cwd();
  if (runsAlone(name, args)) return await runAlone({ folder, print }, name, args);
  const config = readConfig();
  if (!config.databaseUrl) {
    const answer = await askServer(config.dataDir, { name, args, folder }, print);
    if (answer !== null) return answer;
  }
  const release = config.databaseUrl ? async () => {} : await claimFolder(config.dataDir);
  const schema = config.databaseSchema ? { schema: config.databaseSchema } : {};
  const { db, close } = await openDatabase(
    config.databaseUrl ? { url: config.databaseUrl, ...schema } : { folder: `${config.dataDir}/pglite` },
  );
  try {
    await migrate(db);
    const secrets = await openSecrets(config);
    await checkSecret(db, secrets);
    return await runCommand({ db, secrets, publicUrl: config.publicUrl, folder, print }, name, args);
  } finally {
    await close();
    await release();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
