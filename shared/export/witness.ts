import { isOfficial, policyAt, type SetPolicy, vouchedFor } from '../ledger/witness.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { openCosignatures, parseWitnessKey, type WitnessKey } from '../log/cosignature.ts';
import type { ExportHeader } from './export.ts';
import type { ExportReport } from './report.ts';

/** The witnesses that the head of a file names; what is no witness's key is passed over, and then vouches for nothing. */
export function readWitnesses({ witnesses }: Pick<ExportHeader, 'witnesses'>): WitnessKey[] {
  return witnesses.flatMap((text) => {
    try {
      return parseWitnessKey(text);
    } catch {
      return [];
    }
  });
}

/** Names of the witnesses that cosigned; null when one of their signatures is wrong. */
export async function witnessesOf(note: string, keys: readonly WitnessKey[]): Promise<string[] | null> {
  try {
    return (await openCosignatures(note, keys)).cosignatures.map((one) => one.key.name);
  } catch {
    return null;
  }
}

export function largestCosigned(
  agreed: readonly Checkpoint[],
  cosigned: ReadonlyMap<Checkpoint, string[]>,
): ExportReport['witnessed'] {
  const [newest] = agreed.filter((one) => cosigned.has(one)).toSorted((a, b) => b.size - a.size);
  return newest ? { size: newest.size, names: cosigned.get(newest) ?? [] } : null;
}

/**
 * The largest checkpoint that is official by the policy of the entries under it. `agreed`: those that the ledger's key signed and the tree agrees
 * with; `notes`: each as the file has it.
 */
export async function judgePolicy(
  agreed: readonly Checkpoint[],
  notes: ReadonlyMap<Checkpoint, string>,
  policies: readonly SetPolicy[],
): Promise<ExportReport['policy']> {
  const { needed, witnesses } = policyAt(policies, Number.MAX_SAFE_INTEGER);
  const newestFirst = agreed.toSorted((a, b) => b.size - a.size);
  const keys = new Set(policies.flatMap((one) => one.witnesses.map(({ key }) => key)));
  const latest = new Map<string, number>();
  for (const text of keys) {
    const size = await largestOf(text, newestFirst, notes);
    if (size !== null) latest.set(text, size);
  }
  for (const { size } of newestFirst) {
    const vouched = vouchedFor(policies, size, latest);
    if (isOfficial(vouched)) return { needed, of: witnesses.length, official: { size, ...vouched } };
  }
  return { needed, of: witnesses.length, official: null };
}

/** Of all that a witness cosigned; null = nothing. Another's line costs no signature to check. */
async function largestOf(
  text: string,
  newestFirst: readonly Checkpoint[],
  notes: ReadonlyMap<Checkpoint, string>,
): Promise<number | null> {
  const [key] = readWitnesses({ witnesses: [text] });
  if (!key) return null;
  for (const one of newestFirst)
    if ((await witnessesOf(notes.get(one) ?? '', [key]))?.length) return one.size;
  return null;
}
