import type { Rule } from './layers.ts';
import type { Source, Spot } from './source.ts';

/** Everything of one kind found in files that the pattern does not allow it in. */
function spots(
  of: (source: Source) => Spot[],
  wanted: RegExp,
  where: (path: string) => boolean,
  message: string,
): Rule {
  return (sources) =>
    sources
      .filter((source) => where(source.path))
      .flatMap((source) =>
        of(source)
          .filter((spot) => wanted.test(spot.text))
          .map((spot) => `${source.path}:${spot.line} ${message} (${spot.text.trim().slice(0, 60)})`),
      );
}

const names = (source: Source): Spot[] => source.names;
const constructs = (source: Source): Spot[] => source.constructs;
const texts = (source: Source): Spot[] => source.texts;
/** A wording of its own for something that has one home: where the pattern stands in any file of a place but its homes. */
function oneHome(place: RegExp, homes: readonly string[], pattern: RegExp, message: string): Rule {
  return (sources) =>
    sources
      .filter(({ path, text }) => place.test(path) && !homes.includes(path) && pattern.test(text))
      .map(({ path }) => `${path} ${message}`);
}

const program = (path: string): boolean => /^(server|shared)\//.test(path);

/** Where a timer may stand outside main.ts, and why. */
const timerPlaces = new Map([
  ['server/redis.ts', 'at start Redis is given a moment to answer, then the server goes on without it'],
  [
    'server/wechat/sharedstore.ts',
    'what another server is just asking WeChat for is awaited, not asked for twice',
  ],
  ['server/gate/breaker.ts', 'a Redis that does not answer in milliseconds is given up for that batch'],
  [
    'server/vote/pool.ts',
    'a steady stream is not cut into batches so small that their cost fills the machine',
  ],
  ['server/witness/command.ts', 'a command of its own process, which looks at a log every so often'],
]);

/** Tables of the ledger, and the one file that may write each. */
const writers = new Map([
  ['ledger_head', 'server/vote/head.ts'],
  ['ledger_entry|voter_quota|tally|ballot_ruling', 'server/vote/ledger.ts'],
  ['log_tile|log_checkpoint', 'server/log/sealer.ts'],
  ['log_cosignature', 'server/log/cosignature.ts'],
]);

/** Where candidates come from. */
const joiningPlaces = new Set(['server/shortlist/publish.ts', 'server/intake/save.ts']);

function ledgerWrites(tables: string, owner: string): Rule {
  const sql = new RegExp(
    `\\b(insert\\s+into|update|delete\\s+from|truncate(\\s+table)?)\\s+"?(${tables})\\b`,
    'i',
  );
  const verb = /^(\w+\.)?(insertInto|updateTable|deleteFrom|mergeInto)$/;
  const table = new RegExp(`^(${tables})( as \\w+)?$`);
  const elsewhere = (path: string): boolean => path.startsWith('server/') && path !== owner;
  const byText = spots(texts, sql, elsewhere, `only ${owner} writes this table`);
  return (sources) => [
    ...byText(sources),
    ...sources
      .filter((source) => elsewhere(source.path) && source.names.some((spot) => verb.test(spot.text)))
      .flatMap((source) =>
        source.texts
          .filter((spot) => table.test(spot.text))
          .map((spot) => `${source.path}:${spot.line} only ${owner} writes this table (${spot.text})`),
      ),
  ];
}

