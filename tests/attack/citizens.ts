import type { Chance } from './chance.ts';
import {
  CAMPUS,
  carrierAddress,
  carrierNets,
  centreAddress,
  farCarrierAddress,
  farHomeAddress,
  homeAddress,
  OFFICE,
  phoneAddress6,
  travelAddress,
} from './place.ts';
import { drawPhone, type HonestClass, type Visit } from './visit.ts';

export const CANDIDATES = 20;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** How many of each. `nets`: carrier addresses with 300 phones each within an hour; `homes`: families on one phone. */
export interface Town {
  everyday: number;
  nets: number;
  office: number;
  campus: number;
  broadcast: number;
  homes: number;
  elders: number;
  badNetworks: number;
  early: number;
  holiday: number;
  cloudDesks: number;
  ipv6: number;
  groups: number;
}

/** Ballots an hour from 08:00 to 23:00, in parts: a rise at noon, most in the evening. */
const hours = [3, 5, 6, 6, 8, 6, 4, 4, 4, 5, 7, 10, 12, 10, 5] as const;
/** Candidates are not equally known. */
const fame = (number: number): number => 1 / (2 + ((number * 7) % CANDIDATES));

/** The honest day: everything from `opens` (08:00) to 23:00, in no order. */
export function drawCitizens(chance: Chance, opens: number, town: Town): Visit[] {
  return [
    ...everyday(chance.branch('everyday'), opens, town),
    ...crowds(chance.branch('crowds'), opens, town),
    ...households(chance.branch('households'), opens, town),
    ...oddities(chance.branch('oddities'), opens, town),
    ...groups(chance.branch('groups'), opens, town),
  ];
}

/** A person who reads, picks and votes; whatever is special is given. */
export function drawPerson(
  chance: Chance,
  kind: HonestClass,
  castAt: number,
  special: Partial<Visit> = {},
): Visit {
  // Every twentieth knows whom they want and is done at once.
  const reads =
    chance.next() < 0.05 ? chance.whole(2_300, 5_000) : Math.round(5_000 + chance.exponential(40_000));
  const dwellMs = special.dwellMs ?? reads;
  const openedAt = castAt - dwellMs;
  // Every fourth was here before.
  const identityAt = chance.next() < 0.75 ? openedAt : openedAt - chance.whole(HOUR_MS, 20 * HOUR_MS);
  return {
    class: kind,
    wave: kind,
    voter: null,
    identityAt,
    openedAt,
    castAt,
    address: drawAddress(chance),
    ...drawPhone(chance),
    dwellMs,
    touches: 3 + Math.round(chance.exponential(14)),
    picks: drawPicks(chance),
    ballotId: chance.uuid(),
    // One page in thirty does not get through at once.
    losses: chance.next() < 0.03 ? chance.whole(1, 3) : 0,
    solvesInMs: chance.whole(500, 3_000),
    ...special,
  };
}

/** At home or on the phone's own network; every eighth works in another province and votes for those at home. */
function drawAddress(chance: Chance): string {
  if (chance.next() < 0.125) return chance.next() < 0.5 ? farHomeAddress(chance) : farCarrierAddress(chance);
  return chance.next() < 0.5 ? homeAddress(chance) : carrierAddress(chance);
}

