import type { Chance } from './chance.ts';
import { CANDIDATES, drawPerson, HOUR_MS, MINUTE_MS } from './citizens.ts';
import {
  abroadAddress,
  carrierAddress,
  centreAddress,
  farCarrierAddress,
  farHomeAddress,
  homeAddress,
} from './place.ts';
import { drawPhone, type Phone, type Visit, type VisitClass } from './visit.ts';

/** How many ballots of each. */
export interface Gang {
  /** One number a pulse: its ballots. */
  pulses: number[];
  /** Of each kind of farm. */
  farm: number;
  /** Of each kind of forging. */
  forged: number;
  /** Of each kind of replay through proxies. */
  replay: number;
  /** Of each attack that leaves nothing to tell it by, but the pulses. */
  apart: number;
}

/** Whom the attacks are for. */
export const targets = { farm: 7, forged: 12, replay: 16, pulse: [3, 9, 14, 18] } as const;

/** All attacks of the day, in no order. */
export function drawAttacks(chance: Chance, opens: number, gang: Gang): Visit[] {
  return [
    ...pulses(chance.branch('pulses'), opens, gang),
    ...farms(chance.branch('farms'), opens, gang),
    ...forgers(chance.branch('forgers'), opens, gang),
    ...replays(chance.branch('replays'), opens, gang),
    ...races(chance.branch('races'), opens),
  ];
}

/** Which kinds of work are beyond a program that only plays back: it does no proof. */
const NO_PROOF = null;

function scripted(
  chance: Chance,
  kind: VisitClass,
  castAt: number,
  parts: Partial<Visit> & { picks: number[]; dwellMs: number },
): Visit {
  const person = drawPerson(chance, 'everyday', castAt, {
    losses: 0,
    identityAt: castAt - parts.dwellMs,
    ...parts,
  });
  return { ...person, class: kind, wave: parts.wave ?? kind };
}

/** Real people who are paid a few jiao a vote, told in a group at once: all within minutes, from anywhere, each with a phone of their own. */
function pulses(chance: Chance, opens: number, gang: Gang): Visit[] {
  return gang.pulses.flatMap((ballots, wave) => {
    const target = targets.pulse[wave % targets.pulse.length] ?? 1;
    const from = opens + (2 + wave * (11 / gang.pulses.length) + chance.next() * 0.5) * HOUR_MS;
    const spanMs = chance.whole(5, 40) * MINUTE_MS;
    return Array.from({ length: ballots }, () => {
      const place = chance.next();
      const castAt = from + Math.min(chance.exponential(spanMs / 3), spanMs * chance.next() * 1.3);
      const address =
        place < 0.5
          ? farCarrierAddress(chance)
          : place < 0.9
            ? farHomeAddress(chance)
            : carrierAddress(chance);
      const person = drawPerson(chance, 'everyday', castAt, { address, picks: pulsePicks(chance, target) });
      return { ...person, class: 'pulse' as const, wave: `pulse-${wave + 1}` };
    });
  });
}

/** Most click only whom they are paid for; some add others so that it looks like a choice. */
function pulsePicks(chance: Chance, target: number): number[] {
  if (chance.next() < 0.7) return [target];
  const others = chance.shuffled(
    Array.from({ length: CANDIDATES }, (_, i) => i + 1).filter((one) => one !== target),
  );
  return [target, ...others.slice(0, chance.whole(1, 2))].sort((a, b) => a - b);
}

/**
 * A rack of phones of three models on two Wi-Fi addresses, one controller: it lets them vote in turn and wipes what the page kept.
 * `farm-kept` wipes cookies only, so the device stays the same; `farm-wiped` wipes all, so that each visit is of a new device;
 * `farm-patient` also pauses at random, and more.
 */
function farms(chance: Chance, opens: number, gang: Gang): Visit[] {
  return (['farm-kept', 'farm-wiped', 'farm-patient'] as const).flatMap((kind, k) => {
    const patient = kind === 'farm-patient';
    const count = patient ? gang.apart : gang.farm;
    const phones = drawRack(chance, Math.max(4, Math.round((40 * count) / 1500)));
    const networks = [homeAddress(chance), homeAddress(chance)];
    let at = opens + (3 + k * 4) * HOUR_MS;
    return Array.from({ length: count }, (_, i) => {
      at += patient ? chance.exponential(15_000) : chance.around(9_000, 700);
      const phone = phones[i % phones.length] ?? drawPhone(chance);
      return scripted(chance, kind, at, {
        ...phone,
        device: kind === 'farm-kept' ? phone.device : chance.uuid(),
        address: networks[i % 2] ?? '',
        picks: [targets.farm],
        dwellMs: patient ? chance.whole(9_000, 40_000) : chance.whole(6_000, 9_000),
        touches: patient ? chance.whole(3, 12) : chance.whole(2, 3),
        solvesInMs: chance.whole(700, 1_500),
      });
    });
  });
}

