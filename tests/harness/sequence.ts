import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short files that take long: they wait, load machines, or walk every route. In the order in which they begin. */
const LONGEST = [
  'journeys/organizer',
  'journeys/auditor',
  'faults/server',
  'server/sealed',
  'journeys/audit',
  'journeys/wechat',
  'attack/attack',
  'server/contract',
  'journeys/proof',
  'journeys/sheetpage',
  'journeys/show',
  'journeys/reach',
  'server/ruling',
  'faults/standby',
  'faults/postgres',
  'bench/bench',
  'faults/campaign',
  'runbook/runbook',
  'journeys/outage',
];

/** A long file that begins last leaves the other workers without work; of all others the size says enough, which is how vitest does it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
