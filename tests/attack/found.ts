import type { Parts } from '@zuimei/server/parts.ts';
import type { Cluster } from '@zuimei/shared/audit.ts';
import type { Fate } from './day.ts';
import { honestClasses, type VisitClass } from './visit.ts';

/** One attack, and the cluster that an auditor is shown of it. */
export interface Discovery {
  wave: string;
  class: VisitClass;
  /** In the ledger, counted or held. */
  ballots: number;
  /** The cluster that covers most of it; null = none has one of its ballots. */
  cluster: Pick<Cluster, 'id' | 'kind' | 'strength' | 'ballots'> | null;
  /** Of the attack's ballots, in the cluster; of the cluster's, the attack's. In [0, 1]. */
  covered: number;
  pure: number;
  /** At least half of both. */
  found: boolean;
}

/** What an auditor looks through: all clusters, and how many of their ballots are citizens'. */
export interface Hunt {
  discoveries: Discovery[];
  clusters: number;
  /** Clusters most of whose ballots are honest. */
  innocent: number;
}

const SEVERAL_LOOKS = 600;

/** Asks the analyst for clusters of this contest's whole ledger and holds them against the truth. */
export async function hunt(
  parts: Pick<Parts, 'analyst' | 'contests'>,
  slug: string,
  fates: readonly Fate[],
): Promise<Hunt> {
  const { analyst } = parts;
  const contest = await parts.contests.find(slug);
  let page = await analyst.clusters(contest);
  // It reads the ledger in steps; each look waits for the next of them.
  for (let look = 0; page.reading.entries < page.reading.of && look < SEVERAL_LOOKS; look++)
    page = await analyst.clusters(contest);
  const waves = Map.groupBy(
    fates.filter(
      (fate) => fate.receipt !== null && !isHonest(fate.visit.class) && !fate.visit.wave.startsWith('race'),
    ),
    (fate) => fate.visit.wave,
  );
  const members = new Map<string, Set<number>>();
  for (const { id } of page.clusters)
    members.set(id, new Set(await analyst.indexesOf(contest, { by: 'clusters', clusters: [id] })));
  const honest = new Set(
    fates.flatMap((fate) => (isHonest(fate.visit.class) ? (fate.receipt?.index ?? []) : [])),
  );
  return {
    discoveries: [...waves].map(([wave, those]) => discover(wave, those, page.clusters, members)),
    clusters: page.clusters.length,
    innocent: [...members.values()].filter((rows) => shared(rows, honest) > rows.size / 2).length,
  };
}

function discover(
  wave: string,
  fates: readonly Fate[],
  clusters: readonly Cluster[],
  members: ReadonlyMap<string, Set<number>>,
): Discovery {
  const own = new Set(fates.flatMap((fate) => fate.receipt?.index ?? []));
  const candidates = clusters.map((cluster) => {
    const rows = members.get(cluster.id) ?? new Set();
    const common = shared(rows, own);
    return { cluster, covered: common / own.size, pure: common / Math.max(1, rows.size) };
  });
  const best = candidates.toSorted((a, b) => worth(b) - worth(a))[0];
  const hit = best && best.covered > 0 ? best : null;
  return {
    wave,
    class: fates[0]?.visit.class ?? 'pulse',
    ballots: own.size,
    cluster: hit && {
      id: hit.cluster.id,
      kind: hit.cluster.kind,
      strength: hit.cluster.strength,
      ballots: hit.cluster.ballots,
    },
    covered: hit?.covered ?? 0,
    pure: hit?.pure ?? 0,
    found: hit !== null && hit.covered >= 0.5 && hit.pure >= 0.5,
  };
}

/** The better of two clusters for one attack is the one whose weaker side is stronger. */
const worth = ({ covered, pure }: { covered: number; pure: number }): number => Math.min(covered, pure);

function shared(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  let count = 0;
  for (const index of one) if (other.has(index)) count++;
  return count;
}

function isHonest(one: VisitClass): boolean {
  return (honestClasses as readonly VisitClass[]).includes(one);
}
