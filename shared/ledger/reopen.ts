import type { Opening } from '../ballot.ts';
import { equalHex, fromHex, isHex, putAscii } from '../bytes.ts';
import { createLanes } from '../hash/lanes.ts';
import { Refusal } from '../refusal.ts';
import type { Instant } from '../time.ts';
import type { Act } from './act.ts';
import { commitmentOf, createBallotWriter } from './commitment.ts';
import { actCommitment, entryTemplate, INSTANT } from './entry.ts';
import { TAG_BYTES } from './quota.ts';

/** One ledger entry with what opens it: a ballot's opening, or the act of any other kind. */
export interface Line {
  at: Instant;
  /** Hex. */
  commitment: string;
  kind: string;
  /** Of a ballot: hex, see quota.ts. */
  tag?: string;
  opening?: Opening | null;
  act?: Act | null;
}

/**
 * entry: not a ledger entry at all · opening_missing, act_missing: nothing to open it with · opening, act: malformed ·
 * commitment: what was given is not what was committed.
 */
export interface Fault {
  code: 'entry' | 'opening_missing' | 'act_missing' | 'opening' | 'act' | 'commitment';
  detail: string;
}

export interface Reopener {
  /** Recomputes leaf and commitment of at most BATCH lines; gives what is wrong with each, null = nothing. */
  run(lines: readonly Line[]): (Fault | null)[];
  /** After run: the leaf of line i is at leaves[leafStart(i), + 32). */
  leaves: Uint8Array;
  leafStart(i: number): number;
  /** After run: 32 bits of the salt of line i. Salts are as good as random, and there is one for each voter and ballotId. */
  saltWord(i: number, nth: 0 | 1): number;
}

export const BATCH = 256;
const LONGEST_ENTRY = 320;
const LONGEST_BALLOT = 500;
const encoder = new TextEncoder();
const empty = new Uint8Array(0);

/** What holds a contest's entries against what opens them, many at a time. */
export function createReopener(contest: string): Reopener {
  const writer = createBallotWriter(contest);
  const entries = createLanes(BATCH, LONGEST_ENTRY);
  const ballots = createLanes(BATCH, LONGEST_BALLOT);
  const saltView = new DataView(ballots.bytes.buffer);
  const kinds: string[] = [];
  const instants: Instant[] = [];

  // At the same place in every entry: what comes before them has one length.
  const { atStart, commitmentStart, tagStart } = entryTemplate(contest, 'ballot');
  const commitmentRooms = Array.from({ length: BATCH }, (_, i) => {
    const start = entries.start(i) + commitmentStart;
    return entries.bytes.subarray(start, start + 64);
  });

  const tagRooms = Array.from({ length: BATCH }, (_, i) => {
    const start = entries.start(i) + tagStart;
    return entries.bytes.subarray(start, start + 2 * TAG_BYTES);
  });

  // A salt comes as hex twice its length: it begins in the place of the hash to be.
  const ballotRooms = Array.from({ length: BATCH }, (_, i) =>
    ballots.bytes.subarray(ballots.start(i) - 32, ballots.start(i) + LONGEST_BALLOT),
  );

  const refused = (fault: string): Refusal => new Refusal('bad_request', { part: 'entry', fault });

  const writeEntry = (i: number, { at, commitment, kind, tag }: Line): void => {
    const start = entries.start(i);
    if (kinds[i] !== kind) {
      const { block } = entryTemplate(contest, kind);
      entries.bytes.set(block, start);
      entries.end(i, block.length);
      kinds[i] = kind;
      instants[i] = '';
    }
    if (instants[i] !== at) {
      if (!INSTANT.test(at)) throw refused('at');
      putAscii(entries.bytes, start + atStart, at);
      instants[i] = at;
    }
    // Only that it is 64 ASCII letters: that they are the right digits is seen when it is held against what it commits to.
    const { read, written } = encoder.encodeInto(commitment, commitmentRooms[i] ?? empty);
    if (commitment.length !== 64 || read !== 64 || written !== 64) throw refused('commitment');
    if (kind !== 'ballot') {
      if (tag !== undefined) throw refused('tag');
    } else if (tag === undefined || !writeTag(i, tag)) throw refused('tag');
  };

  const writeTag = (i: number, tag: string): boolean => {
    const room = tagRooms[i] ?? empty;
    const { written } = encoder.encodeInto(tag, room);
    return tag.length === 2 * TAG_BYTES && written === 2 * TAG_BYTES && isHex(room, 0, 2 * TAG_BYTES);
  };

  /** False if the ballot is too long for the lanes. */
  const writeBallot = (i: number, opening: Opening): boolean => {
    const fits = 32 + writer.room(opening.picks.length) <= LONGEST_BALLOT;
    if (fits) ballots.end(i, writer.writeOpening(ballotRooms[i] ?? empty, opening));
    return fits;
  };

  const openAct = ({ act, commitment }: Line): Fault | null => {
    if (!act) return { code: 'act_missing', detail: '' };
    try {
      return actCommitment(act) === commitment ? null : { code: 'commitment', detail: '' };
    } catch (error) {
      return { code: 'act', detail: faultOf(error) };
    }
  };

  const openLong = (opening: Opening, commitment: string, i: number): Fault | null => {
    try {
      if (commitmentOf(contest, opening) !== commitment) return { code: 'commitment', detail: '' };
      ballots.bytes.set(fromHex(opening.salt) ?? empty, ballots.start(i));
      return null;
    } catch (error) {
      return { code: 'opening', detail: faultOf(error) };
    }
  };

  const open = (line: Line, i: number, inLanes: boolean): Fault | null => {
    if (line.kind !== 'ballot') return openAct(line);
    if (!line.opening) return { code: 'opening_missing', detail: '' };
    if (!inLanes) return openLong(line.opening, line.commitment, i);
    const same = equalHex(
      entries.bytes,
      entries.start(i) + commitmentStart,
      ballots.bytes,
      ballots.start(i) - 32,
      32,
    );
    return same ? null : { code: 'commitment', detail: '' };
  };

  return {
    run(lines) {
      const alone = new Set<number>();
      const faults = lines.map((line, i): Fault | null => {
        let code: 'entry' | 'opening' = 'entry';
        try {
          writeEntry(i, line);
          code = 'opening';
          if (line.kind === 'ballot' && line.opening && !writeBallot(i, line.opening)) alone.add(i);
          return null;
        } catch (error) {
          return { code, detail: faultOf(error) };
        }
      });
      entries.run(lines.length);
      ballots.run(lines.length);
      return lines.map((line, i) => faults[i] ?? open(line, i, !alone.has(i)));
    },
    leaves: entries.bytes,
    leafStart: (i) => entries.start(i) - 32,
    saltWord: (i, nth) => saltView.getUint32(ballots.start(i) + nth * 4),
  };
}

/** Lines come from files that anyone may have written: whatever they break on is a fault of theirs, not of the verifier. */
function faultOf(error: unknown): string {
  return error instanceof Refusal ? String(error.details.fault) : 'malformed';
}
