import { equalBytes } from '../bytes.ts';
import { type Frozen, frozenOf } from '../ledger/frozen.ts';
import type { ReceiptCode } from '../ledger/receiptcode.ts';
import { type RoundTally, tallyDifferences } from '../ledger/recount.ts';
import { createReplayer, type Line, type Replay, type Replayer } from '../ledger/replay.ts';
import { type SetPolicy, witnessFactsOf } from '../ledger/witness.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { openSigned } from '../log/signed.ts';
import { formatVerifierKey, type VerifierKey } from '../note.ts';
import {
  type ExportEnd,
  type ExportEntry,
  type ExportHeader,
  type ExportPoint,
  parseLine,
} from './export.ts';
import { foldProblems } from './fold.ts';
import { chooseKey, headerFaults } from './header.ts';
import { createLineSplitter } from './lines.ts';
import {
  type CodeOutcome,
  type ExportOptions,
  type ExportProblem,
  type ExportProblemCode,
  type ExportReport,
  type KeptOutcome,
  nothing,
} from './report.ts';
import type { Run } from './run.ts';
import { judgePolicy, largestCosigned, readWitnesses, witnessesOf } from './witness.ts';

export interface ExportCheck {
  /** The next bytes of the file; wait for it before giving more. Never rejects: what is wrong stands in the report. */
  take(bytes: Uint8Array): Promise<void>;
  /** The contest whose entries are being read; null before the first of them, and where nothing is read on. */
  contest(): string | null;
  /** In place of `take` of whole lines between entries: what run.ts made of them. False, and nothing is taken, where that is not enough. */
  takeRun(run: Run): boolean;
  /** Entries checked so far, and how many there should be. */
  seen(): { entries: number; of: number };
  finish(): Promise<ExportReport>;
}

/**
 * Does everything again that the server did, from an exported ledger alone. Memory: some 50 bytes a ballot, whatever the file holds. `each`:
 * is shown every entry, in the order of the file, before it is checked.
 */
