import type { Cluster, RulingScope, Verdict } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { grouped } from '../../../lib/words.ts';
import { clusterWords } from '../words.ts';
import { aboutWords } from './sentences.ts';

/** What can be ruled on ballots of which so many stand so. Where nothing is known of them, the server finds out. */
export function verbsFor(counts: Record<Verdict, number>): [RulingVerb, ...RulingVerb[]] {
  const verbs: RulingVerb[] = [
    ...(counts.held > 0 ? (['release'] as const) : []),
    ...(counts.void > 0 ? (['restore'] as const) : []),
  ];
  const [first, ...rest] = verbs;
  return counts.counted + counts.held > 0 || !first ? ['void', ...verbs] : [first, ...rest];
}

/** What a ruling on these clusters would be about, as its dialog wants it. A ballot of two clusters is counted once by the server. */
export function proposalFor(clusters: readonly Cluster[]): {
  scope: RulingScope;
  verbs: [RulingVerb, ...RulingVerb[]];
  summary: string;
} {
  const sum = (of: (one: Cluster) => number) => clusters.reduce((total, one) => total + of(one), 0);
  const [first] = clusters;
  const named = first ? `${clusterWords[first.kind]}：${aboutWords(first)}` : '';
  return {
    scope: { by: 'clusters', clusters: clusters.map(({ id }) => id) },
    verbs: verbsFor({
      counted: sum((one) => one.counted),
      held: sum((one) => one.held),
      void: sum((one) => one.void),
    }),
    summary: clusters.length > 1 ? `${named} 等 ${grouped(clusters.length)} 组` : named,
  };
}
