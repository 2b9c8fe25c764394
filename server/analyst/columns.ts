import { isRuling } from '@zuimei/shared/ledger/act.ts';
import { type AddressClass, addressClasses } from '@zuimei/shared/policy.ts';
import { createDictionary, type Dictionary, longer } from './dictionary.ts';
import { netWords, wordsToBytes } from './net.ts';
import { createPickSets, type PickSets } from './picksets.ts';

/** Bits of `flags`. An entry that is no ballot has none. VOID lies over HELD: restoring gives back what was. */
export const BALLOT = 1;
export const CAST_HELD = 2;
export const HELD = 4;
export const VOID = 8;
export const UNSCREENED = 16;
/** Bits 5 to 7: place in shared/live.ts `channels`. */
export const CHANNEL_SHIFT = 5;

/** Bytes of an entry in a page, big-endian: at 8, signals 4, round 2, flags 2, voter 8, device 8, length of the address 2, address 16. */
export const RECORD = 50;

/** A page of the ledger as feed.ts reads it. */
export interface Page {
  /** Index of its first entry; they follow without gaps. */
  from: number;
  count: number;
  records: Uint8Array<ArrayBuffer>;
  /** Of every entry in order: numbers by comma, entries by semicolon. */
  picks: string;
  /** Acts of kind 'ruling' in order, each where it stands, as JSON. */
  rulings: { index: number; act: string }[];
}

/** Where an address lies and what it is known to be. Length 16: raw, as addressBytes gives it; 12: faded. */
export type Whereabouts = (address: Uint8Array) => { region: string; class: AddressClass };

/** All ballots of a contest, one row an entry of the ledger (row = index), in columns of numbers. */
export interface Columns {
  readonly size: number;
  /** ms, never falling. */
  readonly at: Float64Array;
  readonly signals: Uint32Array;
  readonly flags: Uint8Array;
  readonly round: Uint8Array;
  /** The first 8 bytes of the pseudonym, two words a row: it is random, so half of it tells voters apart. */
  readonly voter: Uint32Array;
  readonly device: Uint32Array;
  readonly address: Uint32Array;
  readonly picks: Uint32Array;
  readonly devices: Dictionary;
  /** Five words: four of the address, and its length. */
  readonly addresses: Dictionary;
  /** /24, /64, or a faded address by itself; words as netWords gives them. */
  readonly nets: Dictionary;
  readonly sets: PickSets;
  /** Of an address by its number. */
  readonly netOf: Uint32Array;
  readonly regionOf: Uint16Array;
  readonly classOf: Uint8Array;
  readonly regions: readonly string[];
  /** Ballots among the rows. */
  readonly ballots: number;
  /** What all this takes. */
  readonly bytes: number;
  take(page: Page): void;
}

const MOST_ROUNDS = 255;
const MOST_REGIONS = 65_535;

