import { toHex } from '@zuimei/shared/bytes.ts';
import { poissonZ } from '@zuimei/shared/statistics/chance.ts';
import { shanghaiDay } from '@zuimei/shared/time.ts';
import type { Columns } from './columns.ts';
import { concentration, favourStrength, markStrength } from './evidence.ts';
import { type Found, type Ground, strengthOf, together } from './ground.ts';
import { netHex, wordsToBytes } from './net.ts';

/** Fewer voters say nothing of a network. */
const LEAST_NET = 30;
const MOST_LOOKED_AT = 400;
/** So many times what the policy notes is as much as any number. */
const ENOUGH = 12;
/** Many voters alone are no proof: a terminal in a service hall has dozens a day. */
const CROWD_WEIGHT = 0.6;
/** A network is only looked at twice if as many of its ballots are of so few devices. */
const LEAST_CONCENTRATION = 0.6;

/**
 * Devices with more voters in a day than the policy notes. Phones of one model look alike: a device whose voters come from as many
 * networks as everybody's is such a model, unless its ballots differ otherwise.
 */
export function findDevices(ground: Ground): Found[] {
  const { columns, policy } = ground;
  const { starts, rows } = ground.byDevice;
  const found: Found[] = [];
  for (let device = 0; device < columns.devices.size; device++) {
    if ((starts[device + 1] as number) - (starts[device] as number) <= policy.device.note) continue;
    const own = rows.subarray(starts[device], starts[device + 1]);
    const id = deviceHex(columns, device);
    const voters = mostADay(columns, own, policy.device.note * ENOUGH);
    if (voters <= policy.device.note || /^0+$/.test(id)) continue;
    const first = firstOf(columns, own);
    const many = strengthOf(1 - policy.device.note / voters, poissonZ(voters, policy.device.note));
    const close = concentration(
      ground,
      own,
      (row) => columns.netOf[columns.address[row] as number] as number,
    );
    const strength = together(
      many * CROWD_WEIGHT * close,
      0.8 * favourStrength(ground, first),
      0.8 * markStrength(ground, first),
    );
    found.push({ id: `device-${id}`, kind: 'device', about: { device }, rows: own, strength });
  }
  return found;
}

/** Networks with many voters whose ballots are unlike the others': a carrier's busy exit or a campus with ordinary votes is none. */
export function findNets(ground: Ground): Found[] {
  const { columns } = ground;
  const { device, nets } = columns;
  const { starts, rows } = ground.byNet;
  const found: Found[] = [];
  for (let net = 0; net < nets.size; net++) {
    // Kind 0: there is no address.
    if ((starts[net + 1] as number) - (starts[net] as number) < LEAST_NET || nets.words(net)[0] === 0)
      continue;
    const own = rows.subarray(starts[net], starts[net + 1]);
    const first = firstOf(columns, own);
    if (first.length < LEAST_NET) continue;
    const close = concentration(ground, first, (row) => device[row] as number);
    const few = close < LEAST_CONCENTRATION ? 0 : strengthOf(close, Math.sqrt(first.length));
    const strength = together(
      0.8 * favourStrength(ground, first),
      0.8 * markStrength(ground, first),
      CROWD_WEIGHT * few,
    );
    const id = `net-${netHex(nets.words(net))}`;
    found.push({ id, kind: 'net', about: { net }, rows: own, strength });
  }
  return found;
}

export function deviceHex({ devices }: Columns, device: number): string {
  return toHex(wordsToBytes(devices.words(device), 0, 8));
}

/** Distinct voters on the day that has most of them; not counted further than `enough`. */
function mostADay({ at, voter }: Columns, rows: Uint32Array, enough: number): number {
  let [most, day] = [0, Number.NaN];
  const seen = new Set<number>();
  for (let i = 0; i < rows.length && most < enough; i++) {
    const row = rows[i] as number;
    const today = shanghaiDay(at[row] as number);
    if (today !== day) seen.clear();
    day = today;
    seen.add(voterKey(voter, row));
    most = Math.max(most, seen.size);
  }
  return most;
}

/**
 * The first ballot of each voter among these: a household that votes for its own each day is not many voters. Of many ballots some
 * hundreds, evenly taken, tell as much.
 */
function firstOf({ voter }: Columns, rows: Uint32Array): Uint32Array {
  const seen = new Set<number>();
  const step = Math.max(1, rows.length / MOST_LOOKED_AT);
  const first = new Uint32Array(Math.min(rows.length, MOST_LOOKED_AT));
  for (let place = 0; place < rows.length; place += step) {
    const row = rows[Math.floor(place)] as number;
    const before = seen.size;
    seen.add(voterKey(voter, row));
    if (seen.size > before) first[before] = row;
  }
  return first.subarray(0, seen.size);
}

/** 53 of the 64 bits that the columns keep. */
export function voterKey(voter: Uint32Array, row: number): number {
  return (voter[2 * row] as number) * 2 ** 21 + ((voter[2 * row + 1] as number) >>> 11);
}
