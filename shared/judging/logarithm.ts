/** Floats tell where a rounding falls unless it is nearer than this to the border between two figures; their own error is below 1e-9. */
const NEAR = 1e-6;

/**
 * `full` × log(1 + votes) ÷ log(1 + most), rounded half up: the greatest t with (1 + most)^(2t − 1) ≤ (1 + votes)^(2 · full). Floats
 * find the place; what lies on the border or beside it is decided by the powers themselves, whole numbers of many digits.
 */
export function logPoints(full: number, votes: number, most: number): number {
  const shifted = (full * Math.log1p(votes)) / Math.log1p(most) + 0.5;
  const border = Math.round(shifted);
  if (Math.abs(shifted - border) > NEAR) return Math.floor(shifted);
  const reached =
    BigInt(1 + most) ** BigInt(Math.max(0, 2 * border - 1)) <= BigInt(1 + votes) ** BigInt(2 * full);
  return reached ? border : border - 1;
}
