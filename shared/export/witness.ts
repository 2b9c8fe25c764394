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