function drawRack(chance: Chance, count: number): Phone[] {
  const models = [drawPhone(chance), drawPhone(chance), drawPhone(chance)];
  return Array.from({ length: count }, (_, i) => ({
    userAgent: models[i % 3]?.userAgent ?? '',
    device: chance.uuid(),
  }));
}

/**
 * A script in a cloud makes cookies by the thousand and writes plausible figures into its ballots. `forged-hasty` votes as soon as a
 * ticket may be used; `forged-patient` lets its cookies grow old, and does the proofs.
 */
function forgers(chance: Chance, opens: number, gang: Gang): Visit[] {
  return (['forged-hasty', 'forged-patient'] as const).flatMap((kind, k) => {
    const addresses = Array.from({ length: 20 }, () => centreAddress(chance));
    let at = opens + (5 + k * 5) * HOUR_MS;
    return Array.from({ length: gang.forged }, () => {
      at += chance.exponential(2_500);
      const waitMs = kind === 'forged-hasty' ? chance.whole(2_050, 2_400) : chance.whole(60_000, 1_800_000);
      return scripted(chance, kind, at, {
        address: chance.one(addresses),
        picks: [targets.forged],
        dwellMs: chance.whole(12_000, 60_000),
        identityAt: at - waitMs,
        openedAt: at - waitMs,
        touches: chance.whole(4, 20),
        solvesInMs: kind === 'forged-hasty' ? NO_PROOF : chance.whole(300, 900),
      });
    });
  });
}

/**
 * A recorded request sent again with fresh cookies through 300 proxies, on a schedule. `replay-device` changes nothing else, wherever
 * the proxy stands; `replay-varied` draws device and figures anew and does the proofs. What of the latter comes from proxies in homes is
 * `replay-home`, and so is a wave from such proxies alone at random moments.
 */
function replays(chance: Chance, opens: number, gang: Gang): Visit[] {
  const homes = Array.from({ length: 45 }, () => farHomeAddress(chance));
  const others = Array.from({ length: 255 }, (_, i) =>
    i < 180 ? centreAddress(chance) : abroadAddress(chance),
  );
  const recorded = drawPhone(chance);
  const waves = [
    { wave: 'replay-device', from: 6, count: gang.replay },
    { wave: 'replay-varied', from: 8, count: gang.replay },
    { wave: 'replay-home', from: 11, count: gang.apart },
  ] as const;
  return waves.flatMap(({ wave, from, count }) => {
    const same = wave === 'replay-device';
    let at = opens + from * HOUR_MS;
    return Array.from({ length: count }, () => {
      at += wave === 'replay-home' ? chance.exponential(20_000) : chance.around(5_000, 250);
      const home = wave === 'replay-home' || chance.next() < 0.15;
      const waitMs = chance.whole(8_000, 20_000);
      return scripted(chance, home && !same ? 'replay-home' : wave, at, {
        ...(same ? recorded : drawPhone(chance)),
        wave,
        address: chance.one(home ? homes : others),
        picks: [targets.replay],
        dwellMs: same ? 23_417 : chance.whole(9_000, 60_000),
        identityAt: at - waitMs,
        openedAt: at - waitMs,
        touches: same ? 7 : chance.whole(3, 25),
        solvesInMs: same ? NO_PROOF : chance.whole(300, 900),
      });
    });
  });
}

/** 50 copies of one ballot, and 50 ballots of one voter, at the same moment. */
function races(chance: Chance, opens: number): Visit[] {
  const at = opens + 2 * HOUR_MS;
  const first = drawPerson(chance, 'everyday', at, { losses: 0 });
  const second = drawPerson(chance, 'everyday', at + MINUTE_MS, { losses: 0 });
  return Array.from({ length: 50 }, () => [
    { ...first, class: 'race-copies' as const, wave: 'race-copies', voter: 'copies' },
    { ...second, class: 'race-voter' as const, wave: 'race-voter', voter: 'voter', ballotId: chance.uuid() },
  ]).flat();
}
