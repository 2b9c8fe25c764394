import type { Import, Source } from './source.ts';

/** One rule of HOUSE: gives a line "path:line what is wrong" for every place that breaks it. */
export type Rule = (sources: Source[]) => string[];

type Judge = (one: Import, source: Source) => string | null;

/** A rule over every import of the files under a folder. */
function imports(folder: string, judge: Judge): Rule {
  return (sources) =>
    sources
      .filter((source) => source.path.startsWith(`${folder}/`))
      .flatMap((source) =>
        source.imports.flatMap((one) => {
          const wrong = judge(one, source);
          return wrong ? [`${source.path}:${one.line} ${wrong} (${one.from})`] : [];
        }),
      );
}

const within = (one: Import, folder: string): boolean => one.file?.startsWith(`${folder}/`) ?? false;
const isPackage = (one: Import, ...names: string[]): boolean =>
  names.some((name) => one.from === name || one.from.startsWith(`${name}/`));

/** A package that only the named files may use. Types are free where `typesToo` is not set: they leave nothing behind. */
function only(packages: string[], allowed: RegExp, typesToo = false): Rule {
  return imports('server', (one, source) =>
    isPackage(one, ...packages) && !allowed.test(source.path) && (typesToo || !one.typeOnly)
      ? 'is not the place for this package'
      : null,
  );
}

const verifier = /^shared\/((hash|log|ledger|export)\/|(merkle|note)\.ts$)/;
/** What a ledger speaks of, and no more. */
const known = /^shared\/(ballot|bytes|contest|refusal|time)\.ts$/;

export const layers: Record<string, Rule> = {
  'shared imports nothing but itself, @noble, #sha256 (which alone may ask Node for a hash) and what unpacks a bundle':
    imports('shared', (one, source) => {
      if (within(one, 'shared') || isPackage(one, '@noble') || one.from === '#sha256') return null;
      if (source.path === 'shared/bundle/unpack.ts' && isPackage(one, 'fflate')) return null;
      return source.path === 'shared/hash/sha256.node.ts' && one.from === 'node:crypto'
        ? null
        : 'shared is pure';
    }),

  'what a verifier needs is a library by itself: hash, log, ledger, export, merkle.ts and note.ts': imports(
    'shared',
    (one, source) => {
      if (!verifier.test(source.path) || !one.file) return null;
      return verifier.test(one.file) || known.test(one.file) ? null : 'a verifier knows no such thing';
    },
  ),

  'web imports shared, and from the server only types': imports('web', (one, source) => {
    // What lies beside vite.config.ts belongs to the build.
    if (one.from.startsWith('node:') && !/^web\/[^/]+\.ts$/.test(source.path)) return 'a page has no Node';
    if (within(one, 'tests') || within(one, 'infra')) return 'a page is no test';
    return within(one, 'server') && !one.typeOnly ? 'only `import type` from the server' : null;
  }),

  'citizen and console never import each other, and lib imports neither': imports('web', (one, source) => {
    const from = source.path.split('/')[1];
    const to = one.file?.startsWith('web/') ? one.file.split('/')[1] : undefined;
    if (from === 'citizen' && to === 'console') return 'a citizen never downloads the console';
    if (from === 'console' && to === 'citizen') return 'the console stands alone';
    return from === 'lib' && (to === 'citizen' || to === 'console') ? 'lib is below both' : null;
  }),

  'server imports neither pages nor tests': imports('server', (one) =>
    within(one, 'web') || within(one, 'tests') || within(one, 'infra') ? 'server knows only shared' : null,
  ),

  'hono stands only in route files, app.ts, page and session code': only(
    ['hono'],
    /^server\/(app|health)\.ts$|\/(route|session)\.ts$|^server\/page\//,
  ),
  // The robot's side only asks.
  'the HTTP server is opened only in main.ts': only(
    ['@hono/node-server', 'node:http'],
    /^server\/(main|webhook\/target)\.ts$/,
  ),
  'pg and PGlite stand only in db.ts': only(['pg', '@electric-sql/pglite'], /^server\/db\.ts$/, true),
  'ioredis stands only in redis.ts': only(['ioredis'], /^server\/redis\.ts$/, true),

  'no import goes in a circle': (sources) => circles(sources).map((circle) => circle.join(' → ')),

  'no file only passes on what others export': (sources) =>
    sources.flatMap((source) =>
      source.constructs
        .filter((spot) => spot.text === 'export from')
        .map((spot) => `${source.path}:${spot.line} import it where it is made`),
    ),
};

/** Every circle of imports that are left at run time, once, from its first file in the alphabet. */
export function circles(sources: Source[]): string[][] {
  const next = new Map(
    sources.map((source) => [
      source.path,
      source.imports.filter((one) => !one.typeOnly).flatMap((one) => one.file ?? []),
    ]),
  );
  const done = new Set<string>();
  const found: string[][] = [];
  const walk = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of [...next.keys()].sort()) walk(path, []);
  return found;
}
