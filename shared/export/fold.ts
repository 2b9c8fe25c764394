/** Codes that are about one entry: what a recount makes of it otherwise is their consequence. */
const ofEntries: readonly string[] = [
  'gap',
  'number',
  'entry',
  'opening',
  'opening_missing',
  'act',
  'act_missing',
  'commitment',
  'ballot_twice',
  'outside_rounds',
  'ruling',
];

type Found = { code: string; index?: number | null; detail: string };

/**
 * One cause, one line: consequences that follow from what is listed anyway are drawn together. `agreed`: sizes of the checkpoints that do
 * agree, by which the first that does not is narrowed down. The order stays.
 *
 *   checkpoint       only the first is kept, detail = '<entries before it that agree> <checkpoints that differ after it>'
 *   checkpoint_note  none beside a key that is not the file's: key becomes 'forged'
 *   tally            one line `counts`, detail = how many, when entries are wrong, too
 */
export function foldProblems<One extends Found>(
  problems: readonly One[],
  agreed: readonly number[],
): (One | Found)[] {
  const isOf = (code: string): One[] => problems.filter((one) => one.code === code);
  const [points, tallies] = [isOf('checkpoint'), isOf('tally')];
  const [first] = points.toSorted((a, b) => Number(a.index) - Number(b.index));
  const from = Math.max(0, ...agreed.filter((size) => size < Number(first?.index)));
  const unsigned = isOf('checkpoint_note').length > 0;
  const wrongKey = problems.some(({ code, detail }) => code === 'key' && detail === 'other') && unsigned;
  const caused = tallies.length > 0 && problems.some(({ code }) => ofEntries.includes(code));
  return problems.flatMap((one): (One | Found)[] => {
    if (one.code === 'checkpoint')
      return one === first ? [{ ...one, detail: `${from} ${points.length - 1}` }] : [];
    if (one.code === 'checkpoint_note' && wrongKey) return [];
    if (one.code === 'key' && wrongKey) return [{ ...one, detail: 'forged' }];
    if (one.code !== 'tally' || !caused) return [one];
    return one === tallies[0] ? [{ code: 'counts', index: null, detail: `${tallies.length}` }] : [];
  });
}
