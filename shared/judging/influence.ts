import type { ByNumber } from '../score.ts';
import { absolute, divideBig } from './fraction.ts';
import type { Parts } from './order.ts';
import { type PartId, partIds } from './outcome.ts';

/**
 * How much each part really moves the order, per mille of all: its weight × its mean absolute deviation. A part in which all are alike
 * moves nothing, whatever its weight; where no part moves anything, all are 0.
 */
export function influence(
  parts: Parts,
  weights: Partial<Record<PartId, number>>,
): Partial<Record<PartId, number>> {
  const moves = partIds.flatMap((id) => {
    const part = parts[id];
    return part ? [{ id, by: BigInt(weights[id] ?? 0) * spread(part) }] : [];
  });
  const all = moves.reduce((sum, { by }) => sum + by, 0n);
  return Object.fromEntries(moves.map(({ id, by }) => [id, all === 0n ? 0 : divideBig(1000n * by, all)]));
}

/** The mean absolute deviation of n values, times n²: the same for every part of a contest, so it falls out. */
function spread(part: ByNumber<number>): bigint {
  const values = Object.values(part).map(BigInt);
  const sum = values.reduce((all, value) => all + value, 0n);
  return values.reduce((all, value) => all + absolute(BigInt(values.length) * value - sum), 0n);
}
