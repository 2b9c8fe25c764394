import { isNames, isRounds } from '../ledger/frozen.ts';
import type { TallyLine } from '../ledger/recount.ts';
import type { Line } from '../ledger/replay.ts';
import { type Fields, isCount, isList, isRecord } from '../ledger/untrusted.ts';
import type { Instant } from '../time.ts';

/**
 * A contest's ledger as a file, `zuimei-ledger@1`: UTF-8 text, one JSON object a line (NDJSON), each line at most 4 MiB. In this order,
 * so that it can be checked in one pass and with little memory, however long it is:
 *
 *   1. ExportHeader         what the file is, and the log's key
 *   2. ExportPoint …        signed checkpoints: the last of every day, all that were cosigned, and the newest
 *   3. ExportEntry …        every entry in order of the ledger, from index 0 without a gap
 *   4. ExportEnd            the stored tally, and how many lines of each kind there are: a file without it was cut off
 *
 * A ballot is one by contest, voter and ballotId: two voters may have sent the same ballotId. `evidence` in an opening is 16 bytes in hex, a
 * keyed digest of what the server noticed of the ballot (signals, screening, channel, device, address; evidence.ts): it shows that none of it
 * was changed since, on the server or between two exports, and says nothing of what it was.
 *
 * An entry's leaf is SHA-256(0x00 ‖ canonical {at, commitment, contest, kind, v: 1}), of a ballot with its quota `tag` (ledger/quota.ts) beside, the tree over the leaves that of RFC 6962. A
 * ballot's commitment is SHA-256(salt ‖ canonical {ballotId, contest, evidence, picks, state, voter}), salt as bytes; an act's SHA-256(canonical act). canonical =
 * RFC 8785 without floats. Votes are what the openings and the rulings give, round by round; rounds and names are those of the last act
 * that holds `rules`. Of the head a reader has only its word for `madeAt`, `witnesses` and the points'
 * `at`; title, rounds and names are checked against the rules in the ledger. The file holds pseudonyms of voters and their choices, and nothing that says who they are; without openings it
 * holds neither.
 */
export const EXPORT_FORMAT = 'zuimei-ledger@1';
export const MOST_LINE_CHARS = 4 << 20;

export interface ExportHeader {
  /** In words, for who opens it: what it holds and whom it may be given to (aboutOf). The first thing in the file. */
  about: string;
  format: typeof EXPORT_FORMAT;
  /** Slug. */
  contest: string;
  title: string;
  /** The log's name: the first line of each of its checkpoints. */
  origin: string;
  /** As C2SP signed notes write it. Trust it only once it was compared with one that came another way. */
  verifierKey: string;
  /** Verifier keys of the witnesses that the contest names. */
  witnesses: string[];
  /** Version of the contest when the file was made: grows with every change that bears on voting. */
  version: number;
  rounds: { opens: Instant; closes: Instant }[];
  candidates: { number: number; name: string }[];
  /** Entries in the file. */
  size: number;
  /**
   * Openings of ballots cast at `from` or later are left out ('' = of all): because they were not asked for, or because counts are hidden
   * until then by the contest's rules. null = every opening is there.
   */
  withheld: { from: Instant; why: 'asked' | 'hidden' } | null;
  madeAt: Instant;
}

/** What a file says of itself in words, by what it leaves out. */
export function aboutOf(withheld: ExportHeader['withheld']): string {
  if (withheld === null) return '内部文件：含每张选票的选择，不得外传';
  if (withheld.why === 'hidden') return '内部文件：含已可公布的选票的选择，不得外传';
  return '公开文件：不含选票的选择';
}

export interface ExportPoint {
  /** The signed note, with the cosignatures that came for it. */
  checkpoint: string;
  at: Instant;
}

/** A line of replay.ts with its place: `tag` and `opening` of a ballot (the latter left out when withheld), `act` of any other kind. */
export interface ExportEntry extends Line {
  index: number;
}

export interface ExportEnd {
  end: {
    checkpoints: number;
    entries: number;
    /** What the database counted, up to the last entry; null when openings are withheld, as nobody could hold anything against it. */
    tally: TallyLine[] | null;
  };
}

/**
 * `plain`: it was written as an export is, with no field beside those of its kind, none of them twice, and no blank between. What stood
 * beside them no signature would cover. An act's fields are covered by its commitment.
 */
