import { checkChoice, checkTies, courseBefore } from './chosen.ts';
import { changedRules, checkRules, checkTally } from './counted.ts';
import { bundleFiles, type Edition } from './format.ts';
import { checkOrder, checkParts, checkTotals } from './judged.ts';
import { type Opened, readBundle } from './opened.ts';
import { checkCertificates, checkNotices, checkResults } from './published.ts';
import { candidateLines } from './record.ts';
import type { BundleOptions, BundleReport, BundleStep } from './report.ts';
import { stepNames } from './report.ts';
import { checkSample, sampleWords } from './sampled.ts';
import { checkLedger, checkSeal, checkSums, editionWords } from './seal.ts';
import { checkSheets } from './sheets.ts';
import { runStep } from './step.ts';
import { type BundleSource, isZipFault, openZip, type ZipPlace } from './zip.ts';

/**
 * Checks a bundle that anybody may have made, in fifteen steps; later ones run whatever the earlier found, as far as they can. `tell`: bytes of
 * the ledger that were read, and all. Memory: some 50 bytes a ballot beside the small files. Rejects only if the source cannot be read.
 */
export async function checkBundle(
  source: BundleSource,
  options: BundleOptions = {},
  tell: (bytes: number, of: number) => void = () => {},
): Promise<BundleReport> {
  let opened: Opened | null = null;
  let lost: { error: unknown } | null = null;
  const first = await runStep(1, async (say) => {
    try {
      const places = await openZip(source);
      for (const sentence of strangers(places)) say(sentence);
      opened = await readBundle(source, places, options, tell);
    } catch (error) {
      if (isZipFault(error)) say(`文件包：${error.zipFault}。`);
      else lost = { error };
    }
  });
  if (lost) throw (lost as { error: unknown }).error;
  return opened ? await reportOf(first, opened) : unreadable(first);
}

function* strangers(places: readonly ZipPlace[]): Generator<string> {
  const names: readonly string[] = bundleFiles;
  for (const { name } of places) if (!names.includes(name)) yield `文件包：多出 ${name}，不该有这个文件。`;
  for (const name of names) if (!places.some((one) => one.name === name)) yield `文件包：没有 ${name}。`;
}

async function reportOf(first: BundleStep, opened: Opened): Promise<BundleReport> {
  let edition: Edition | null = null;
  let sample: BundleReport['sample'] = null;
  const steps = [
    first,
    await runStep(2, (say) => checkSums(opened, say)),
    await runStep(3, async (say) => {
      edition = await checkSeal(opened, say);
      return edition ? `${editionWords[edition]}。` : '';
    }),
    await runStep(4, (say) => checkLedger(opened, say)),
    await runStep(5, (say) => checkRules(opened, say)),
    await runStep(6, (say) => {
      const said = checkTally(opened, say);
      sample = checkSample(opened, say);
      return said;
    }),
    await runStep(7, (say) => checkSheets(opened, say)),
    await runStep(8, (say) => checkTotals(opened, say)),
    await runStep(9, (say) => checkParts(opened, say)),
    await runStep(10, (say) => checkOrder(opened, say)),
    await runStep(11, (say) => checkTies(opened, say)),
    await runStep(12, (say) => checkChoice(opened, say)),
    await runStep(13, (say) => checkNotices(opened, say)),
    await runStep(14, (say) => checkResults(opened, say)),
    await runStep(15, (say) => checkCertificates(opened, say)),
  ];
  return {
    edition,
    title: opened.ledger.title,
    steps,
    first: steps.flatMap(({ faults }) => faults)[0] ?? '',
    remarks: remarksOf(opened, edition, sample),
    sample,
    ledger: opened.ledger,
    ledgerBytes: opened.ledgerBytes,
  };
}

function unreadable(first: BundleStep): BundleReport {
  const rest = stepNames.slice(1).map(
    (name, i): BundleStep => ({
      no: i + 2,
      name,
      state: 'open',
      faults: [],
      faultCount: 0,
      said: '文件包打不开，没有核验。',
    }),
  );
  return {
    edition: null,
    title: '',
    steps: [first, ...rest],
    first: first.faults[0] ?? '',
    remarks: [],
    sample: null,
    ledger: null,
    ledgerBytes: 0,
  };
}

/** Whatever can be said of a bundle that does not agree is said; what cannot is left out. */
function remarksOf(opened: Opened, edition: Edition | null, sample: BundleReport['sample']): string[] {
  const { acts, ledger, ballots } = opened;
  const remarks: string[] = [];
  if (ledger.key && !ledger.key.pinned)
    remarks.push('公钥取自文件本身，请与印发的公钥核对；否则只能说明文件自身前后一致。');
  const guarded = (find: () => string[]): void => {
    try {
      remarks.push(...find());
    } catch {
      // The step that looks at it says what is wrong.
    }
  };
  guarded(() => [changedRules(opened) ?? []].flat());
  guarded(() => {
    if (edition !== 'public') return [];
    const head = opened.lines('sample.ndjson')[0] as { state: string };
    if (head.state === 'unrevealed')
      return ['规则要求公开抽样，但抽样的密数没有在投票前存证或事后没有公开，没有抽样可核。'];
    if (!sample)
      return [`没有公开抽样：${ballots.count()} 张选票的票数以审计人员的确认为准，公众不能逐张重算。`];
    const chosen = courseBefore(acts, Number.POSITIVE_INFINITY).choice?.chosen ?? [];
    const others = sample.lines.map(({ number }) => number).filter((number) => !chosen.includes(number));
    return sampleWords(sample, candidateLines(acts), { chosen, others });
  });
  return remarks;
}