/** One to five candidates, the better known more often; a third of all people came for one. */
export function drawPicks(
  chance: Chance,
  count = chance.weighted([1, 2, 3, 4, 5], (n) => [0, 35, 10, 15, 10, 30][n] ?? 0),
): number[] {
  const picks = new Set<number>();
  const all = Array.from({ length: CANDIDATES }, (_, i) => i + 1);
  while (picks.size < count) picks.add(chance.weighted(all, fame));
  return [...picks].sort((a, b) => a - b);
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function everyday(chance: Chance, opens: number, town: Town): Visit[] {
  const moment = (): number =>
    opens + (chance.weighted([...hours.keys()], (hour) => hours[hour] ?? 0) + chance.next()) * HOUR_MS;
  return [
    ...times(town.everyday, () => drawPerson(chance, 'everyday', moment())),
    ...times(town.ipv6, () => drawPerson(chance, 'ipv6', moment(), { address: phoneAddress6(chance) })),
  ];
}

/** Many people at one place. */
function crowds(chance: Chance, opens: number, town: Town): Visit[] {
  const within = (from: number, spanMs: number): number => opens + from * HOUR_MS + chance.next() * spanMs;
  const carriers = times(town.nets, (net) =>
    times(300, () =>
      drawPerson(chance, 'carrier', within(11 + (net % 3) / 2, HOUR_MS), {
        address: `${carrierNets[net % carrierNets.length]}.${200 + net}`,
      }),
    ),
  );
  // Called up at nine; most vote for their own man alone.
  const office = times(town.office, () =>
    drawPerson(chance, 'office', within(1, 10 * MINUTE_MS), {
      address: OFFICE,
      ...(chance.next() < 0.6 ? { picks: [4] } : {}),
    }),
  );
  const campus = times(town.campus, () =>
    drawPerson(chance, 'campus', within(12, 1.5 * HOUR_MS), { address: CAMPUS }),
  );
  // Half answer in the first three minutes.
  const broadcast = times(town.broadcast, (i) =>
    drawPerson(chance, 'broadcast', within(4.5, (i % 2 === 0 ? 3 : 10) * MINUTE_MS), {
      address: `${carrierNets[i % 2]}.${50 + (i % 10)}`,
    }),
  );
  return [...carriers.flat(), ...office, ...campus, ...broadcast];
}

/** Several people on one phone, one after another; old people. */
function households(chance: Chance, opens: number, town: Town): Visit[] {
  const families = times(town.homes, () => {
    const [phone, address] = [drawPhone(chance), homeAddress(chance)];
    let at = opens + (10 + chance.next() * 3) * HOUR_MS;
    return times(chance.whole(3, 5), () => {
      at += 40_000 + chance.exponential(90_000);
      const dwellMs = Math.round(12_000 + chance.exponential(20_000));
      return drawPerson(chance, 'family', at, { ...phone, address, dwellMs, identityAt: at - dwellMs });
    });
  });
  const elders = times(town.elders, (i) =>
    drawPerson(chance, 'elder', opens + (1 + chance.next() * 12) * HOUR_MS, {
      dwellMs: Math.round(60_000 + chance.exponential(120_000)),
      // Every sixth has the page read aloud: keys only, and with some readers not even those are seen.
      touches: i % 6 === 0 ? (i % 12 === 0 ? 0 : chance.whole(8, 40)) : chance.whole(1, 4),
    }),
  );
  return [...families.flat(), ...elders];
}

function oddities(chance: Chance, opens: number, town: Town): Visit[] {
  const anytime = (): number => opens + (0.5 + chance.next() * 14) * HOUR_MS;
  return [
    ...times(town.badNetworks, () =>
      drawPerson(chance, 'bad-network', anytime(), { losses: chance.whole(5, 39) }),
    ),
    // They waited for the opening and know whom they want.
    ...times(town.early, () =>
      drawPerson(chance, 'early', opens + 4_000 + chance.exponential(80_000), {
        dwellMs: chance.whole(2_100, 4_500),
      }),
    ),
    ...times(town.holiday, () =>
      drawPerson(chance, 'holiday', anytime(), { address: travelAddress(chance) }),
    ),
    // A company whose computers stand in a cloud.
    ...times(town.cloudDesks, () =>
      drawPerson(chance, 'cloud-desk', anytime(), { address: centreAddress(chance) }),
    ),
  ];
}

/** A chat group told its members whom to vote for: the same picks within an hour, each from a phone and a place of its own. */
function groups(chance: Chance, opens: number, town: Town): Visit[] {
  return times(town.groups, (group) => {
    const picks = drawPicks(chance, group === 0 ? 3 : 5);
    return times(60, () =>
      drawPerson(chance, 'canvass', opens + (10.5 + group * 0.7 + chance.next()) * HOUR_MS, {
        picks,
        ...(chance.next() < 0.2 ? { address: farCarrierAddress(chance) } : {}),
      }),
    );
  }).flat();
}
