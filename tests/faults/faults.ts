import { writeFileSync } from 'node:fs';
import { readOptions } from '../harness/options.ts';
import { type Blow, campaign } from './campaign.ts';

/** `npm run faults`: the campaign from a command line. Exit 1 where anything was lost, doubled or wrong. */
const values = readOptions('npm run faults -- [--kills N] [--seed S] [--json FILE]', {
  kills: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  json: { type: 'string' },
});
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const blows = await campaign({
  kills: Number(values.kills),
  seed: values.seed,
  told({ harms, acknowledged, gapMs, lost, doubled, wrong }, nth) {
    say(
      `${nth + 1}. ${harms.join(' + ')}: ${acknowledged} receipts, nobody for ${gapMs} ms, lost ${lost}, doubled ${doubled}`,
    );
    for (const one of wrong) say(`   ✗ ${one}`);
  },
});

/** One line for each thing that happened, alone or with another. */
const rows = new Map<string, Blow[]>();
for (const blow of blows) {
  const name = blow.harms.length > 1 ? 'two at once' : (blow.harms[0] ?? '');
  rows.set(name, [...(rows.get(name) ?? []), blow]);
}
const sum = (list: readonly Blow[], of: (blow: Blow) => number): number =>
  list.reduce((all, one) => all + of(one), 0);
const middle = (list: readonly Blow[]): number =>
  list.map(({ gapMs }) => gapMs).sort((a, b) => a - b)[list.length >> 1] ?? 0;
const line = (name: string, list: readonly Blow[]): string =>
  `| ${[
    name,
    list.length,
    sum(list, ({ acknowledged }) => acknowledged),
    sum(list, ({ unclear }) => unclear),
    `${(middle(list) / 1000).toFixed(1)} s`,
    `${(Math.max(...list.map(({ gapMs }) => gapMs)) / 1000).toFixed(1)} s`,
    sum(list, ({ lost }) => lost),
    sum(list, ({ doubled }) => doubled),
    sum(list, ({ wrong }) => wrong.length),
  ].join(' | ')} |`;
const table = [
  `| what happened (seed ${values.seed}) | times | receipts | no clear answer, sent again | nobody got one for: middle | longest | lost | doubled | otherwise wrong |`,
  '|---|---|---|---|---|---|---|---|---|',
  ...[...rows].sort(([a], [b]) => a.localeCompare(b)).map(([name, list]) => line(name, list)),
  line('all', blows),
];
process.stdout.write(`${table.join('\n')}\n`);
if (values.json) writeFileSync(values.json, JSON.stringify({ seed: values.seed, blows }, null, 1));
process.exitCode = blows.some(({ lost, doubled, wrong }) => lost + doubled + wrong.length > 0) ? 1 : 0;