export function createExportCheck(
  options: ExportOptions = {},
  each: ((entry: ExportEntry) => void) | null = null,
): ExportCheck {
  const { kept = [], codes = [] } = options;
  const problems: ExportProblem[] = [];
  const problem = (code: ExportProblemCode, index: number | null = null, detail = ''): void => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count <= MOST_ALIKE) problems.push({ code, index, detail });
    else unkept++;
  };
  const counts = new Map<ExportProblemCode, number>();
  let unkept = 0;
  const splitter = createLineSplitter();
  const points: ExportPoint[] = [];
  const opened: Checkpoint[] = [];
  const keptOutcomes: KeptOutcome[] = [];
  const cosigned = new Map<Checkpoint, string[]>();
  const notes = new Map<Checkpoint, string>();
  const policies: SetPolicy[] = [];
  let header: ExportHeader | null = null;
  let key: VerifierKey | null = null;
  let replayer: Replayer | null = null;
  let end: ExportEnd['end'] | null = null;
  let frozen: Frozen | null = null;
  let batch: ExportEntry[] = [];
  let entries = 0;
  let due = 0;
  /** The file is none of ours, or not to be read on. */
  let broken = false;
  let converted = false;

  const takeHeader = (own: ExportHeader): void => {
    header = own;
    const chosen = chooseKey(own, options.key);
    key = chosen.key;
    if (chosen.fault !== '') problem('key', null, chosen.fault);
  };

  const openKept = async (note: string): Promise<KeptOutcome> => {
    if (!key) return { ok: false, why: 'no_key', checkpoint: null };
    const signed = await openSigned(note, key);
    return signed.ok ? signed : { ok: false, why: signed.fault, checkpoint: null };
  };

  /** All that comes before the first entry is there: the signatures are checked, the replay begins. */
  const begin = async (own: ExportHeader): Promise<Replayer> => {
    const witnesses = readWitnesses(own);
    for (const { checkpoint } of points) {
      const signed = key && (await openSigned(checkpoint, key));
      if (signed?.ok) {
        opened.push(signed.checkpoint);
        notes.set(signed.checkpoint, checkpoint);
        const names = await witnessesOf(checkpoint, witnesses);
        if (!names) problem('cosignature', signed.checkpoint.size);
        else if (names.length > 0) cosigned.set(signed.checkpoint, names);
      } else if (key) problem('checkpoint_note', null, checkpoint.split('\n')[1]?.slice(0, 20) ?? '');
    }
    for (const note of kept) keptOutcomes.push(await openKept(note));
    return createReplayer({
      contest: own.contest,
      rounds: own.rounds,
      checkpoints: [...opened, ...keptOutcomes.flatMap((one) => (one.ok ? one.checkpoint : []))],
      ...(own.withheld ? { withheldFrom: own.withheld.from } : {}),
      watched: codes.map((code) => code.index),
      ...(options.marks ? { marks: options.marks } : {}),
    });
  };

  const flush = (): void => {
    replayer?.take(batch);
    batch = [];
  };

  const noteAct = ({ kind, act }: Line, index: number): void => {
    frozen = frozenOf(act) ?? frozen;
    const policy = kind === 'witness' && witnessFactsOf(act);
    if (policy) policies.push({ ...policy, entry: index });
  };

  const takeEntry = (entry: ExportEntry): void => {
    if (entry.index !== due) problem('number', due, `${entry.index}`);
    due = entry.index + 1;
    if (entry.kind !== 'ballot') noteAct(entry, entry.index);
    entries++;
    each?.(entry);
    batch.push(entry);
  };

  const takeLine = async (text: string): Promise<void> => {
    const line = parseLine(text);
    if (line && !line.plain) problem('form', entries);
    if (header === null) {
      if (line?.kind === 'header') takeHeader(line.header);
      else broken = true;
    } else if (line === null) problem('line', entries);
    else if (line.kind === 'header' || end !== null) problem('order', entries, line.kind);
    else if (line.kind === 'point' && replayer === null) points.push(line.point);
    else if (line.kind === 'point') problem('order', entries, line.kind);
    else {
      replayer ??= await begin(header);
      if (line.kind === 'entry') takeEntry(line.entry);
      else end = line.end;
    }
  };

  const takeLines = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      if (broken) return;
      const text = unmarked(line);
      if (text !== line) converted = true;
      // Most lines are entries, and waiting for each would cost more than checking it.
      const entry = replayer && !end ? parseLine(text) : null;
      if (entry?.kind === 'entry') {
        if (!entry.plain) problem('form', entries);
        takeEntry(entry.entry);
      } else if (text.trim() !== '') await takeLine(text);
    }
    flush();
  };

  const guarded = async (next: () => string[]): Promise<void> => {
    try {
      if (!broken) await takeLines(next());
    } catch (error) {
      broken = true;
      problem('line', entries, error instanceof RangeError ? 'long' : 'text');
    }
  };

  const judgeEnd = (own: ExportHeader, replay: Replay): void => {
    if (!end) return problem('cut', entries);
    if (end.entries !== entries || own.size !== entries) problem('lines', null, `${end.entries} ${entries}`);
    if (end.checkpoints !== points.length) problem('lines', null, `${end.checkpoints} ${points.length}`);
    for (const one of headerFaults(own, frozen)) problem(one.code, null, one.detail);
    if (own.withheld) return;
    if (!end.tally) return problem('tally_missing');
    for (const { stored, counted } of tallyDifferences(end.tally, replay.tally))
      problem('tally', stored.number, JSON.stringify({ stored, counted }));
  };

  const judgeKept = (replay: Replay): void => {
    keptOutcomes.forEach((one, i) => {
      if (!one.ok) return key ? problem('kept_note', null, one.why) : undefined;
      if (!replay.checkpointsFailed.includes(one.checkpoint)) return;
      problem('kept', one.checkpoint.size, one.checkpoint.size > entries ? 'ahead' : '');
      const why = one.checkpoint.size > entries ? 'ahead' : 'other_tree';
      keptOutcomes[i] = { ok: false, why, checkpoint: one.checkpoint };
    });
  };

  const outcomeOf = (own: ExportHeader, code: ReceiptCode, replay: Replay): CodeOutcome => {
    if (code.slug !== own.contest) return 'contest';
    const leaf = replay.leaves.get(code.index);
    if (!leaf) return 'absent';
    return equalBytes(leaf, code.leaf) ? 'there' : 'other';
  };

  return {
    take: (bytes) => guarded(() => splitter.take(bytes)),
    contest: () => (replayer && !end && !broken ? (header?.contest ?? null) : null),
    takeRun({ first, parts }) {
      // Who is shown every entry is shown none of these.
      if (!replayer || end || broken || each || first !== due || !splitter.empty()) return false;
      for (const part of parts) {
        for (const [place, act] of part.acts) noteAct(act, due + place);
        replayer.takeRun(part);
        due += part.at.length;
        entries += part.at.length;
      }
      return true;
    },
    seen: () => ({ entries, of: header?.size ?? 0 }),
    async finish() {
      await guarded(() => [splitter.rest()]);
      const none = (): ExportReport => ({
        ...nothing,
        problems: [{ code: 'not_export', index: null, detail: '' }],
      });
      if (header === null) return none();
      const own: ExportHeader = header;
      // A head that names no contest there could be begins nothing.
      replayer ??= await begin(own).catch(() => null);
      if (!replayer) return none();
      const replay = replayer.finish();
      const failed = opened.filter((one) => replay.checkpointsFailed.includes(one));
      for (const { size } of failed) problem(size > entries ? 'checkpoint_ahead' : 'checkpoint', size);
      judgeEnd(own, replay);
      judgeKept(replay);
      const others = replay.problems.filter((one) => !one.code.startsWith('checkpoint'));
      const unlisted = replay.problemCount - replay.problems.length;
      const [ballots, held] = [sum(replay.tally, 'ballots'), sum(replay.tally, 'held')];
      const agreed = opened.filter((one) => !failed.includes(one));
      // What was done to an entry comes before what it did to the counts.
      const inOrder = [
        ...problems.filter((one) => one.code !== 'tally'),
        ...others,
        ...problems.filter((one) => one.code === 'tally'),
      ];
      const folded = foldProblems(
        inOrder,
        agreed.map(({ size }) => size),
      ) as ExportProblem[];
      return {
        header: own,
        title: frozen?.title ?? own.title,
        key: key && { text: formatVerifierKey(key), pinned: options.key !== undefined },
        entries,
        ballots,
        held,
        void: replay.cast - ballots - held,
        withheld: replay.withheld,
        tags: replay.tags,
        root: replay.root,
        checkpoints: agreed.length,
        sealed: [...agreed, ...keptAgreed(keptOutcomes)].reduce((most, one) => Math.max(most, one.size), 0),
        witnessed: largestCosigned(agreed, cosigned),
        policy: await judgePolicy(agreed, notes, policies),
        tally: replay.tally,
        names: (frozen ?? own).candidates,
        kept: keptOutcomes,
        codes: codes.map((code) => outcomeOf(own, code, replay)),
        marks: replay.marks,
        problems: folded,
        problemCount: folded.length + unkept + unlisted,
        converted,
      };
    },
  };
}

/** A line as it was written: without the mark at the beginning and the return at the end that other systems add. */
function unmarked(line: string): string {
  // Nearly every line bears neither, and the pattern costs three tenths of what parsing does.
  return line.startsWith('\uFEFF') || line.endsWith('\r') ? line.replace(/^\uFEFF|\r$/g, '') : line;
}

/** Problems of one kind that are listed, so that they leave room for the others. */
const MOST_ALIKE = 200;

function sum(tally: readonly RoundTally[], field: 'ballots' | 'held'): number {
  return tally.reduce((all, round) => all + round[field], 0);
}

function keptAgreed(outcomes: readonly KeptOutcome[]): Checkpoint[] {
  return outcomes.flatMap((one) => (one.ok ? one.checkpoint : []));
}
