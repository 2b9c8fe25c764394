import bcd from '@mdn/browser-compat-data' with { type: 'json' };
import type { CompatStatement, Identifier, SupportStatement } from '@mdn/browser-compat-data/types';
import type { BrowserContext } from 'playwright-core';
import type { Engines } from '../../web/engines.ts';

/** The browsers of MDN's tables that an engine stands for. */
const families = { chrome: ['chrome', 'webview_android'], safari: ['safari', 'safari_ios'] } as const;

/** One thing to take away: a global, or what has this name on it, on its prototype or on both. */
interface Missing {
  owner: string;
  member?: string;
  on?: ('itself' | 'prototype')[];
}

/** Everything that a page could call by name and that one of these engines lacks, by MDN's tables: members first, then whole globals. */
export function missingIn(engines: Engines): Missing[] {
  const { api, javascript } = bcd;
  const builtins: Record<string, Identifier> = javascript.builtins ?? {};
  return [
    ...membersIn(api, engines, (key) =>
      key.endsWith('_static')
        ? { member: key.slice(0, -'_static'.length), on: ['itself'] }
        : { member: key, on: ['prototype'] },
    ),
    // Of these the tables do not say which are static; no two of a kind have one name.
    ...membersIn(builtins, engines, (key) => ({ member: key, on: ['itself', 'prototype'] })),
    ...[api, builtins].flatMap((of) =>
      Object.entries(of).flatMap(([owner, { __compat }]) =>
        __compat && !isIn(engines, __compat) ? [{ owner }] : [],
      ),
    ),
  ];
}

function membersIn(
  owners: Record<string, Identifier>,
  engines: Engines,
  place: (key: string) => Omit<Missing, 'owner'>,
): Missing[] {
  return Object.entries(owners).flatMap(([owner, members]) =>
    Object.entries(members as Record<string, Identifier>).flatMap(([key, { __compat }]) =>
      // A constructor's entry is named as its owner: taken away, only its prototype would not know it.
      __compat && key !== owner && key !== 'constructor' && !isIn(engines, __compat)
        ? [{ owner, ...place(key) }]
        : [],
    ),
  );
}

function isIn(engines: Engines, { support }: CompatStatement): boolean {
  return (Object.keys(families) as (keyof Engines)[]).every((engine) =>
    families[engine].every((browser) => since(support[browser], engines[engine])),
  );
}

/** A browser that the tables say nothing of has it, as far as is known. */
function since(support: SupportStatement | undefined, version: string): boolean {
  if (support === undefined) return true;
  return [support].flat().some(({ version_added: added, version_removed: gone, ...how }) => {
    if (!added || added === 'preview' || how.flags || how.prefix || how.alternative_name) return false;
    return isUpTo(added, version) && !(gone && isUpTo(gone, version));
  });
}

function isUpTo(one: string, other: string): boolean {
  const [a = [], b = []] = [one, other].map((version) => version.replace('≤', '').split('.').map(Number));
  const at = [0, 1].find((place) => (a[place] ?? 0) !== (b[place] ?? 0)) ?? 0;
  return (a[at] ?? 0) <= (b[at] ?? 0);
}

/** Runs before any script of a page or a worker. */
function takeAway(missing: Missing[]): void {
  const globals = globalThis as unknown as Record<string, { prototype?: object } | undefined>;
  const found = (owner: string) =>
    owner === 'TypedArray' ? (Object.getPrototypeOf(Uint8Array) as { prototype: object }) : globals[owner];
  for (const { owner, member, on } of missing) {
    if (member === undefined) delete globals[owner];
    else if (owner === 'Window') delete globals[member];
    else
      for (const place of on ?? []) {
        const of = place === 'itself' ? found(owner) : found(owner)?.prototype;
        if (of) Reflect.deleteProperty(of, member);
      }
  }
}

/** This browser as if it were no newer than these engines, its workers too: only syntax, which the build has lowered, is not taken away. */
export async function age(context: BrowserContext, engines: Engines): Promise<void> {
  const missing = missingIn(engines);
  await context.addInitScript(takeAway, missing);
  await context.route('**/assets/worker-*.js', async (route) => {
    const reply = await route.fetch();
    const { 'content-encoding': _, 'content-length': __, ...headers } = reply.headers();
    const given = JSON.stringify(JSON.stringify(missing));
    const body = `(${takeAway})(JSON.parse(${given}));${await reply.text()}`;
    await route.fulfill({ headers, body });
  });
}