export type ExportLine = { plain: boolean } & (
  | { kind: 'header'; header: ExportHeader }
  | { kind: 'point'; point: ExportPoint }
  | { kind: 'entry'; entry: ExportEntry }
  | { kind: 'end'; end: ExportEnd['end'] }
);

/** One line as text, with its newline. */
export function formatLine(line: ExportHeader | ExportPoint | ExportEntry | ExportEnd): string {
  return `${JSON.stringify(line)}\n`;
}

const fields = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** The fields of each kind of line, of what lies in it, and of the header's: all that there may be. */
const fieldsOf = {
  header: fields(
    'about format contest title origin verifierKey witnesses version rounds candidates size withheld madeAt',
  ),
  point: fields('checkpoint at'),
  entry: fields('index at kind commitment tag opening act'),
  end: fields('end'),
  opening: fields('ballotId salt voter picks state evidence'),
  tail: fields('checkpoints entries tally'),
  round: fields('opens closes'),
  candidate: fields('number name'),
  count: fields('round number votes held'),
  withheld: fields('from why'),
};

function only(one: unknown, kind: keyof typeof fieldsOf): boolean {
  return !isRecord(one) || Object.keys(one).every((key) => fieldsOf[kind].has(key));
}

function each(list: unknown, kind: keyof typeof fieldsOf): boolean {
  return !Array.isArray(list) || list.every((one) => only(one, kind));
}

/** Of a line's text and what it was read as. */
function isPlain(text: string, value: Fields): boolean {
  if (JSON.stringify(value) !== text) return false;
  if ('end' in value)
    return (
      only(value, 'end') &&
      only(value.end, 'tail') &&
      (!isRecord(value.end) || each(value.end.tally, 'count'))
    );
  if ('checkpoint' in value) return only(value, 'point');
  if ('index' in value) return only(value, 'entry') && only(value.opening, 'opening');
  return (
    only(value, 'header') &&
    each(value.rounds, 'round') &&
    each(value.candidates, 'candidate') &&
    only(value.withheld, 'withheld')
  );
}

/** One line of a file that anybody may have written; null for what is none. What an entry holds is left to replay.ts. */
export function parseLine(text: string): ExportLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  if (isEntry(value)) return { kind: 'entry', entry: value, plain: isPlain(text, value) };
  if (isHeader(value)) return { kind: 'header', header: value, plain: isPlain(text, value) };
  const { checkpoint, at, end } = value;
  if (typeof checkpoint === 'string' && typeof at === 'string')
    return { kind: 'point', point: { checkpoint, at }, plain: isPlain(text, value) };
  return isEnd(end) ? { kind: 'end', end, plain: isPlain(text, value) } : null;
}

function isEntry(value: Fields): value is Fields & ExportEntry {
  const { index, at, kind, commitment, tag } = value;
  return (
    typeof index === 'number' &&
    typeof at === 'string' &&
    typeof kind === 'string' &&
    typeof commitment === 'string' &&
    (tag === undefined || typeof tag === 'string')
  );
}

const MOST_LISTED = 100_000;

function isHeader(value: Fields): value is Fields & ExportHeader {
  const { about, format, contest, title, origin, verifierKey, madeAt, version, size, withheld } = value;
  const texts = [about, contest, title, origin, verifierKey, madeAt].every((one) => typeof one === 'string');
  return (
    format === EXPORT_FORMAT &&
    texts &&
    isCount(version) &&
    isCount(size) &&
    isWithheld(withheld) &&
    isList(value.witnesses, MOST_LISTED, (one) => typeof one === 'string') &&
    isRounds(value.rounds) &&
    isNames(value.candidates)
  );
}

function isWithheld(value: unknown): boolean {
  return (
    value === null ||
    (isRecord(value) && typeof value.from === 'string' && (value.why === 'asked' || value.why === 'hidden'))
  );
}

function isEnd(value: unknown): value is ExportEnd['end'] {
  if (!isRecord(value) || !isCount(value.checkpoints) || !isCount(value.entries)) return false;
  return value.tally === null || isList(value.tally, MOST_LISTED, isTallyLine);
}

function isTallyLine(value: unknown): boolean {
  return isRecord(value) && [value.round, value.number, value.votes, value.held].every(Number.isSafeInteger);
}