/** `expected`: entries to make room for at once. */
export function createColumns(whereabouts: Whereabouts, expected = 0): Columns {
  let room = Math.max(1024, Math.ceil(expected * 1.05));
  let at = new Float64Array(room);
  let signals = new Uint32Array(room);
  let flags = new Uint8Array(room);
  let round = new Uint8Array(room);
  let voter = new Uint32Array(room * 2);
  let device = new Uint32Array(room);
  let address = new Uint32Array(room);
  let picks = new Uint32Array(room);
  let size = 0;
  let ballots = 0;
  const devices = createDictionary(2);
  const addresses = createDictionary(5);
  const nets = createDictionary(4);
  const sets = createPickSets();
  let netOf = new Uint32Array(256);
  let regionOf = new Uint16Array(256);
  let classOf = new Uint8Array(256);
  const regions: string[] = [];
  const regionIds = new Map<string, number>();

  const makeRoom = (count: number): void => {
    if (count <= room) return;
    room = Math.max(count, Math.ceil(room * 1.25));
    [at, signals, flags, round] = [
      longer(at, room),
      longer(signals, room),
      longer(flags, room),
      longer(round, room),
    ];
    [voter, device, address, picks] = [
      longer(voter, room * 2),
      longer(device, room),
      longer(address, room),
      longer(picks, room),
    ];
  };

  const words = new Uint32Array(5);
  const addressId = (view: DataView, start: number): number => {
    const length = view.getUint16(start + 32);
    for (let i = 0; i < 4; i++) words[i] = view.getUint32(start + 34 + 4 * i);
    words[4] = length;
    const known = addresses.size;
    const id = addresses.idOf(words);
    if (id < known) return id;
    if (id >= netOf.length) {
      const more = netOf.length * 2;
      [netOf, regionOf, classOf] = [longer(netOf, more), longer(regionOf, more), longer(classOf, more)];
    }
    const bytes = wordsToBytes(words, 0, length);
    const found = whereabouts(bytes);
    netOf[id] = nets.idOf(netWords(bytes));
    classOf[id] = addressClasses.indexOf(found.class);
    let region = regionIds.get(found.region);
    if (region === undefined && regions.length < MOST_REGIONS) {
      region = regions.push(found.region) - 1;
      regionIds.set(found.region, region);
    }
    regionOf[id] = region ?? 0;
    return id;
  };

  const rule = (text: string): void => {
    const act: unknown = JSON.parse(text);
    if (typeof act !== 'object' || act === null || !isRuling(act as never)) return;
    const { ruling, entries } = act as { ruling: string; entries: readonly number[] };
    for (const row of entries) {
      const was = flags[row] ?? 0;
      if (row >= size || !(was & BALLOT)) continue;
      // The same cases as shared/ledger/recount.ts; what does not apply changes nothing.
      if (ruling === 'void') flags[row] = was | VOID;
      else if (ruling === 'restore') flags[row] = was & ~VOID;
      else if (!(was & VOID)) flags[row] = was & ~HELD;
    }
  };

  const scratch = new Uint16Array(32_768);
  return {
    get size() {
      return size;
    },
    get at() {
      return at;
    },
    get signals() {
      return signals;
    },
    get flags() {
      return flags;
    },
    get round() {
      return round;
    },
    get voter() {
      return voter;
    },
    get device() {
      return device;
    },
    get address() {
      return address;
    },
    get picks() {
      return picks;
    },
    get netOf() {
      return netOf;
    },
    get regionOf() {
      return regionOf;
    },
    get classOf() {
      return classOf;
    },
    get ballots() {
      return ballots;
    },
    get bytes() {
      const own = [at, signals, flags, round, voter, device, address, picks, netOf, regionOf, classOf];
      const kept = [devices, addresses, nets, sets];
      return (
        own.reduce((sum, one) => sum + one.byteLength, 0) + kept.reduce((sum, one) => sum + one.bytes, 0)
      );
    },
    devices,
    addresses,
    nets,
    sets,
    regions,
    take({ from, count, records, picks: text, rulings }) {
      if (from !== size || records.length !== count * RECORD)
        throw new Error(`a page from ${from} does not follow ${size} entries`);
      makeRoom(size + count);
      const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
      let place = 0;
      let ruled = 0;
      for (let i = 0; i < count; i++, size++) {
        const start = i * RECORD;
        at[size] = view.getUint32(start) * 2 ** 32 + view.getUint32(start + 4);
        let picked = 0;
        let number = 0;
        for (let code = text.charCodeAt(place); ; code = text.charCodeAt(++place)) {
          if (code >= 48 && code < 58) number = number * 10 + code - 48;
          else {
            if (number > 0) scratch[picked++] = number;
            number = 0;
            // ';' or the end
            if (code !== 44) break;
          }
        }
        place++;
        const mark = view.getUint16(start + 14);
        flags[size] = mark & CAST_HELD ? mark | HELD : mark;
        if (mark & BALLOT) {
          ballots++;
          signals[size] = view.getUint32(start + 8);
          round[size] = Math.min(MOST_ROUNDS, view.getUint16(start + 12));
          voter[2 * size] = view.getUint32(start + 16);
          voter[2 * size + 1] = view.getUint32(start + 20);
          words[0] = view.getUint32(start + 24);
          words[1] = view.getUint32(start + 28);
          device[size] = devices.idOf(words);
          address[size] = addressId(view, start);
          picks[size] = sets.idOf(scratch, picked);
        }
        for (; rulings[ruled]?.index === size; ruled++) rule(rulings[ruled]?.act ?? 'null');
      }
    },
  };
}