export const places: Record<string, Rule> = {
  'process.env is read only in config.ts and cli.ts': spots(
    names,
    /^process\.env$/,
    (path) => /^(server|shared|web)\//.test(path) && !/^server\/(config|cli)\.ts$/.test(path),
    'settings come from config.ts',
  ),

  'signal handlers and exits stand only in main.ts, cli.ts and office.ts, which are processes': spots(
    names,
    /^process\.(on|once|exit|exitCode|argv)$/,
    (path) => program(path) && !/^server\/(main|cli|office)\.ts$/.test(path),
    'belongs into main.ts',
  ),

  'timers stand only in main.ts and in few places with a reason': spots(
    names,
    /^((globalThis|window|timers)\.)?set(Timeout|Interval)$/,
    (path) => program(path) && path !== 'server/main.ts' && !timerPlaces.has(path),
    'a timer outside main.ts',
  ),

  'shared has no clock and no chance': spots(
    names,
    /^(Date\.now|Math\.random|performance\.now|crypto\.(getRandomValues|randomUUID))$/,
    (path) => path.startsWith('shared/'),
    'take it as a parameter',
  ),

  'one folding: letters of other widths and shapes are understood in shared/text/character.ts and shared/text/fold.ts':
    spots(
      texts,
      /^NFKC$/,
      (path) =>
        /^(server|shared|web)\//.test(path) &&
        !/^shared\/(text\/(character|fold)|password)\.ts$|^server\/staff\/(leaked|password)\.ts$/.test(path),
      'use narrow or foldText; only a password is never understood otherwise than typed',
    ),

  'only one file writes each table of the ledger': (sources) =>
    [...writers].flatMap(([tables, owner]) => ledgerWrites(tables, owner)(sources)),

  'the functions that append to the ledger are called only by vote/ledger.ts': spots(
    texts,
    /\b(commit_ballots|append_act|rule_ballots)\s*\(/,
    (path) => path.startsWith('server/') && path !== 'server/vote/ledger.ts',
    'goes through vote/ledger.ts',
  ),

  'who stands and what is in force changes by an act: a contest’s version grows in vote/ledger.ts alone': (
    sources,
  ) =>
    sources
      .filter(({ path }) => path.startsWith('server/') && path !== 'server/vote/ledger.ts')
      .filter(({ text }) =>
        /\bupdate\s+contest\b[^;]*?[\s,]version\s*=\s*version\b|\.updateTable\('contest'\)[^;]*?[\s{]version:/i.test(
          text,
        ),
      )
      .map(
        ({ path }) =>
          `${path} raises a contest's version: ledger.amend does (who stands, rules), or ledger.revise (what no rule knows of)`,
      ),

  'candidates are added only by the acts that say who did it': (sources) =>
    sources
      .filter(({ path }) => path.startsWith('server/') && !joiningPlaces.has(path))
      .filter(({ text }) => /\binsertInto\('candidate'\)|\binsert\s+into\s+candidate\b/i.test(text))
      .map(({ path }) => `${path} adds a candidate: ${[...joiningPlaces].join(' and ')} do`),

  'whoever changes a contest through the ledger records the act': (sources) =>
    sources
      .filter(
        ({ path, names }) =>
          path.startsWith('server/') && names.some(({ text }) => /^ledger\.(amend|revise)$/.test(text)),
      )
      .filter(({ names }) => !names.some(({ text }) => text === 'recordAction'))
      .map(({ path }) => `${path} changes a contest and leaves no line in the action log`),

  'every act that has a code is recorded somewhere': (sources) => {
    const codes = sources
      .find(({ path }) => path === 'shared/action.ts')
      ?.text.matchAll(/^ {2}\| '([a-z_.]+)'/gm);
    const written = new Set(
      sources
        .filter(({ path }) => path.startsWith('server/'))
        .flatMap(({ texts }) => texts.map(({ text }) => text)),
    );
    return [...(codes ?? [])].flatMap(([, code = '']) =>
      written.has(code) ? [] : [`shared/action.ts has ${code}, which nobody records`],
    );
  },

  'only staff/seal.ts writes accounts, each under its seal': (sources) =>
    sources
      .filter(({ path }) => path.startsWith('server/') && path !== 'server/staff/seal.ts')
      .filter(({ text }) =>
        /\b(insertInto|updateTable|deleteFrom)\('staff'\)|\b(insert into|update|delete from) staff\b/.test(
          text,
        ),
      )
      .map(({ path }) => `${path} writes the table staff: use seal.ts put`),

  'what a reason is, is said in http/reason.ts alone': spots(
    texts,
    /^reason_missing$/,
    (path) => path.startsWith('server/') && path !== 'server/http/reason.ts',
    'use checkReason, optionalReason or missingReason',
  ),

  'ranks are given by shared/statistics/rank.ts alone': oneHome(
    /^(shared|server|web)\//,
    ['shared/statistics/rank.ts'],
    /\.votes\s*-\s*\w+\.votes\s*\|\|/,
    'ranks by itself: use inOrder and ranksOf',
  ),

  'a contest is locked by contest/lock.ts alone': oneHome(
    /^server\//,
    ['server/contest/lock.ts'],
    /selectFrom\('contest'\)[^;]{0,200}\.for(NoKeyUpdate|Update|Share)\(|\bfrom contest\b[^`]{0,200}\bfor (no key update|update|share)\b/,
    'locks a contest by itself: use lockContest or lockStored',
  ),

  'a body is read chunk by chunk in http/body.ts alone': oneHome(
    /^server\//,
    ['server/http/body.ts'],
    /for await \(const \w+ of \w+\.body\b/,
    'reads a body by itself: use readBody, readBytes or readChunks',
  ),

  // A filter's texts are compared, not kept.
  'what bodies are made of stands in http/shape.ts alone': oneHome(
    /^server\//,
    ['server/http/shape.ts', 'server/analyst/filter.ts'],
    /pipe\(\s*number\(\),\s*integer\(\)|\b(isoTimestamp|isoDate)\(\)|transform\(narrow\)|\^\[1-9\](\[0-9\]|\\d)\{0,9\}\$/,
    'has a shape of its own: see http/shape.ts',
  ),

  'a thread is started by thread.ts alone': spots(
    names,
    /^(Worker|workers?\.Worker|worker_threads\.Worker)$/,
    (path) => path.startsWith('server/') && path !== 'server/thread.ts',
    'use startThread and askThread',
  ),

  'one reading for all who wait: what is read and kept for a moment uses fresh.ts': oneHome(
    /^server\//,
    ['server/fresh.ts'],
    /\bvalue: Promise<|\breply: Promise<|Map<\w+, Promise<LogName>>/,
    'keeps a reading by itself: use createFresh',
  ),

  // What is read takes its turn and its room in memory until it is disposed of.
  'what is uploaded is held by `using`': (sources) =>
    sources.flatMap(({ path, text }) =>
      path.startsWith('server/')
        ? [...text.matchAll(/^.*\buploads\.read\(.*$/gm)]
            .map(([line]) => line.trim())
            .filter((line) => !/^(using \w+ = await uploads\.read\(|[/*])/.test(line))
            .map((line) => `${path} reads an upload and does not let go of it (${line})`)
        : [],
    ),

  'no any, no enum, no "!"': spots(constructs, /^(any|enum|!)$/, () => true, 'say what it is'),

  // It reads what stands there at that moment. On a slow machine the page is not so far yet, and a count of 0 is right too early.
  'what a page shows is asked for until it is there: expect.poll(() => …), not expect(await …)': spots(
    constructs,
    /^expect\(await (textOf|….(all(InnerTexts|TextContents)|count|is(Visible|Hidden|Checked|Disabled|Enabled|Editable)|textContent|inner(Text|HTML)|inputValue|getAttribute|boundingBox))\)$/,
    (path) => path.startsWith('tests/'),
    'does not wait: await expect.poll(() => …)',
  ),

  'Refusal is the only class': spots(
    constructs,
    /^class (?!Refusal$)/,
    (path) => !path.startsWith('tests/'),
    'functions and closures instead',
  ),

  // Vue's plugin keeps one entry for a sheet that two components point at: whichever is read last decides whether the build stands.
  'a style sheet is imported by scripts, not pointed at by <style src>': (sources) =>
    sources.flatMap(({ path, text }) =>
      path.endsWith('.vue') && /<style\b[^>]*\ssrc=/.test(text)
        ? [`${path} imports its sheet by <style src>`]
        : [],
    ),

  'no file or folder is called utils, helpers, common or misc, and no file is an index': (sources) =>
    sources
      .filter(({ path }) =>
        path
          .split('/')
          .slice(path.startsWith('tests/') ? 2 : 1)
          .some((name) => /^(utils?|helpers?|common|misc|shared|index)(\.\w+)*$/.test(name)),
      )
      .map(({ path }) => `${path} needs a name that says its idea`),

  'no file has more than 400 lines, no test more than 600': (sources) =>
    sources
      .filter(({ path, lines }) => lines > (path.startsWith('tests/') ? 600 : 400))
      .map(({ path, lines }) => `${path} has ${lines} lines`),
};

/** What is wrong with files of SQL, each [path, text]; `applied`: those with functions, as server/schema.ts applies them. */
export function functionFaults(
  files: readonly (readonly [string, string])[],
  applied: readonly string[],
): string[] {
  const homes = new Map<string, string>();
  return files.flatMap(([path, text]) => {
    const made = [...text.matchAll(/^create (or replace )?(function|trigger) (\w+)/gm)];
    if (made.length === 0) return [];
    if (path.startsWith('server/migrations/')) return [`${path} holds a function: migrations hold tables`];
    const faults = applied.some((name) => path === `server/${name}`) ? [] : [`${path} is not in schema.ts`];
    for (const [, again, , name = ''] of made) {
      if (!again) faults.push(`${path} cannot be applied again: create or replace ${name}`);
      const home = homes.get(name);
      if (home) faults.push(`${name} stands in ${home} and in ${path}`);
      homes.set(name, path);
    }
    return faults;
  });
}

/** Files worth a look: over 250 lines (.vue over 200). A report, not a rule. */
export function longFiles(sources: Source[]): string[] {
  return sources
    .filter(({ path, lines }) => lines > (path.endsWith('.vue') ? 200 : 250))
    .map(({ path, lines }) => `${path} ${lines}`);
}

/** Mobile numbers in a text that could be a person's: all but the fictional 138000000xx and 1380000010x. */
export function realPhones(text: string): string[] {
  const numbers = text.match(/(?<![\w.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w.]\w)(?!\d)/g) ?? [];
  return numbers.filter((number) => !/^138000000\d\d$|^1380000010\d$/.test(number.replace(/[ -]/g, '')));
}
