import type { Opening } from '../ballot.ts';
import { copyHash, equalHex, fromHex, isHex, putAscii } from '../bytes.ts';
import { createLanes } from '../hash/lanes.ts';
import { Refusal } from '../refusal.ts';
import type { Instant } from '../time.ts';
import type { Act } from './act.ts';
import { commitmentOf, createBallotWriter } from './commitment.ts';
import { actCommitment, entryTemplate, INSTANT } from './entry.ts';
import { TAG_BYTES, wordOf } from './quota.ts';

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

/**
 * Entries in a row, each held against what opens it: all that a replay goes on with. In columns, so that it costs little to be sent
 * from one thread to another. What a fault leaves undefined is 0 or empty.
 */
export interface Reopened {
  at: Instant[];
  /** What is wrong, by place in the row. */
  faults: Map<number, Fault>;
  /** Those that are no ballots, by place. */
  acts: Map<number, Line>;
  /** 32 bytes each. */
  leaves: Uint8Array;
  /**
   * Of each ballot six words of 32 bits: two of its salt, two of its voter, two of its tag. Salts are as good as random, and there is
   * one for each voter and ballotId.
   */
  words: Uint32Array;
  /** Of each ballot where its picks end; they begin where those before it end. */
  ends: Uint32Array;
  picks: Uint16Array;
  /** 1 = held. */
  held: Uint8Array;
  ballotIds: string[];
  tags: string[];
}

export const WORDS = 6;

export interface Reopener {
  /** Recomputes leaf and commitment of at most BATCH lines. */
  run(lines: readonly Line[]): Reopened;
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

  const pack = (lines: readonly Line[], faults: Map<number, Fault>): Reopened => {
    const whole = lines.map(({ kind, opening }, i) =>
      kind === 'ballot' && !faults.has(i) ? (opening ?? null) : null,
    );
    const run: Reopened = {
      at: lines.map((line) => line.at),
      faults,
      acts: new Map(),
      leaves: new Uint8Array(32 * lines.length),
      words: new Uint32Array(WORDS * lines.length),
      ends: new Uint32Array(lines.length),
      picks: new Uint16Array(whole.reduce((sum, one) => sum + (one?.picks.length ?? 0), 0)),
      held: new Uint8Array(lines.length),
      ballotIds: whole.map((one) => one?.ballotId ?? ''),
      tags: lines.map((line) => line.tag ?? ''),
    };
    let end = 0;
    lines.forEach((line, i) => {
      // What is no entry has no leaf: in its place would be that of another line.
      if (faults.get(i)?.code !== 'entry') copyHash(entries.bytes, entries.start(i) - 32, run.leaves, 32 * i);
      const { kind, tag = '' } = line;
      const opening = whole[i];
      if (kind !== 'ballot') run.acts.set(i, line);
      if (kind === 'ballot' && faults.get(i)?.code !== 'entry') {
        run.words[WORDS * i + 4] = wordOf(tag, 0);
        run.words[WORDS * i + 5] = wordOf(tag, 1);
      }
      if (opening) {
        run.words[WORDS * i] = saltView.getUint32(ballots.start(i));
        run.words[WORDS * i + 1] = saltView.getUint32(ballots.start(i) + 4);
        run.words[WORDS * i + 2] = wordOf(opening.voter, 0);
        run.words[WORDS * i + 3] = wordOf(opening.voter, 1);
        run.picks.set(opening.picks, end);
        end += opening.picks.length;
        run.held[i] = opening.state === 'held' ? 1 : 0;
      }
      run.ends[i] = end;
    });
    return run;
  };

  return {
    run(lines) {
      const alone = new Set<number>();
      const faults = new Map<number, Fault>();
      lines.forEach((line, i) => {
        let code: 'entry' | 'opening' = 'entry';
        try {
          writeEntry(i, line);
          code = 'opening';
          if (line.kind === 'ballot' && line.opening && !writeBallot(i, line.opening)) alone.add(i);
        } catch (error) {
          faults.set(i, { code, detail: faultOf(error) });
        }
      });
      entries.run(lines.length);
      ballots.run(lines.length);
      lines.forEach((line, i) => {
        const fault = faults.has(i) ? null : open(line, i, !alone.has(i));
        if (fault) faults.set(i, fault);
      });
      return pack(lines, faults);
    },
  };
}

/** Lines come from files that anyone may have written: whatever they break on is a fault of theirs, not of the verifier. */
function faultOf(error: unknown): string {
  return error instanceof Refusal ? String(error.details.fault) : 'malformed';
}
