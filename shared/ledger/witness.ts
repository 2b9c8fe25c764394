import type { Act } from './act.ts';
import { type Fields, isCount, isList, isRecord } from './untrusted.ts';

/**
 * 见证安排, the act of an entry of kind 'witness': all of who watches this log from outside, and how many of them must have cosigned a checkpoint
 * before it is called official. `proposed` asked for it and `actor` confirmed it. Each replaces the one before; a checkpoint is judged by the last
 * one under it, so that no later entry makes official what was not.
 */
export interface WitnessPolicy {
  /** 0 = none are asked for. */
  needed: number;
  /** `key`: verifier key (C2SP tlog-cosignature). */
  witnesses: { name: string; key: string }[];
}

export interface WitnessFacts extends WitnessPolicy {
  proposed: string;
}

export const MOST_WITNESSES = 20;

/** What such an act says; null for what cannot be one. Takes untrusted input. */
export function witnessFactsOf(act: Act | null | undefined): (WitnessFacts & Act) | null {
  const { proposed, needed, witnesses } = (act ?? {}) as Fields;
  const fits =
    typeof proposed === 'string' &&
    isCount(needed) &&
    isList(
      witnesses,
      MOST_WITNESSES,
      (one) => isRecord(one) && typeof one.name === 'string' && typeof one.key === 'string',
    ) &&
    Number(needed) <= (witnesses as unknown[]).length;
  return fits ? (act as unknown as WitnessFacts & Act) : null;
}

/** A policy, and the index of the entry that set it: it holds for checkpoints over that entry. */
export interface SetPolicy extends WitnessPolicy {
  entry: number;
}

/** By which a checkpoint of this size is judged. `policies`: by entry, as the ledger has them. */
export function policyAt(policies: readonly SetPolicy[], size: number): WitnessPolicy {
  return policies.findLast((one) => one.entry < size) ?? { needed: 0, witnesses: [] };
}

/** How far as many witnesses as are asked for have gone, by the largest size that each key cosigned; 0 = nowhere, or none are asked for. */
export function reachedBy({ needed, witnesses }: WitnessPolicy, latest: ReadonlyMap<string, number>): number {
  return witnesses.map(({ key }) => latest.get(key) ?? 0).sort((a, b) => b - a)[needed - 1] ?? 0;
}

/** So many of so many have signed, and so many are asked for. */
export interface Vouched {
  needed: number;
  of: number;
  signed: number;
}

/**
 * How far a checkpoint has what its policy asks for. Who cosigned it or a later one vouches for it, since a witness signs only what extends all
 * that it saw before. `latest`: the largest size that each key cosigned.
 */
export function vouchedFor(
  policies: readonly SetPolicy[],
  size: number,
  latest: ReadonlyMap<string, number>,
): Vouched {
  const { needed, witnesses } = policyAt(policies, size);
  const signed = witnesses.filter(({ key }) => (latest.get(key) ?? 0) >= size).length;
  return { needed, of: witnesses.length, signed };
}

export function isOfficial({ needed, signed }: Vouched): boolean {
  return needed > 0 && signed >= needed;
}

/** What one policy changes of another, for who is to sign it. */
export interface PolicyChange {
  added: WitnessPolicy['witnesses'];
  removed: WitnessPolicy['witnesses'];
  renamed: { key: string; from: string; to: string }[];
  /** null = stays. */
  needed: { from: number; to: number } | null;
}

export function changeOf(before: WitnessPolicy, after: WitnessPolicy): PolicyChange {
  const named = new Map(before.witnesses.map(({ key, name }) => [key, name]));
  const stay = new Set(after.witnesses.map(({ key }) => key));
  return {
    added: after.witnesses.filter(({ key }) => !named.has(key)),
    removed: before.witnesses.filter(({ key }) => !stay.has(key)),
    renamed: after.witnesses.flatMap(({ key, name }) => {
      const from = named.get(key);
      return from === undefined || from === name ? [] : [{ key, from, to: name }];
    }),
    needed: before.needed === after.needed ? null : { from: before.needed, to: after.needed },
  };
}

export function isChange({ added, removed, renamed, needed }: PolicyChange): boolean {
  return added.length + removed.length + renamed.length > 0 || needed !== null;
}

/** In one word, and in a sentence without an end. Every place that tells of a checkpoint says it so. */
export function officialWord(one: Vouched): '正式' | '待见证' | '未要求见证' {
  if (one.needed === 0) return '未要求见证';
  return isOfficial(one) ? '正式' : '待见证';
}

export function officialWords(one: Vouched): string {
  const { needed, of, signed } = one;
  if (needed === 0) return '没有要求见证';
  return `${officialWord(one)}：要求 ${of} 家见证单位中的 ${needed} 家，已有 ${signed} 家签名`;
}
